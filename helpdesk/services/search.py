"""Finding voters by whatever the caller says, as the agent types it."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, select

from helpdesk.domain.addresses import read_pasted
from helpdesk.domain.errors import RoleRefused, SessionEnded
from helpdesk.domain.folding import fold, words
from helpdesk.domain.roles import PERMISSIONS, Operator, Permission, Role
from helpdesk.domain.search import NO_FILTERS, FilterChoices, SearchFilters
from helpdesk.domain.sound import sound
from helpdesk.domain.states import shown_state
from helpdesk.domain.voters import SearchHit
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import operator_at_work
from helpdesk.store.schema import voter
from helpdesk.store.search import FoundVoter, Plan, folded_query, search_session
from helpdesk.store.search.tables import search_place

_WARMING = ("a", "ma", "martin", "marie d", "dupont m", "ie.du", "martni", "an.mar", "martin@")


class Search:
    """One search box for addresses, names, former names, establishments and voter numbers."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context
        self._session = search_session(context.store)

    def search(
        self, actor: Operator, text: str, *, limit: int = 50, filters: SearchFilters = NO_FILTERS
    ) -> tuple[SearchHit, ...]:
        """The best voters of the operator's scope, best first; empty for an empty text.

        The scope is read from the store with every search: filters narrow it and never lift it. Nothing that can be
        typed or pasted is an error. Raises RoleRefused, SessionEnded and the store's faults.
        """
        query, now = folded_query(read_pasted(text)), self._context.clock()
        with self._context.store.telling_damage():
            role, found = self._session.search(Plan(query), operator=actor, filters=filters, now=now, limit=limit)
            if role is None:
                raise SessionEnded
            if Permission.SEARCH_VOTERS not in PERMISSIONS[Role(role)]:
                raise RoleRefused(Permission.SEARCH_VOTERS)
            asked = _Asked(query)
            return tuple([asked.hit(each, now) for each in found])

    def warm_up(self, actor: Operator) -> None:
        """Read the parts of the index that every search needs, so that the first key is as quick as the next.

        To be called in the background after a login. Raises what `search` raises.
        """
        for text in _WARMING:
            self.search(actor, text)

    def choices(self, actor: Operator) -> FilterChoices:
        """What the filters can be set to within the operator's scope. Raises RoleRefused, SessionEnded."""
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.SEARCH_VOTERS)
            places = [
                (row.academy, row.department)
                for row in connection.execute(select(search_place.c.academy, search_place.c.department))
                if who.scope.includes(academy=row.academy, department=row.department)
            ]
            corps = _distinct_corps(connection)
        return FilterChoices(
            academies=tuple(sorted({academy for academy, _department in places}, key=fold)),
            departments=tuple(sorted({department for _academy, department in places})),
            corps=tuple(sorted(corps, key=fold)),
        )


def _distinct_corps(connection: Connection) -> list[str]:
    """Every corps, by hops along its index: a list of all voters would take half a second."""
    found: list[str] = []
    while True:
        query = select(voter.c.corps).order_by(voter.c.corps).limit(1)
        following = connection.scalar(query.where(voter.c.corps > found[-1]) if found else query)
        if following is None:
            return found
        found.append(following)


class _Asked:
    """A folded query, taken apart once, that tells why a voter was found: one of `domain.voters.MATCHES`."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._code = query.replace(" ", "")
        self._is_code = self._code[:1].isdigit()
        self._literal = " " not in query and not query.isalpha()
        self._words = words(query)
        self._beginnings = [f" {word}" for word in self._words]

    def hit(self, voter: FoundVoter, now: datetime) -> SearchHit:
        """The voter as results show them."""
        name = f"{voter.first_name} {voter.usage_name or voter.family_name}"
        return SearchHit(
            voter.number,
            name,
            voter.usage_name,
            voter.tied_address,
            voter.other_addresses,
            self._resembles(voter) if voter.similar else self._matched(voter, name),
            shown_state(voter.state, voter.locked_until, now),
            f"{voter.establishment_name} ({voter.establishment_code})",
        )

    def _matched(self, voter: FoundVoter, name: str) -> str:
        """Why this voter."""
        why = self._met_literally(voter) if self._is_code or self._literal else ""
        if why or self._begin_words_of(name):
            return why or "name"
        if voter.usage_name and self._begin_words_of(f"{name} {voter.family_name}"):
            return "former_name"
        if self._begin_words_of(voter.tied_address):
            return "tied_address"
        return "other_address" if any(map(self._begin_words_of, voter.other_addresses)) else "name"

    def _met_literally(self, voter: FoundVoter) -> str:
        if self._is_code and voter.establishment_code.lower().startswith(self._code):
            return "establishment"
        if self._is_code and voter.number.lower().startswith(self._code):
            return "voter_number"
        if self._literal and self._query in fold(voter.tied_address):
            return "tied_address"
        if self._literal and any(self._query in fold(other) for other in voter.other_addresses):
            return "other_address"
        return ""

    def _resembles(self, voter: FoundVoter) -> str:
        """In what a voter of similar spelling resembles: "heard" if each word sounds as one of the names does."""
        if "@" in self._query:
            return "similar"
        names = _after_spaces(f"{voter.first_name} {voter.family_name} {voter.usage_name}")
        differing = [word for word, begun in zip(self._words, self._beginnings, strict=True) if begun not in names]
        if not differing:
            return "similar"
        sounds = _sounds(names)
        return "heard" if all(sound(each) in sounds and sound(each) for each in differing) else "similar"

    def _begin_words_of(self, text: str) -> bool:
        held = _after_spaces(text)
        for beginning in self._beginnings:  # noqa: SIM110 (asked of fifty voters with every key: a generator takes longer)
            if beginning not in held:
                return False
        return True


@lru_cache(2_000)
def _sounds(names: str) -> frozenset[str]:
    """How each word of folded names sounds."""
    return frozenset(map(sound, names.split()))


@lru_cache(2_000)
def _after_spaces(text: str) -> str:
    """The words of a text, folded, each after a space."""
    if text.isascii() and text.replace(" ", "").isalpha():
        return f" {text.lower()}"
    return "".join([f" {word}" for word in words(fold(text))])

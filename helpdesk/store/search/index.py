"""The questions that the tiers put to the index; each answers with voters' internal ids, within the scope."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select, text
from sqlalchemy.sql.selectable import Exists

from helpdesk.domain.roles import Scope
from helpdesk.store.schema import address, establishment, voter
from helpdesk.store.search.tables import search_trigram, search_vocabulary, search_word

_END = "\U0010ffff"
_EXPAND = 60
_COUNT_UP_TO = 2_000

Words = tuple[str, ...]
"""Words any one of which will do."""


class SearchIndex:
    """One query's view of the index; `scope` limits every answer and cannot be lifted."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        """Ask over this connection."""
        self._connection = connection
        self._scope = scope

    def by_number(self, prefix: str, limit: int) -> list[int]:
        """Voters whose number begins like this."""
        return self._ids(select(voter.c.id).where(_begins(voter.c.number, prefix)).order_by(voter.c.number), limit)

    def by_establishment(self, prefix: str, limit: int) -> list[int]:
        """Voters of establishments whose code begins like this."""
        query = select(voter.c.id).join(establishment, establishment.c.id == voter.c.establishment_id)
        query = query.where(_begins(establishment.c.code, prefix))
        return self._ids(query.order_by(establishment.c.code, voter.c.id), limit)

    def by_address(self, prefix: str, limit: int) -> list[tuple[int, str]]:
        """Voters with an address that begins like this, and that address, in order of the addresses."""
        query = select(voter.c.id, address.c.folded).join(address, address.c.voter_id == voter.c.id)
        query = self._within(query).where(_begins(address.c.folded, prefix)).order_by(address.c.folded).limit(limit)
        return [(row.id, row.folded) for row in self._connection.execute(query)]

    def by_part_of_address(self, part: str, limit: int) -> list[int]:
        """Voters with an address that contains this; the rarest three letters lead."""
        key = part[: part.index("@") + 1] if "@" in part else part
        trigrams = {key[start : start + 3] for start in range(len(key) - 2)}
        counts = {trigram: self._count(trigram) for trigram in trigrams}
        if not counts or 0 in counts.values():
            return []
        rarest = min(counts, key=lambda trigram: counts[trigram])
        query = (
            select(voter.c.id)
            .join(address, address.c.voter_id == voter.c.id)
            .join(search_trigram, search_trigram.c.address_id == address.c.id)
            .where(search_trigram.c.trigram == rarest, address.c.folded.contains(part, autoescape=True))
            .distinct()
            .order_by(voter.c.id)
        )
        return self._ids(query, limit)

    def by_words(self, groups: Sequence[Words], limit: int) -> list[int]:
        """Voters who have a word of every group; the rarest group leads."""
        if not groups or not all(groups):
            return []
        known = self.known([word for group in groups for word in group])
        groups = sorted(groups, key=lambda group: sum(known.get(word, 0) for word in group))
        first, *rest = groups
        query = select(search_word.c.voter_id.label("id")).where(search_word.c.word.in_(first)).distinct()
        query = query.where(*(_has_word(search_word.c.voter_id, group) for group in rest))
        if not self._scope.is_everything:
            query = self._within(query.join(voter, voter.c.id == search_word.c.voter_id))
        return [row.id for row in self._connection.execute(query.order_by("id").limit(limit))]

    def known(self, wanted: Sequence[str]) -> dict[str, int]:
        """Those of the words that anybody has, and how many voters have each."""
        if not wanted:
            return {}
        query = select(search_vocabulary.c.word, search_vocabulary.c.voters)
        rows = self._connection.execute(query.where(search_vocabulary.c.word.in_(set(wanted))))
        return {row.word: row.voters for row in rows}

    def beginning(self, prefix: str) -> Words:
        """The most usual words that begin like this, sixty at most."""
        query = select(search_vocabulary.c.word).where(_begins(search_vocabulary.c.word, prefix))
        query = query.order_by(search_vocabulary.c.voters.desc(), search_vocabulary.c.word).limit(_EXPAND)
        return tuple(self._connection.scalars(query))

    def beginning_any(self, prefixes: Sequence[str]) -> Words:
        """The most usual words that begin with any of these, sixty at most, in one round trip."""
        if not prefixes:
            return ()
        ranges = " OR ".join(f"word >= :from{place} AND word < :to{place}" for place in range(len(prefixes)))
        query = text(f"SELECT word FROM search_vocabulary WHERE {ranges} ORDER BY voters DESC, word LIMIT {_EXPAND}")
        bounds = {f"from{place}": prefix for place, prefix in enumerate(prefixes)}
        bounds |= {f"to{place}": prefix + _END for place, prefix in enumerate(prefixes)}
        return tuple(self._connection.scalars(query, bounds))

    def addresses_of(self, ids: Sequence[int]) -> list[tuple[int, str]]:
        """Every address of these voters."""
        query = select(address.c.voter_id, address.c.folded).where(address.c.voter_id.in_(ids))
        return [(row.voter_id, row.folded) for row in self._connection.execute(query)]

    def _count(self, trigram: str) -> int:
        some = select(search_trigram.c.address_id).where(search_trigram.c.trigram == trigram).limit(_COUNT_UP_TO)
        return self._connection.scalar(select(func.count()).select_from(some.subquery())) or 0

    def _ids(self, query: Select[Any], limit: int) -> list[int]:
        return [row.id for row in self._connection.execute(self._within(query).limit(limit))]

    def _within(self, query: Select[Any]) -> Select[Any]:
        scope = self._scope
        if scope.is_everything:
            return query
        return query.where(
            or_(
                voter.c.academy.in_(scope.academies) if scope.academies else false(),
                voter.c.department.in_(scope.departments) if scope.departments else false(),
            )
        )


def _begins(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    return and_(column >= prefix, column < prefix + _END)


def _has_word(voter_id: ColumnElement[int], group: Words) -> Exists:
    other = search_word.alias()
    return select(other.c.voter_id).where(other.c.voter_id == voter_id, other.c.word.in_(group)).exists()

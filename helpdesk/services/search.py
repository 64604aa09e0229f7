"""Finding voters by whatever the caller says, as the agent types it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from helpdesk.domain.addresses import read_pasted
from helpdesk.domain.folding import fold, words
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import AccountState, shown_state
from helpdesk.domain.voters import SearchHit
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import operator_at_work
from helpdesk.store.schema import account, address, establishment, voter
from helpdesk.store.search import find_voters


class Search:
    """One search box for addresses, names, former names, establishments and voter numbers."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def search(self, actor: Operator, text: str, *, limit: int = 50) -> tuple[SearchHit, ...]:
        """The best voters of the operator's scope, best first; empty for an empty text.

        Nothing that can be typed or pasted is an error. Raises RoleRefused, SessionEnded and the store's faults.
        """
        query = read_pasted(text)
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.SEARCH_VOTERS)
            found = find_voters(connection, query, scope=who.scope, limit=limit)
            return self._hits(connection, fold(query), found) if found else ()

    def _hits(self, connection: Connection, query: str, found: Sequence[tuple[int, bool]]) -> tuple[SearchHit, ...]:
        ids = [voter_id for voter_id, _similar in found]
        now = self._context.clock()
        columns = (
            voter.c.id,
            voter.c.number,
            voter.c.first_name,
            voter.c.family_name,
            voter.c.usage_name,
            establishment.c.code,
            establishment.c.name.label("establishment"),
            account.c.state,
            account.c.locked_until,
        )
        rows = connection.execute(
            select(*columns)
            .join(establishment, establishment.c.id == voter.c.establishment_id)
            .join(account, account.c.voter_id == voter.c.id)
            .where(voter.c.id.in_(ids))
        )
        voters = {row.id: row for row in rows}
        addresses: dict[int, list[Row[*tuple[Any, ...]]]] = {voter_id: [] for voter_id in ids}
        for row in connection.execute(
            select(address.c.voter_id, address.c.address, address.c.folded, address.c.tied)
            .where(address.c.voter_id.in_(ids))
            .order_by(address.c.id)
        ):
            addresses[row.voter_id].append(row)
        return tuple(
            SearchHit(
                voter=row.number,
                name=f"{row.first_name} {row.usage_name or row.family_name}",
                usage_name=row.usage_name,
                tied_address=next((each.address for each in addresses[voter_id] if each.tied), ""),
                other_addresses=tuple(each.address for each in addresses[voter_id] if not each.tied),
                matched="similar" if similar else _matched(query, row, addresses[voter_id]),
                state=shown_state(AccountState(row.state), row.locked_until, now),
                establishment=f"{row.establishment} ({row.code})",
            )
            for voter_id, similar in found
            for row in (voters[voter_id],)
        )


def _matched(query: str, row: Row[*tuple[Any, ...]], addresses: Sequence[Row[*tuple[Any, ...]]]) -> str:
    """Why a voter was found: one of `domain.voters.MATCHES`."""
    by_tied_first = sorted(addresses, key=lambda each: not each.tied)
    if code := _matched_code(query, row):
        return code
    if " " not in query and not query.isalpha():
        for each in by_tied_first:
            if query in each.folded:
                return "tied_address" if each.tied else "other_address"
    former = set(words(fold(row.family_name))) if row.usage_name else set()
    current = set(words(fold(f"{row.first_name} {row.usage_name or row.family_name}")))
    wanted = words(query)
    if all(any(word.startswith(each) for word in current) for each in wanted):
        return "name"
    if all(any(word.startswith(each) for word in current | former) for each in wanted):
        return "former_name"
    held = next((each for each in by_tied_first if _has_words(each.folded, wanted)), None)
    return "other_address" if held is not None and not held.tied else "tied_address" if held is not None else "name"


def _matched_code(query: str, row: Row[*tuple[Any, ...]]) -> str | None:
    compact = query.replace(" ", "")
    if not compact[:1].isdigit():
        return None
    if row.code.lower().startswith(compact):
        return "establishment"
    return "voter_number" if row.number.lower().startswith(compact) else None


def _has_words(folded: str, wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(each) for word in words(folded)) for each in wanted)

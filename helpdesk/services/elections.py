"""The election whose voters are served: its calendar, and the phase a moment falls into."""

from sqlalchemy import Connection, delete, insert, select

from helpdesk.domain.calendar import Election
from helpdesk.domain.errors import StoreMissing
from helpdesk.services.context import ServiceContext
from helpdesk.store.engine import Store
from helpdesk.store.schema import election
from helpdesk.store.together import Record


def current_election(connection: Connection) -> Election:
    """The store's election. Raises StoreMissing when `helpdesk init` has not set one."""
    return election_of(connection.execute(select(election)).first())


def election_of(row: Record | None) -> Election:
    """The election in its row. Raises StoreMissing without one."""
    if row is None:
        raise StoreMissing
    return Election(
        name=row.name,
        zone=row.zone,
        portal_opens=row.portal_opens,
        lists_published=row.lists_published,
        codes_from=row.codes_from,
        codes_until=row.codes_until,
        vote_opens=row.vote_opens,
        vote_closes=row.vote_closes,
        voting_url=row.voting_url,
    )


def write_election(connection: Connection, value: Election, *, trial: bool) -> None:
    """Set the store's one election, in the caller's transaction."""
    connection.execute(delete(election))
    connection.execute(
        insert(election).values(
            id=1,
            name=value.name,
            zone=value.zone,
            portal_opens=value.portal_opens,
            lists_published=value.lists_published,
            codes_from=value.codes_from,
            codes_until=value.codes_until,
            vote_opens=value.vote_opens,
            vote_closes=value.vote_closes,
            voting_url=value.voting_url,
            trial=trial,
        )
    )


def store_is_trial(store: Store) -> bool:
    """True for a store made by `demo` or `init --trial`, whose clock may be set."""
    with store.read() as connection:
        return bool(connection.scalar(select(election.c.trial)))


class Elections:
    """Reading the calendar; everybody may."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def current(self) -> Election:
        """The store's election."""
        with self._context.store.read() as connection:
            return current_election(connection)

"""Making a store ready: its calendar and its first administrator."""

from helpdesk.domain.audit import Action
from helpdesk.domain.calendar import Election
from helpdesk.domain.errors import StoreMissing
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election, write_election
from helpdesk.store.audit_chain import append


class Setup:
    """What `helpdesk init` does once the tables are there."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def set_election(self, value: Election, *, trial: bool = False) -> None:
        """Set or replace the calendar; audited. `trial` marks a store whose clock may be set for tests."""
        with self._context.store.write() as connection:
            write_election(connection, value, trial=trial)
            append(
                connection,
                at=self._context.clock(),
                actor="init",
                action=Action.STORE_INITIALISED,
                detail={"election": value.name, "vote_opens": value.vote_opens.isoformat(), "trial": str(trial)},
            )

    def has_election(self) -> bool:
        """True once a calendar is set."""
        try:
            with self._context.store.read() as connection:
                current_election(connection)
        except StoreMissing:
            return False
        return True

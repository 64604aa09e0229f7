"""What the store says of time: whether this machine's clock can be trusted."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from helpdesk.services.context import ServiceContext
from helpdesk.store.schema import audit_event


class Health:
    """Looks that need no operator: they tell nothing of anybody."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def server_time(self) -> datetime | None:
        """The database server's time, None for an embedded store. Raises the store's faults."""
        if not self._context.store.keeps_logins:
            return None
        with self._context.store.read() as connection:
            told: datetime | None = connection.scalar(select(func.clock_timestamp()))
        return told.astimezone(UTC) if told is not None else None

    def newest_act(self) -> datetime | None:
        """When the newest row of an embedded store's trail was written; None without one, and on a server.

        On a server its own clock says more, and not every login may read the trail.
        """
        if self._context.store.keeps_logins:
            return None
        with self._context.store.read() as connection:
            newest: datetime | None = connection.scalar(
                select(audit_event.c.at).order_by(audit_event.c.seq.desc()).limit(1)
            )
        return newest

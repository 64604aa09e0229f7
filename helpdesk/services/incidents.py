"""One incident notice for all desks: the portal is slow, the mail server is away."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import NoteHoldsSecret, Refusal, TextMissing
from helpdesk.domain.folding import nfc
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.spoken_secrets import holds_secret
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import MINIMUM_REASON, operator_at_work, record_refusal
from helpdesk.store.audit_chain import append
from helpdesk.store.schema import incident, operator

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class IncidentView:
    """The notice that all desks show."""

    id: int
    text: str
    set_by: str
    set_at: datetime


class Incidents:
    """Setting, reading and ending the notice."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def current(self) -> IncidentView | None:
        """The notice now shown, None if all is well; everybody may read it."""
        with self._context.store.read() as connection:
            row = connection.execute(
                select(incident, operator.c.name.label("by"))
                .join(operator, operator.c.id == incident.c.set_by)
                .where(incident.c.ended.is_(None))
                .order_by(incident.c.id.desc())
                .limit(1)
            ).first()
        return IncidentView(row.id, row.text, row.by, row.set_at) if row else None

    def set(self, actor: Operator, text: str) -> None:
        """Show this notice on all desks, in place of the one before. Raises TextMissing, NoteHoldsSecret, RoleRefused.

        Of two notices set at once the later one is shown; `end` ends both.
        """
        text = nfc(text)[:_LONGEST]
        if len(text) < MINIMUM_REASON:
            raise TextMissing
        if holds_secret(text):
            raise NoteHoldsSecret
        try:
            with self._context.store.write() as connection:
                who = operator_at_work(connection, actor, Permission.SET_INCIDENT)
                now = self._end(connection)
                connection.execute(insert(incident).values(text=text, set_by=who.id, set_at=now))
                append(connection, at=now, actor=who.name, action=Action.INCIDENT_SET, reason=text)
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.INCIDENT_SET, refusal)
            raise

    def end(self, actor: Operator) -> None:
        """Take the notice down; nothing happens without one. Raises RoleRefused."""
        try:
            with self._context.store.write() as connection:
                who = operator_at_work(connection, actor, Permission.SET_INCIDENT)
                standing = connection.scalar(select(incident.c.id).where(incident.c.ended.is_(None)).limit(1))
                if standing is not None:
                    now = self._end(connection)
                    append(connection, at=now, actor=who.name, action=Action.INCIDENT_ENDED)
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.INCIDENT_ENDED, refusal)
            raise

    def _end(self, connection: Connection) -> datetime:
        now = self._context.clock()
        connection.execute(update(incident).where(incident.c.ended.is_(None)).values(ended=now))
        return now

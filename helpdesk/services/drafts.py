"""Notes being typed, kept in the store so that a crash of the desk loses nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from helpdesk.domain.folding import nfc
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.spoken_secrets import holds_secret
from helpdesk.services.contacts import NOTE_CHARACTERS
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import guarded_look, operator_at_work
from helpdesk.services.scopes import within_scope
from helpdesk.store.engine import upsert
from helpdesk.store.schema import draft, voter


@dataclass(frozen=True, slots=True)
class DraftView:
    """A note that somebody began about a voter and did not log."""

    voter: str
    name: str
    note: str
    saved_at: datetime


class Drafts:
    """Unfinished notes, one an operator and voter; seen by nobody but who types them."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def keep(self, actor: Operator, number: str, note: str) -> bool:
        """Keep what has been typed so far; an empty note is forgotten.

        What looks like a secret is not kept, and False says so: the note itself would be refused. Raises the
        guard's refusals.
        """
        note = nfc(note)[:NOTE_CHARACTERS]
        if holds_secret(note):
            return False
        with guarded_look(self._context, actor, permission=Permission.LOG_CALL, number=number) as seen:
            operator_id, voter_id = seen.operator.id, seen.voter.id
        key = f"{operator_id}:{voter_id}"
        with self._context.store.write() as connection:
            if note:
                values = {
                    "key": key,
                    "operator_id": operator_id,
                    "voter_id": voter_id,
                    "note": note,
                    "saved_at": self._context.clock(),
                }
                connection.execute(upsert(connection, draft, values, key="key", renew=("note", "saved_at")))
            else:
                connection.execute(delete(draft).where(draft.c.key == key))
        return True

    def of_voter(self, actor: Operator, number: str) -> str:
        """The operator's unfinished note about a voter, empty without one. Raises the guard's refusals."""
        with guarded_look(self._context, actor, permission=Permission.LOG_CALL, number=number) as seen:
            kept: str | None = seen.connection.scalar(
                select(draft.c.note).where(draft.c.operator_id == seen.operator.id, draft.c.voter_id == seen.voter.id)
            )
        return kept or ""

    def unfinished(self, actor: Operator) -> tuple[DraftView, ...]:
        """Every unfinished note of the operator, newest first. Raises RoleRefused, SessionEnded."""
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.LOG_CALL)
            rows = connection.execute(
                select(
                    voter.c.number,
                    voter.c.first_name,
                    voter.c.usage_name,
                    voter.c.family_name,
                    draft.c.note,
                    draft.c.saved_at,
                )
                .join(voter, voter.c.id == draft.c.voter_id)
                .where(draft.c.operator_id == who.id, within_scope(who.scope))
                .order_by(draft.c.saved_at.desc())
            )
            return tuple(
                DraftView(row.number, f"{row.first_name} {row.usage_name or row.family_name}", row.note, row.saved_at)
                for row in rows
            )

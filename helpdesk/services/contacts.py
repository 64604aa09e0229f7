"""The call log: calls are logged with their motive and outcome, and the next agent sees them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, insert, select

from helpdesk.domain.audit import Action
from helpdesk.domain.contacts import Channel, Contact, ContactOutcome, ContactView, FollowUp, Motive
from helpdesk.domain.errors import BadFollowUp, NoteHoldsSecret
from helpdesk.domain.folding import nfc
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.spoken_secrets import holds_secret
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import guarded_action, operator_at_work
from helpdesk.services.scopes import within_scope
from helpdesk.store.schema import contact, draft, operator, voter
from helpdesk.store.together import Record

NOTE_CHARACTERS = 2_000
_FARTHEST = timedelta(days=366)
_RECENT = 50
_FOLLOW_UPS = 200


class Contacts:
    """Logging calls, and the follow-ups that they promise."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def log(self, actor: Operator, number: str, call: Contact, *, request: str | None = None) -> None:
        """Add a call to the voter's log; an unfinished note about the voter is done with.

        The trail holds what was decided (motive, outcome, channel, day), never the note. A `request` logged before
        is not logged twice. Raises NoteHoldsSecret, BadFollowUp, and the guard's refusals.
        """
        note = nfc(call.note)[:NOTE_CHARACTERS]
        if holds_secret(note):
            raise NoteHoldsSecret
        with guarded_action(
            self._context,
            actor,
            action=Action.CALL_LOGGED,
            permission=Permission.LOG_CALL,
            number=number,
            request=request,
        ) as act:
            if act.done_before is not None:
                return
            today = act.election.local(act.now).date()
            if call.follow_up is not None and not today <= call.follow_up <= today + _FARTHEST:
                raise BadFollowUp
            act.connection.execute(
                insert(contact).values(
                    voter_id=act.voter.id,
                    operator_id=act.operator.id,
                    started=min(call.started, act.now),
                    ended=act.now,
                    channel=call.channel,
                    motive=call.motive,
                    outcome=call.outcome,
                    note=note,
                    follow_up=call.follow_up,
                )
            )
            act.connection.execute(
                delete(draft).where(draft.c.operator_id == act.operator.id, draft.c.voter_id == act.voter.id)
            )
            act.detail |= {"channel": call.channel, "motive": call.motive, "outcome": call.outcome}
            if call.follow_up is not None:
                act.detail["follow_up"] = call.follow_up.isoformat()

    def follow_ups(self, actor: Operator, *, until: date | None = None) -> tuple[FollowUp, ...]:
        """Voters of the operator's scope to call back by `until` (today by default), the oldest promise first.

        A later call with the same voter fulfils a promise. Raises RoleRefused, SessionEnded.
        """
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.LOG_CALL)
            day = until or current_election(connection).local(self._context.clock()).date()
            newest = select(func.max(contact.c.id)).group_by(contact.c.voter_id)
            columns = (contact.c.follow_up, contact.c.motive, contact.c.note, operator.c.name.label("by"))
            query = (
                select(voter.c.number, voter.c.first_name, voter.c.usage_name, voter.c.family_name, *columns)
                .join(voter, voter.c.id == contact.c.voter_id)
                .join(operator, operator.c.id == contact.c.operator_id)
                .where(contact.c.follow_up <= day, contact.c.id.in_(newest), within_scope(who.scope))
                .order_by(contact.c.follow_up, contact.c.id)
                .limit(_FOLLOW_UPS)
            )
            return tuple(
                FollowUp(
                    voter=row.number,
                    name=f"{row.first_name} {row.usage_name or row.family_name}",
                    day=row.follow_up,
                    motive=Motive(row.motive),
                    operator=row.by,
                    note=row.note,
                )
                for row in connection.execute(query)
            )


def contacts_of(voter_id: int) -> Select[Any]:
    """Asks for the voter's last calls, newest first; `contact_views` reads the answer."""
    return (
        select(contact, operator.c.name.label("by"))
        .join(operator, operator.c.id == contact.c.operator_id)
        .where(contact.c.voter_id == voter_id)
        .order_by(contact.c.id.desc())
        .limit(_RECENT)
    )


def contact_views(rows: Sequence[Record]) -> tuple[ContactView, ...]:
    """The calls in the rows of `contacts_of`."""
    return tuple(
        ContactView(
            id=row.id,
            operator=row.by,
            started=row.started,
            ended=row.ended,
            channel=Channel(row.channel),
            motive=Motive(row.motive),
            outcome=ContactOutcome(row.outcome),
            note=row.note,
            follow_up=row.follow_up,
        )
        for row in rows
    )

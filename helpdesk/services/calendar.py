"""Changing the election's calendar: an administrator's act, with a reason."""

from dataclasses import fields

from sqlalchemy import update

from helpdesk.domain.audit import Action
from helpdesk.domain.calendar import Election
from helpdesk.domain.errors import BadCalendar, Refusal, TextMissing
from helpdesk.domain.roles import Operator, Permission
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import checked_reason, operator_at_work, record_refusal
from helpdesk.store.audit_chain import append
from helpdesk.store.schema import election


class Calendar:
    """The moments that every rule of time goes by."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def change(self, actor: Operator, value: Election, *, reason: str) -> None:
        """Replace the calendar; audited with the moments that changed.

        Raises ReasonMissing, TextMissing for an election without a name, BadCalendar, RoleRefused.
        """
        reason = checked_reason(reason)
        if not value.name:
            raise TextMissing
        if not value.portal_opens < value.vote_opens < value.vote_closes or value.codes_from > value.codes_until:
            raise BadCalendar
        try:
            with self._context.store.write() as connection:
                who = operator_at_work(connection, actor, Permission.CHANGE_CALENDAR)
                before = current_election(connection)
                changed = {
                    name: new if isinstance(new, str) else new.isoformat()
                    for name, new in ((each.name, getattr(value, each.name)) for each in fields(Election))
                    if new != getattr(before, name)
                }
                connection.execute(update(election).values({name: getattr(value, name) for name in changed}))
                append(
                    connection,
                    at=self._context.clock(),
                    actor=who.name,
                    action=Action.CALENDAR_CHANGED,
                    reason=reason,
                    detail=changed,
                )
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.CALENDAR_CHANGED, refusal)
            raise

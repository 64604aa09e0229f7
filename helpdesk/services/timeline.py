"""What happened to one voter's account: desk actions, mails and links in one history."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.states import MailFate
from helpdesk.domain.voters import LinkView, MailView, TimelineEntry
from helpdesk.store.schema import audit_event
from helpdesk.store.together import Record

_RECENT = 200
_TOLD_ELSEWHERE = (Action.MAIL_ACCEPTED, Action.MAIL_FAILED, Action.LINK_OPENED)


def timeline_of(
    actions: Sequence[Record], mails: tuple[MailView, ...], links: tuple[LinkView, ...]
) -> tuple[TimelineEntry, ...]:
    """The history, newest first; `actions` are the rows of `actions_of`."""
    entries = [_entry(row) for row in actions]
    for mail in mails:
        entries.append(TimelineEntry(mail.queued_at, "", "mail_queued", mail.kind))
        if mail.sent_at is not None:
            came = mail.fate is MailFate.DELIVERED
            entries.append(TimelineEntry(mail.sent_at, "", "mail_delivered" if came else "mail_accepted", mail.kind))
        elif mail.fate is MailFate.FAILED_PERMANENTLY:
            entries.append(TimelineEntry(mail.queued_at, "", f"mail_{mail.fate}", mail.kind))
    for link in links:
        steps = (("link_opened", link.opened), ("link_used", link.used), ("link_replaced", link.replaced))
        entries += [TimelineEntry(at, "", event, link.purpose) for event, at in steps if at is not None]
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True))


def actions_of(number: str) -> Select[Any]:
    """Asks for at most the last 200 desk actions on a voter, views left out."""
    return (
        select(
            audit_event.c.at,
            audit_event.c.actor,
            audit_event.c.action,
            audit_event.c.outcome,
            audit_event.c.reason,
            audit_event.c.detail,
        )
        .where(
            audit_event.c.voter == number,
            ~((audit_event.c.action == Action.VOTER_VIEWED) & (audit_event.c.outcome == Outcome.DONE)),
            audit_event.c.action.not_in(_TOLD_ELSEWHERE),
        )
        .order_by(audit_event.c.seq.desc())
        .limit(_RECENT)
    )


def _entry(row: Record) -> TimelineEntry:
    """A row of the trail; of what became of a mail, the mail's kind is the detail."""
    match row.action:
        case Action.MAIL_EXPIRED:
            return TimelineEntry(row.at, row.actor, "mail_expired", row.detail["kind"])
        case Action.MAIL_RETURNED:
            return TimelineEntry(row.at, row.actor, f"mail_returned_{row.detail['returned']}", row.detail["kind"])
    return TimelineEntry(row.at, row.actor, f"{row.action}_{row.outcome}", row.reason or "")

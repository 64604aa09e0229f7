"""Resending the mail that helps a voter onwards: activation, password or question link, to the tied address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from helpdesk.domain.addresses import mask_address
from helpdesk.domain.audit import Action
from helpdesk.domain.errors import ChangedMeanwhile, ResendThrottled
from helpdesk.domain.limits import Limits
from helpdesk.domain.ports import MailContent
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import (
    LINK_MAILS,
    AccountEvent,
    AccountState,
    MailFate,
    MailKind,
    Phase,
    link_purpose,
    next_state,
)
from helpdesk.domain.voters import QueuedMail
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import checked_reason, guarded_action, guarded_look
from helpdesk.services.mail_queue import NEVER_SENT, mail_facts, queue_mail, renew_links, tied_address
from helpdesk.services.recent import lately
from helpdesk.services.standing_wordings import standing_wordings
from helpdesk.store.schema import account, outbox

OPEN_PHASES = frozenset({Phase.ACTIVATION, Phase.VOTE})
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MailPreview:
    """What the voter will receive, without a link; `to` is masked until the operator verified the caller."""

    kind: MailKind
    to: str
    content: MailContent


class Activation:
    """Sending a voter the link for their next step."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def preview(self, actor: Operator, number: str) -> MailPreview:
        """The mail that `resend` would queue now, with a placeholder for its link. Raises the guard's refusals."""
        look = guarded_look(self._context, actor, permission=Permission.RESEND_LINK, number=number, phases=OPEN_PHASES)
        with look as seen:
            state = account_state(seen.connection, seen.voter.id)
            kind = MailKind(link_purpose(state))
            tied = tied_address(seen.connection, seen.voter.id)
            shown = tied if seen.verified_until else mask_address(tied)
            facts = mail_facts(
                self._context,
                seen.voter,
                kind=kind,
                election_name=seen.election.name,
                tied=shown,
                link=None,
                wording=standing_wordings(seen.connection).get((kind, seen.voter.language)),
            )
        return MailPreview(kind, shown, self._context.renderer.render(facts))

    def resend(
        self,
        actor: Operator,
        number: str,
        *,
        reason: str,
        seen_generation: int | None = None,
        request: str | None = None,
        override: bool = False,
    ) -> QueuedMail:
        """Queue a mail with a new link to the tied address; older links die.

        A mail that nobody has tried to send yet is not doubled: it is reported as `repeated`, and so is a
        `request` that was done before. Raises ReasonMissing, ChangedMeanwhile when `seen_generation` is no
        longer the account's, ResendThrottled (three an hour and ten a day by default; a supervisor may
        `override` with the reason), and the guard's refusals.
        """
        reason = checked_reason(reason)
        with guarded_action(
            self._context,
            actor,
            action=Action.LINK_RESENT,
            permission=Permission.OVERRIDE_THROTTLE if override else Permission.RESEND_LINK,
            number=number,
            reason=reason,
            request=request,
            phases=OPEN_PHASES,
        ) as act:
            connection, voter_id = act.connection, act.voter.id
            tied = tied_address(connection, voter_id)
            if act.done_before is not None:
                return repeated(act.done_before.detail, tied)
            state = account_state(connection, voter_id)
            kind = MailKind(link_purpose(state))
            waiting = waiting_mail(connection, voter_id, kind, tied)
            if waiting is not None:
                act.detail |= {"message": str(waiting), "kind": kind, "repeated": "yes"}
                return QueuedMail(waiting, kind, mask_address(tied), repeated=True)
            check_generation(connection, voter_id, seen_generation)
            until = throttled_until(connection, voter_id, act.now, self._context.limits)
            if until is not None and not override:
                raise ResendThrottled(until, overridable=act.operator.may(Permission.OVERRIDE_THROTTLE))
            generation = renew_links(connection, voter_id, act.now)
            after = next_state(state, AccountEvent.LINK_ISSUED) or state
            connection.execute(update(account).where(account.c.voter_id == voter_id).values(state=after))
            message = queue_mail(
                connection, self._context, act.voter, kind=kind, to=tied, generation=generation, now=act.now
            )
            act.detail |= {"message": str(message), "kind": kind}
            if until is not None:
                act.detail["override"] = "throttle"
            return QueuedMail(message, kind, mask_address(tied))


def account_state(connection: Connection, voter_id: int) -> AccountState:
    """The stored state of a voter's account."""
    return AccountState(connection.execute(select(account.c.state).where(account.c.voter_id == voter_id)).scalar_one())


def check_generation(connection: Connection, voter_id: int, seen: int | None) -> None:
    """Raise ChangedMeanwhile when the account is no longer the one that the operator saw."""
    current = connection.execute(select(account.c.link_generation).where(account.c.voter_id == voter_id)).scalar_one()
    if seen is not None and current != seen:
        raise ChangedMeanwhile


def repeated(detail: dict[str, str], tied: str) -> QueuedMail:
    """What an earlier run of the same request did, from its audit row."""
    return QueuedMail(int(detail["message"]), MailKind(detail["kind"]), mask_address(tied), repeated=True)


def throttled_until(connection: Connection, voter_id: int, now: datetime, limits: Limits) -> datetime | None:
    """When the next link mail may go to this voter, None if it may now. Mails never sent do not count."""
    times = connection.scalars(
        select(outbox.c.queued_at)
        .where(
            outbox.c.voter_id == voter_id,
            outbox.c.kind.in_(LINK_MAILS),
            lately(outbox.c.queued_at, now, _DAY),
            ~NEVER_SENT,
        )
        .order_by(outbox.c.queued_at.desc())
    ).all()
    waits = [
        times[allowed - 1] + window
        for allowed, window in ((limits.resends_per_hour, _HOUR), (limits.resends_per_day, _DAY))
        if len(times) >= allowed and times[allowed - 1] + window > now
    ]
    return max(waits, default=None)


def waiting_mail(connection: Connection, voter_id: int, kind: MailKind, tied: str) -> int | None:
    """A mail of this kind that nobody has tried to send yet, None if there is none."""
    found: int | None = connection.scalar(
        select(outbox.c.id)
        .where(
            outbox.c.voter_id == voter_id,
            outbox.c.kind == kind,
            outbox.c.to_address == tied,
            outbox.c.fate == MailFate.QUEUED,
        )
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    return found

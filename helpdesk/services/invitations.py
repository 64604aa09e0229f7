"""Invitations and reminders in bulk: counted first, queued batch by batch, to nobody twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, insert, or_, select, update

from helpdesk.domain.audit import Action
from helpdesk.domain.calendar import Election
from helpdesk.domain.errors import CampaignEnded, CampaignNotFound, ConfirmationNeeded, Refusal
from helpdesk.domain.invitations import CONFIRM_ABOVE, CampaignView, Selection
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import (
    LINK_MAILS,
    WAITING_FATES,
    AccountEvent,
    AccountState,
    CampaignState,
    MailFate,
    MailKind,
    MailPriority,
    link_purpose,
    next_state,
)
from helpdesk.services.activation import OPEN_PHASES
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import check_phase, checked_reason, operator_at_work, record_refusal
from helpdesk.services.mail_queue import CANCELLED, NEVER_SENT, new_mail
from helpdesk.services.recent import lately
from helpdesk.store.audit_chain import Entry, append, append_all
from helpdesk.store.engine import lock_voters, own_voter_number
from helpdesk.store.schema import account, address, campaign, establishment, one_time_link, operator, outbox, voter

BATCH = 200
_NAMED = 50
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_UNFINISHED = (CampaignState.RUNNING, CampaignState.PAUSED)
_SENT = (MailFate.ACCEPTED, MailFate.DELIVERED, MailFate.DELAYED)


class Invitations:
    """Campaigns, for supervisors and administrators.

    A campaign goes through the voters in the order of their internal numbers. Each batch is one transaction: the
    voters are chosen again under their locks, by the rules of a single resend, and the campaign's place moves on
    with them. So a run that dies is continued where it stopped, and nobody is invited twice.
    """

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def count(self, actor: Operator, selection: Selection) -> int:
        """How many voters a campaign would write to now; changes nothing. Raises RoleRefused, WrongPhase."""
        now = self._context.clock()
        with self._context.store.read() as connection:
            who, _election = self._admit(connection, actor, now)
            return self._count(connection, who, selection, now)

    def start(
        self, actor: Operator, selection: Selection, *, reason: str, confirmed: int | None = None
    ) -> CampaignView:
        """Begin a campaign, or continue the unfinished one of the same selection; nothing is queued yet.

        Raises ConfirmationNeeded when there are more than 100 voters and `confirmed` is not their number,
        ReasonMissing, RoleRefused, WrongPhase.
        """
        reason, now = checked_reason(reason), self._context.clock()
        try:
            with self._context.store.write() as connection:
                who, _election = self._admit(connection, actor, now)
                for row in connection.execute(select(campaign).where(campaign.c.state.in_(_UNFINISHED))):
                    if Selection.of(row.selection) == selection:
                        return _view(connection, row.id)
                total = self._count(connection, who, selection, now)
                if total > CONFIRM_ABOVE and confirmed != total:
                    raise ConfirmationNeeded(total)
                made = connection.execute(
                    insert(campaign)
                    .values(
                        created_by=who.id,
                        created_at=now,
                        reason=reason,
                        selection=selection.document(),
                        state=CampaignState.RUNNING,
                        total=total,
                        changed_at=now,
                    )
                    .returning(campaign.c.id)
                ).scalar_one()
                detail = {"campaign": str(made), "total": str(total)}
                detail |= {key: str(value) for key, value in selection.document().items() if value not in ("", None)}
                append(connection, at=now, actor=who.name, action=Action.CAMPAIGN_STARTED, reason=reason, detail=detail)
                return _view(connection, made)
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.CAMPAIGN_STARTED, refusal, reason=reason)
            raise

    def advance(self, actor: Operator, campaign_id: int) -> CampaignView:
        """Queue the next batch of a running campaign; where it stands after that. The last batch ends it.

        Raises CampaignNotFound, RoleRefused, WrongPhase.
        """
        now = self._context.clock()
        with self._context.store.write() as connection:
            who, _election = self._admit(connection, actor, now)
            row = _locked(connection, campaign_id)
            if row.state != CampaignState.RUNNING:
                return _view(connection, campaign_id)
            selection = Selection.of(row.selection)
            wanted = self._eligible(connection, who, selection, now).where(voter.c.id > row.last_voter_id)
            batch = connection.execute(wanted.order_by(voter.c.id).limit(BATCH)).all()
            values: dict[str, object] = {"changed_at": now}
            if batch:
                lock_voters(connection, [each.number for each in batch], now)
                ids = [each.id for each in batch]
                chosen = connection.execute(
                    self._eligible(connection, who, selection, now).where(voter.c.id.in_(ids)).order_by(voter.c.id)
                ).all()
                self._invite(connection, who, campaign_id, chosen, now)
                values |= {"last_voter_id": ids[-1], "queued": campaign.c.queued + len(chosen)}
            if len(batch) < BATCH:
                values["state"] = CampaignState.DONE
                detail = {"campaign": str(campaign_id), "state": str(CampaignState.DONE)}
                append(connection, at=now, actor=who.name, action=Action.CAMPAIGN_CHANGED, detail=detail)
            connection.execute(update(campaign).where(campaign.c.id == campaign_id).values(values))
            return _view(connection, campaign_id)

    def pause(self, actor: Operator, campaign_id: int) -> CampaignView:
        """Queue no more, and hold back what is queued and not sent yet. Raises CampaignEnded and as `advance`."""
        return self._change(actor, campaign_id, CampaignState.PAUSED)

    def resume(self, actor: Operator, campaign_id: int) -> CampaignView:
        """Go on after a pause. Raises CampaignEnded and as `advance`."""
        return self._change(actor, campaign_id, CampaignState.RUNNING)

    def stop(self, actor: Operator, campaign_id: int) -> CampaignView:
        """End a campaign for good; its mails that nobody has tried to send yet are cancelled. Raises as `pause`."""
        return self._change(actor, campaign_id, CampaignState.STOPPED)

    def all(self, actor: Operator) -> tuple[CampaignView, ...]:
        """The newest campaigns, newest first. Raises RoleRefused."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.INVITE)
            ids = connection.scalars(select(campaign.c.id).order_by(campaign.c.id.desc()).limit(50)).all()
            return tuple(_view(connection, each) for each in ids)

    def _admit(self, connection: Connection, actor: Operator, now: datetime) -> tuple[Operator, Election]:
        who = operator_at_work(connection, actor, Permission.INVITE)
        election = current_election(connection)
        check_phase(election, now, OPEN_PHASES)
        return who, election

    def _count(self, connection: Connection, who: Operator, selection: Selection, now: datetime) -> int:
        eligible = self._eligible(connection, who, selection, now).subquery()
        return connection.scalar(select(func.count()).select_from(eligible)) or 0

    def _eligible(self, connection: Connection, who: Operator, selection: Selection, now: datetime) -> Select[Any]:
        """Voters that a mail may and should go to now: the selection, the scope, and every rule of a resend."""
        limits = self._context.limits
        columns: list[ColumnElement[Any]] = [
            voter.c.id,
            voter.c.number,
            voter.c.language,
            account.c.state,
            account.c.link_generation,
            address.c.address,
        ]
        link_mail = and_(outbox.c.voter_id == voter.c.id, outbox.c.kind.in_(LINK_MAILS))
        sent_lately = select(func.count()).where(link_mail, ~NEVER_SENT).correlate(voter)
        rules = [
            voter.c.missing_since.is_(None),
            account.c.state.in_(selection.states),
            address.c.bounces < limits.failing_bounces,
            ~exists().where(link_mail, outbox.c.fate.in_(WAITING_FATES)),
            sent_lately.where(lately(outbox.c.queued_at, now, _HOUR)).scalar_subquery() < limits.resends_per_hour,
            sent_lately.where(lately(outbox.c.queued_at, now, _DAY)).scalar_subquery() < limits.resends_per_day,
            *_places(selection),
            *_scope(who),
        ]
        if selection.days is not None:
            since = now - timedelta(days=selection.days)
            rules.append(~exists().where(link_mail, ~NEVER_SENT, outbox.c.queued_at > since))
        if (own := own_voter_number(connection, who.id)) is not None:
            rules.append(voter.c.number != own)
        return (
            select(*columns)
            .join(account, account.c.voter_id == voter.c.id)
            .join(address, (address.c.voter_id == voter.c.id) & address.c.tied)
            .join(establishment, establishment.c.id == voter.c.establishment_id)
            .where(*rules)
        )

    def _invite(
        self, connection: Connection, who: Operator, campaign_id: int, rows: Sequence[Row[Any]], now: datetime
    ) -> None:
        """Renew the links of some voters and queue their mails: what a resend does to one, done to all of them."""
        if not rows:
            return
        ids = [row.id for row in rows]
        for state in sorted({row.state for row in rows}):
            after = next_state(AccountState(state), AccountEvent.LINK_ISSUED) or state
            of_state = [row.id for row in rows if row.state == state]
            connection.execute(
                update(account)
                .where(account.c.voter_id.in_(of_state))
                .values(state=after, link_generation=account.c.link_generation + 1)
            )
        connection.execute(
            update(one_time_link)
            .where(
                one_time_link.c.voter_id.in_(ids), one_time_link.c.used.is_(None), one_time_link.c.replaced.is_(None)
            )
            .values(replaced=now)
        )
        mails, told = [], []
        for row in rows:
            kind = MailKind(link_purpose(AccountState(row.state)))
            mails.append(
                new_mail(
                    self._context,
                    row.id,
                    kind=kind,
                    language=row.language,
                    to=row.address,
                    generation=row.link_generation + 1,
                    now=now,
                    campaign=campaign_id,
                )
            )
            detail = {"campaign": str(campaign_id), "kind": str(kind)}
            told.append(Entry(Action.INVITED, voter=row.number, detail=detail))
        connection.execute(insert(outbox), mails)
        append_all(connection, at=now, actor=who.name, entries=told)

    def _change(self, actor: Operator, campaign_id: int, state: CampaignState) -> CampaignView:
        now = self._context.clock()
        with self._context.store.write() as connection:
            who = operator_at_work(connection, actor, Permission.INVITE)
            row = _locked(connection, campaign_id)
            unsent = and_(outbox.c.campaign_id == campaign_id, outbox.c.fate == MailFate.QUEUED)
            if row.state == CampaignState.DONE and state is not CampaignState.RUNNING:
                _require_waiting(connection, campaign_id)
            elif row.state not in _UNFINISHED:
                raise CampaignEnded
            if state is CampaignState.STOPPED:
                values: dict[str, object] = {"fate": MailFate.EXPIRED, "answer_code": CANCELLED}
            else:
                held = state is CampaignState.PAUSED
                values = {"priority": MailPriority.HELD if held else MailPriority.BULK}
            few = connection.scalars(
                select(voter.c.number).join(outbox, outbox.c.voter_id == voter.c.id).where(unsent).limit(_NAMED + 1)
            ).all()
            connection.execute(update(outbox).where(unsent).values(values))
            connection.execute(update(campaign).where(campaign.c.id == campaign_id).values(state=state, changed_at=now))
            detail = {"campaign": str(campaign_id), "state": str(state)}
            told = [Entry(Action.CAMPAIGN_CHANGED, detail=detail)]
            if len(few) <= _NAMED:  # otherwise the campaign's number tells who they are
                told += [Entry(Action.CAMPAIGN_CHANGED, voter=number, detail=detail) for number in few]
            append_all(connection, at=now, actor=who.name, entries=told)
            return _view(connection, campaign_id)


def _require_waiting(connection: Connection, campaign_id: int) -> None:
    """A campaign that queued everybody can still be paused or stopped while mails of it wait."""
    waiting = exists().where(outbox.c.campaign_id == campaign_id, outbox.c.fate == MailFate.QUEUED)
    if not connection.scalar(select(waiting)):
        raise CampaignEnded


def _locked(connection: Connection, campaign_id: int) -> Row[Any]:
    row = connection.execute(select(campaign).where(campaign.c.id == campaign_id).with_for_update()).first()
    if row is None:
        raise CampaignNotFound
    return row


def _view(connection: Connection, campaign_id: int) -> CampaignView:
    row = connection.execute(
        select(campaign, operator.c.name.label("who"))
        .join(operator, operator.c.id == campaign.c.created_by)
        .where(campaign.c.id == campaign_id)
    ).one()
    fates: dict[str, int] = {
        each.fate: each.mails
        for each in connection.execute(
            select(outbox.c.fate, func.count().label("mails"))
            .where(outbox.c.campaign_id == campaign_id)
            .group_by(outbox.c.fate)
        )
    }
    return CampaignView(
        id=row.id,
        created_at=row.created_at,
        created_by=row.who,
        reason=row.reason,
        selection=Selection.of(row.selection),
        state=CampaignState(row.state),
        total=row.total,
        queued=row.queued,
        sent=sum(fates.get(fate, 0) for fate in _SENT),
        waiting=sum(fates.get(fate, 0) for fate in WAITING_FATES),
        failed=fates.get(MailFate.FAILED_PERMANENTLY, 0) + fates.get(MailFate.EXPIRED, 0),
    )


def _places(selection: Selection) -> list[ColumnElement[bool]]:
    wanted = {
        voter.c.academy: selection.academy,
        voter.c.department: selection.department,
        voter.c.corps: selection.corps,
        func.lower(establishment.c.code): selection.establishment.strip().lower(),
    }
    return [column == value for column, value in wanted.items() if value]


def _scope(who: Operator) -> list[ColumnElement[bool]]:
    if who.scope.is_everything:
        return []
    return [
        or_(voter.c.academy.in_(sorted(who.scope.academies)), voter.c.department.in_(sorted(who.scope.departments)))
    ]

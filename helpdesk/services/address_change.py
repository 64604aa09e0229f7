"""Changing the tied address with four eyes: one operator asks, another one approves or refuses."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from helpdesk.domain.address_changes import AddressChangeView
from helpdesk.domain.addresses import fold_address, is_address, mask_address, read_pasted
from helpdesk.domain.audit import Action
from helpdesk.domain.errors import (
    AddressAlreadyTied,
    AddressOwned,
    BadAddress,
    ChangeDecided,
    ChangeExpired,
    ChangeNotFound,
    ChangeWaiting,
    EvidenceMissing,
    OutOfScope,
    OwnRequest,
    Refusal,
    RollFrozen,
)
from helpdesk.domain.folding import nfc
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import AddressSource, MailKind, Phase
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import (
    MINIMUM_REASON,
    GuardedAction,
    checked_reason,
    guarded_action,
    operator_at_work,
    record_refusal,
)
from helpdesk.services.mail_queue import queue_mail, renew_links, tied_address
from helpdesk.services.scopes import within_scope
from helpdesk.store.engine import is_duplicate, own_voter_number
from helpdesk.store.schema import address, approval, operator, portal_session, voter
from helpdesk.store.search import add_voters, remove_voters
from helpdesk.store.together import Record

_SHOWN = 200
_DECIDED_DAYS = 30


class AddressChanges:
    """Requests for another tied address (facts.md, "The tied address is dead")."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def request(
        self,
        actor: Operator,
        number: str,
        *,
        wanted: str,
        reason: str,
        evidence: str = "",
        request: str | None = None,
    ) -> None:
        """Ask for another tied address, for a verified caller; nothing changes before somebody else approves.

        An address that the voter is known by needs no evidence, a new one does: where it comes from (directory,
        HR). Raises BadAddress, EvidenceMissing, AddressAlreadyTied, AddressOwned, ChangeWaiting, RollFrozen during
        the vote (facts.md rule 9), ReasonMissing, NotVerified and the guard's other refusals.
        """
        reason, evidence = checked_reason(reason), nfc(evidence)[:500]
        wanted = read_pasted(wanted)
        if not is_address(wanted):
            raise BadAddress
        with guarded_action(
            self._context,
            actor,
            action=Action.ADDRESS_CHANGE_REQUESTED,
            permission=Permission.REQUEST_ADDRESS_CHANGE,
            number=number,
            reason=reason,
            request=request,
            needs_verification=True,
        ) as act:
            if act.done_before is not None:
                return
            _refuse_if_frozen(act)
            waiting = _open_until(act.connection, act.voter.id, act.now)
            if waiting is not None:
                raise ChangeWaiting(waiting)
            known = _check_wanted(act, wanted)
            if not known and len(evidence) < MINIMUM_REASON:
                raise EvidenceMissing
            act.connection.execute(
                insert(approval).values(
                    voter_id=act.voter.id,
                    address=wanted,
                    reason=reason,
                    evidence="" if known else evidence,
                    requested_by=act.operator.id,
                    requested_at=act.now,
                    expires=act.now + timedelta(seconds=self._context.limits.address_change_seconds),
                )
            )
            act.detail |= {"address": mask_address(wanted), "known": "yes" if known else "no"}

    def waiting(self, actor: Operator) -> tuple[AddressChangeView, ...]:
        """Requests of the operator's scope that nobody decided on yet, the oldest first. Raises RoleRefused."""
        now = self._context.clock()
        return self._list(actor, and_(approval.c.approved.is_(None), approval.c.expires > now), newest=False)

    def decided(self, actor: Operator) -> tuple[AddressChangeView, ...]:
        """Requests of the last 30 days that were decided on or expired, the newest first. Raises RoleRefused."""
        now = self._context.clock()
        over = or_(approval.c.approved.is_not(None), approval.c.expires <= now)
        return self._list(actor, and_(over, approval.c.requested_at > now - timedelta(days=_DECIDED_DAYS)), newest=True)

    def count(self, actor: Operator) -> int:
        """How many requests wait for this operator: not their own ones. Raises RoleRefused."""
        now = self._context.clock()
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.APPROVE_ADDRESS_CHANGE)
            query = (
                select(func.count())
                .select_from(approval.join(voter, voter.c.id == approval.c.voter_id))
                .where(
                    approval.c.approved.is_(None),
                    approval.c.expires > now,
                    approval.c.requested_by != who.id,
                    within_scope(who.scope),
                )
            )
            mine = own_voter_number(connection, who.id)
            if mine is not None:
                query = query.where(voter.c.number != mine)
            return connection.execute(query).scalar_one()

    def approve(self, actor: Operator, change: int, *, reason: str, request: str | None = None) -> None:
        """Tie the account to the address asked for: links and portal sessions end, both addresses are told.

        Raises ReasonMissing, ChangeNotFound, ChangeDecided, ChangeExpired, OwnRequest, AddressOwned, RollFrozen and
        the guard's refusals. The database itself refuses a decision by whoever asked.
        """
        reason = checked_reason(reason)
        with self._decision(actor, change, Action.ADDRESS_CHANGE_APPROVED, reason, request) as act:
            if act.done_before is not None:
                return
            row = _undecided(act, change)
            _refuse_if_frozen(act)
            before = tied_address(act.connection, act.voter.id)
            _check_wanted(act, row.address)
            _decide(act, change, approved=True, reason=reason)
            _tie(act, row.address)
            self._tell(act, before, row.address)
            act.detail |= {"address": mask_address(row.address), "requested_by": _name(act.connection, row)}

    def refuse(self, actor: Operator, change: int, *, reason: str, request: str | None = None) -> None:
        """Refuse the request; the address stays. Raises what `approve` raises, but for the address and the vote."""
        reason = checked_reason(reason)
        with self._decision(actor, change, Action.ADDRESS_CHANGE_REFUSED, reason, request) as act:
            if act.done_before is not None:
                return
            row = _undecided(act, change)
            _decide(act, change, approved=False, reason=reason)
            act.detail |= {"address": mask_address(row.address), "requested_by": _name(act.connection, row)}

    def _decision(
        self, actor: Operator, change: int, action: Action, reason: str, request: str | None
    ) -> AbstractContextManager[GuardedAction]:
        try:
            with self._context.store.read() as connection:
                who = operator_at_work(connection, actor, Permission.APPROVE_ADDRESS_CHANGE)
                number: str | None = connection.scalar(
                    select(voter.c.number)
                    .join(approval, approval.c.voter_id == voter.c.id)
                    .where(approval.c.id == change)
                )
                if number is None and not who.scope.is_everything:
                    raise OutOfScope  # a server shows no voter elsewhere: none at all must look alike
        except Refusal as refusal:
            record_refusal(self._context, actor.name, action, refusal, reason=reason)
            raise
        if number is None:
            raise ChangeNotFound
        return guarded_action(
            self._context,
            actor,
            action=action,
            permission=Permission.APPROVE_ADDRESS_CHANGE,
            number=number,
            reason=reason,
            request=request,
        )

    def _tell(self, act: GuardedAction, before: str, after: str) -> None:
        generation = renew_links(act.connection, act.voter.id, act.now)
        for to in (before, after):
            queue_mail(
                act.connection,
                self._context,
                act.voter,
                kind=MailKind.TIED_ADDRESS_NOTICE,
                to=to,
                generation=generation,
                now=act.now,
            )

    def _list(self, actor: Operator, which: ColumnElement[bool], *, newest: bool) -> tuple[AddressChangeView, ...]:
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.APPROVE_ADDRESS_CHANGE)
            query = _views().where(which, within_scope(who.scope))
            order = approval.c.id.desc() if newest else approval.c.id
            rows = connection.execute(query.order_by(order).limit(_SHOWN))
            return tuple(change_view(row) for row in rows)


def waiting_change(voter_id: int, now: datetime) -> Select[Any]:
    """Asks for the voter's request that nobody decided on yet; `change_view` reads the row, if there is one."""
    query = _views().where(approval.c.voter_id == voter_id, approval.c.approved.is_(None), approval.c.expires > now)
    return query.order_by(approval.c.id.desc()).limit(1)


def _views() -> Select[Any]:
    asked, decided, tied = operator.alias("asked"), operator.alias("decided"), address.alias("tied")
    return (
        select(
            approval,
            voter.c.number,
            voter.c.first_name,
            voter.c.usage_name,
            voter.c.family_name,
            tied.c.address.label("tied"),
            asked.c.name.label("asked_by"),
            decided.c.name.label("decider"),
        )
        .join(voter, voter.c.id == approval.c.voter_id)
        .join(tied, and_(tied.c.voter_id == voter.c.id, tied.c.tied))
        .join(asked, asked.c.id == approval.c.requested_by)
        .outerjoin(decided, decided.c.id == approval.c.decided_by)
    )


def change_view(row: Record) -> AddressChangeView:
    """A request as the desk shows it."""
    return AddressChangeView(
        id=row.id,
        voter=row.number,
        name=f"{row.first_name} {row.usage_name or row.family_name}",
        tied_address=row.tied,
        address=row.address,
        known=not row.evidence,
        evidence=row.evidence,
        reason=row.reason,
        requested_by=row.asked_by,
        requested_at=row.requested_at,
        expires=row.expires,
        decided_by=row.decider,
        decided_at=row.decided_at,
        approved=row.approved,
        decision_reason=row.decision_reason or "",
    )


def _refuse_if_frozen(act: GuardedAction) -> None:
    if act.election.phase(act.now) is Phase.VOTE:
        raise RollFrozen


def _open_until(connection: Connection, voter_id: int, now: datetime) -> datetime | None:
    until: datetime | None = connection.scalar(
        select(approval.c.expires)
        .where(approval.c.voter_id == voter_id, approval.c.approved.is_(None), approval.c.expires > now)
        .limit(1)
    )
    return until


def _check_wanted(act: GuardedAction, wanted: str) -> bool:
    """True when the voter is known by this address already. Raises AddressAlreadyTied, AddressOwned."""
    folded = fold_address(wanted)
    if folded == fold_address(tied_address(act.connection, act.voter.id)):
        raise AddressAlreadyTied
    tied_elsewhere = select(address.c.id).where(
        address.c.folded == folded, address.c.tied, address.c.voter_id != act.voter.id
    )
    if act.connection.scalar(tied_elsewhere.limit(1)) is not None:
        raise AddressOwned
    mine = select(address.c.id).where(address.c.folded == folded, address.c.voter_id == act.voter.id)
    return act.connection.scalar(mine) is not None


def _undecided(act: GuardedAction, change: int) -> Row[Any]:
    """The request, under the voter's lock."""
    row = act.connection.execute(select(approval).where(approval.c.id == change)).first()
    if row is None:
        raise ChangeNotFound
    if row.requested_by == act.operator.id:
        raise OwnRequest
    if row.approved is not None:
        raise ChangeDecided
    if act.now >= row.expires:
        raise ChangeExpired
    return row


def _decide(act: GuardedAction, change: int, *, approved: bool, reason: str) -> None:
    act.connection.execute(
        update(approval)
        .where(approval.c.id == change)
        .values(decided_by=act.operator.id, decided_at=act.now, approved=approved, decision_reason=reason)
    )


def _tie(act: GuardedAction, wanted: str) -> None:
    """Exactly one address of the voter is tied at any time, so the old one is untied first."""
    connection, voter_id, folded = act.connection, act.voter.id, fold_address(wanted)
    remove_voters(connection, [voter_id])
    connection.execute(update(address).where(address.c.voter_id == voter_id, address.c.tied).values(tied=False))
    tied = (
        update(address)
        .where(address.c.voter_id == voter_id, address.c.folded == folded)
        .values(tied=True, bounces=0)
        .returning(address.c.id)
    )
    new = insert(address).values(
        voter_id=voter_id, address=wanted, folded=folded, tied=True, source=AddressSource.APPROVAL
    )
    try:
        if connection.execute(tied).first() is None:
            connection.execute(new)
    except IntegrityError as error:
        if is_duplicate(error):  # it is somebody's whom this login does not see: only the server's index knows
            raise AddressOwned from None
        raise
    add_voters(connection, [voter_id])
    connection.execute(
        update(portal_session)
        .where(portal_session.c.voter_id == voter_id, portal_session.c.ended.is_(None))
        .values(ended=act.now)
    )


def _name(connection: Connection, row: Row[Any]) -> str:
    name: str = connection.execute(select(operator.c.name).where(operator.c.id == row.requested_by)).scalar_one()
    return name

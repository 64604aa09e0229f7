"""The one path of every guarded action: begin, lock, check, act, audit, commit.

A refusal is rolled back and then audited in a transaction of its own, so that it is never lost with the action.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from helpdesk.domain.audit import Action, AuditEvent, Outcome
from helpdesk.domain.calendar import Election
from helpdesk.domain.errors import (
    NoteHoldsSecret,
    NotVerified,
    OutcomeUnknown,
    OutOfScope,
    OutsideFault,
    OwnRecord,
    ReasonMissing,
    Refusal,
    RoleRefused,
    SessionEnded,
    StoreUnreachable,
    VoterNotFound,
    WrongPhase,
)
from helpdesk.domain.folding import nfc
from helpdesk.domain.roles import Operator, Permission, Role, Scope
from helpdesk.domain.spoken_secrets import holds_secret
from helpdesk.domain.states import Phase
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import election_of
from helpdesk.store.audit_chain import append, done_before
from helpdesk.store.engine import lock_voter, own_voter, wait_at_most
from helpdesk.store.schema import election, operator, operator_scope, verification, voter
from helpdesk.store.together import Record, read_together

MINIMUM_REASON = 3
_ASK_AGAIN_SECONDS = (0.1, 0.3, 1.0, 2.0)
_LOCK_SECONDS = 3
VOTER_COLUMNS = tuple(column for column in voter.columns if column.name not in {"birth_date", "roll_digest"})
"""What a login of the desk may read of a voter on every database."""


@dataclass(slots=True)
class GuardedAction:
    """What a guarded action works with, inside its transaction.

    `done_before` is the audit row of an earlier run of the same request: the action then changes nothing.
    What is put into `detail` goes into the audit row; it must hold no secret.
    """

    connection: Connection
    now: datetime
    operator: Operator
    voter: Record
    election: Election
    verified_until: datetime | None
    done_before: AuditEvent | None
    detail: dict[str, str] = field(default_factory=dict)
    outcome: Outcome = Outcome.DONE


@contextmanager
def guarded_action(
    context: ServiceContext,
    actor: Operator,
    *,
    action: Action,
    permission: Permission,
    number: str,
    reason: str | None = None,
    request: str | None = None,
    phases: frozenset[Phase] | None = None,
    needs_verification: bool = False,
) -> Iterator[GuardedAction]:
    """Run the body of a guarded action on one voter.

    Checks, under the voter's lock: the operator as stored now, the permission, the scope, that it is not the
    operator's own record, the phase, the verification. Raises the refusal, after having audited it.
    """
    now = context.clock()
    try:
        with context.store.write() as connection:
            lock_voter(connection, number, now)
            guarded = _admit(connection, actor, permission, number, now)
            guarded.done_before = done_before(connection, request)
            if guarded.done_before is None:
                check_phase(guarded.election, now, phases)
                if needs_verification and guarded.verified_until is None:
                    raise NotVerified
            yield guarded
            if guarded.done_before is None:
                append(
                    connection,
                    at=now,
                    actor=guarded.operator.name,
                    action=action,
                    outcome=guarded.outcome,
                    voter=guarded.voter.number,
                    reason=reason,
                    detail=guarded.detail,
                    request=request,
                )
    except Refusal as refusal:
        record_refusal(context, actor.name, action, refusal, number=number, reason=reason)
        raise
    except OutcomeUnknown:
        if request is None or not _was_done(context, number, request):
            raise


def _was_done(context: ServiceContext, number: str, request: str) -> bool:
    """Whether a request was done whose connection broke at the commit.

    Asked under the voter's lock, which the broken transaction holds for as long as it may still commit. Raises
    StoreUnreachable when it was not done, OutcomeUnknown while that cannot be known.
    """
    for pause in _ASK_AGAIN_SECONDS:
        try:
            with context.store.write() as connection:
                wait_at_most(connection, _LOCK_SECONDS)
                lock_voter(connection, number, context.clock())
                if done_before(connection, request) is not None:
                    return True
            break
        except OutsideFault:
            time.sleep(pause)
    else:
        raise OutcomeUnknown
    raise StoreUnreachable


@contextmanager
def guarded_look(
    context: ServiceContext,
    actor: Operator,
    *,
    permission: Permission,
    number: str,
    phases: frozenset[Phase] | None = None,
) -> Iterator[GuardedAction]:
    """A look at one voter that changes and audits nothing, behind the same checks as an action."""
    now = context.clock()
    with context.store.read() as connection:
        guarded = _admit(connection, actor, permission, number, now)
        check_phase(guarded.election, now, phases)
        yield guarded


def _admit(
    connection: Connection,
    actor: Operator,
    permission: Permission,
    number: str,
    now: datetime,
) -> GuardedAction:
    """Ask all that the checks need at once, and check in order: who, what, whom."""
    asked = read_together(
        connection,
        {
            "operators": _working(actor),
            "scopes": _scopes(actor.id),
            "own": own_voter(connection, actor.id),
            "voters": _voter(number),
            "elections": select(election),
            "verifications": _verifications(actor.id, number, now),
        },
    )
    who = _operator_of(next(iter(asked["operators"]), None), asked["scopes"], permission)
    if any(each.number == number for each in asked["own"]):
        raise OwnRecord
    return GuardedAction(
        connection=connection,
        now=now,
        operator=who,
        voter=_reached(next(iter(asked["voters"]), None), who),
        election=election_of(next(iter(asked["elections"]), None)),
        verified_until=next((each.expires for each in asked["verifications"]), None),
        done_before=None,
    )


def record_refusal(
    context: ServiceContext,
    actor_name: str,
    action: Action,
    refusal: Refusal,
    *,
    number: str | None = None,
    reason: str | None = None,
) -> None:
    """Put a refusal into the trail, in a transaction of its own. The voter is named only if there is one."""
    with context.store.write() as connection:
        append(
            connection,
            at=context.clock(),
            actor=actor_name,
            action=action,
            outcome=Outcome.REFUSED,
            voter=number,
            reason=reason,
            detail={"refusal": type(refusal).__name__},
        )


def operator_at_work(connection: Connection, actor: Operator, permission: Permission) -> Operator:
    """The operator as stored now. Raises SessionEnded if disabled, RoleRefused without the permission."""
    asked = read_together(connection, {"operators": _working(actor), "scopes": _scopes(actor.id)})
    return _operator_of(next(iter(asked["operators"]), None), asked["scopes"], permission)


def _working(actor: Operator) -> Select[Any]:
    return select(operator.c.id, operator.c.name, operator.c.role).where(
        operator.c.id == actor.id,
        operator.c.name == actor.name,  # a restored store may have given the number to somebody else
        operator.c.disabled.is_(None),
    )


def _operator_of(row: Record | None, scopes: Sequence[Record], permission: Permission) -> Operator:
    if row is None:
        raise SessionEnded
    now = Operator(row.id, row.name, Role(row.role), _scope_of(scopes))
    if not now.may(permission):
        raise RoleRefused(permission)
    return now


def stored_scope(connection: Connection, operator_id: int) -> Scope:
    """The académies and departments an operator is limited to."""
    return _scope_of(connection.execute(_scopes(operator_id)).all())


def _scopes(operator_id: int) -> Select[Any]:
    return select(operator_scope.c.kind, operator_scope.c.value).where(operator_scope.c.operator_id == operator_id)


def _scope_of(rows: Sequence[Record]) -> Scope:
    return Scope(
        academies=frozenset(row.value for row in rows if row.kind == "academy"),
        departments=frozenset(row.value for row in rows if row.kind == "department"),
    )


def _voter(number: str) -> Select[Any]:
    """Asks for the voter's row, without what only the store compares (`VOTER_COLUMNS`)."""
    return select(*VOTER_COLUMNS).where(voter.c.number == number)


def _reached(row: Record | None, who: Operator) -> Record:
    """The voter's row. Raises OutOfScope; VoterNotFound only for operators whom no scope limits."""
    if row is None:  # to the others, a voter elsewhere and none at all must look alike
        raise VoterNotFound if who.scope.is_everything else OutOfScope
    if not who.scope.includes(academy=row.academy, department=row.department):
        raise OutOfScope
    return row


def _verifications(operator_id: int, number: str, now: datetime) -> Select[Any]:
    """Asks until when this operator's newest verification of this voter's caller holds."""
    return (
        select(verification.c.expires)
        .join(voter, voter.c.id == verification.c.voter_id)
        .where(
            verification.c.operator_id == operator_id,
            voter.c.number == number,
            verification.c.matched,
            verification.c.expires > now,
        )
        .order_by(verification.c.expires.desc())
        .limit(1)
    )


def checked_reason(reason: str) -> str:
    """The reason as it is kept. Raises ReasonMissing for fewer than three characters, NoteHoldsSecret."""
    reason = nfc(reason)
    if len(reason) < MINIMUM_REASON:
        raise ReasonMissing
    if holds_secret(reason):
        raise NoteHoldsSecret
    return reason[:500]


def check_phase(election: Election, now: datetime, phases: frozenset[Phase] | None) -> None:
    """Raise WrongPhase unless the calendar is in one of the phases now (None: any will do)."""
    phase = election.phase(now)
    if phases is not None and phase not in phases:
        raise WrongPhase(phase, election.portal_opens if phase is Phase.BEFORE_OPENING else None)

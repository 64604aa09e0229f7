"""Verifying a caller: what the agent types is compared, nothing stored is shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, select

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import VerificationClosed
from helpdesk.domain.limits import Limits
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.verification import Claim, KnownAttributes, spell_claims
from helpdesk.domain.voters import VerificationResult
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import guarded_action
from helpdesk.services.recent import lately
from helpdesk.store.callers import compare_claims
from helpdesk.store.schema import establishment, verification


class Verification:
    """Caller checks (facts.md rule 3)."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def verify(self, actor: Operator, number: str, claims: Mapping[Claim, str]) -> VerificationResult:
        """Compare what a caller said; matched opens guarded actions for this operator for a while.

        Raises TooFewClaims (nothing counted), VerificationClosed after too many failures of all operators
        together, and the guard's refusals. Which attributes were compared is audited, their values are not.
        """
        limits = self._context.limits
        with guarded_action(
            self._context,
            actor,
            action=Action.CALLER_VERIFIED,
            permission=Permission.VERIFY_CALLER,
            number=number,
        ) as act:
            connection, row = act.connection, act.voter
            closed_until, left = failure_budget(connection, row.id, act.now, limits)
            if closed_until is not None:
                raise VerificationClosed(closed_until)
            place = connection.execute(
                select(establishment.c.code, establishment.c.name).where(establishment.c.id == row.establishment_id)
            ).one()
            known = KnownAttributes(
                birth_date=None,  # only the store knows it
                establishment_code=place.code,
                establishment_name=place.name,
                family_name=row.family_name,
                voter_number=row.number,
                corps=row.corps,
            )
            expires = act.now + timedelta(seconds=limits.verification_seconds)
            matched = compare_claims(
                connection,
                operator_id=act.operator.id,
                voter_id=row.id,
                at=act.now,
                expires=expires,
                spelled={str(claim): texts for claim, texts in spell_claims(claims, known).items()},
            )
            act.detail["attributes"] = " ".join(sorted(claim for claim, text in claims.items() if text.strip()))
            act.outcome = Outcome.DONE if matched else Outcome.FAILED
            return VerificationResult(matched, expires if matched else None, left if matched else left - 1)


def failure_budget(connection: Connection, voter_id: int, now: datetime, limits: Limits) -> tuple[datetime | None, int]:
    """Until when verification of this voter is closed (None: it is open), and the failures left before it is."""
    return budget_left(connection.scalars(late_failures(voter_id, now, limits)).all(), limits)


def late_failures(voter_id: int, now: datetime, limits: Limits) -> Select[Any]:
    """Asks when verification of the voter failed lately, newest first."""
    window = timedelta(seconds=limits.verification_closed_seconds)
    return (
        select(verification.c.at)
        .where(verification.c.voter_id == voter_id, ~verification.c.matched, lately(verification.c.at, now, window))
        .order_by(verification.c.at.desc())
        .limit(limits.verification_failures)
    )


def budget_left(failures: Sequence[datetime], limits: Limits) -> tuple[datetime | None, int]:
    """What `failure_budget` tells, from when verification failed lately."""
    window = timedelta(seconds=limits.verification_closed_seconds)
    left = limits.verification_failures - len(failures)
    return (failures[0] + window, 0) if left <= 0 else (None, left)

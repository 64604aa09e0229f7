"""Changes of the tied address that wait for a second pair of eyes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChangeState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class AddressChangeView:
    """One request. `known` tells an address of the roll from a new one, which needs evidence; times are UTC."""

    id: int
    voter: str
    name: str
    tied_address: str
    address: str
    known: bool
    evidence: str
    reason: str
    requested_by: str
    requested_at: datetime
    expires: datetime
    decided_by: str | None
    decided_at: datetime | None
    approved: bool | None
    decision_reason: str

    def state(self, now: datetime) -> ChangeState:
        """What became of it; a request that nobody decided in time has expired."""
        if self.approved is not None:
            return ChangeState.APPROVED if self.approved else ChangeState.REFUSED
        return ChangeState.WAITING if now < self.expires else ChangeState.EXPIRED

"""Campaigns: whom a bulk mail goes to, and where one stands."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from helpdesk.domain.states import AccountState, CampaignState

CONFIRM_ABOVE = 100
"""From how many voters on the number must be typed to confirm."""

INVITABLE = (
    AccountState.NOT_INVITED,
    AccountState.INVITED,
    AccountState.LINK_OPENED,
    AccountState.PASSWORD_SET,
    AccountState.CHALLENGE_RESET,
)
"""States that a bulk mail helps onwards; an active account needs none."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Whom a campaign writes to; empty texts and None choose everybody.

    `state` alone chooses that state; `days` those of any state but active whose last mail with a link is so many
    days old, or who never had one; neither of the two: the never invited.
    """

    academy: str = ""
    department: str = ""
    establishment: str = ""
    corps: str = ""
    state: AccountState | None = None
    days: int | None = None

    @property
    def states(self) -> tuple[AccountState, ...]:
        """The stored states it chooses."""
        if self.state is not None:
            return (self.state,)
        return INVITABLE if self.days is not None else (AccountState.NOT_INVITED,)

    def document(self) -> dict[str, object]:
        """As the store keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, document: dict[str, object]) -> Self:
        """From what `document` gave."""
        values = dict(document)
        state = values.pop("state", None)
        return cls(state=AccountState(str(state)) if state else None, **values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as fronts show it. `total` voters were counted when it began, `queued` have a mail in the outbox.

    `sent`, `waiting` and `failed` tell what became of those mails. `done` voters are dealt with, one way or other.
    """

    id: int
    created_at: datetime
    created_by: str
    reason: str
    selection: Selection
    state: CampaignState
    total: int
    queued: int
    sent: int
    waiting: int
    failed: int

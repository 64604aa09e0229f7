"""The outbox as the desk lists it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk.domain.states import MailFate, MailKind


class MailFilter(StrEnum):
    """Which mails are listed."""

    WAITING = "waiting"
    FAILED = "failed"
    SENT = "sent"
    ALL = "all"


FATES_OF: dict[MailFilter, tuple[MailFate, ...]] = {
    MailFilter.WAITING: (MailFate.QUEUED, MailFate.SENDING, MailFate.FAILED_TEMPORARILY),
    MailFilter.FAILED: (MailFate.FAILED_PERMANENTLY, MailFate.EXPIRED),
    MailFilter.SENT: (MailFate.ACCEPTED, MailFate.DELIVERED, MailFate.DELAYED),
    MailFilter.ALL: tuple(MailFate),
}


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One mail of the outbox."""

    id: int
    voter: str
    name: str
    kind: MailKind
    to: str
    fate: MailFate
    queued_at: datetime
    next_attempt_at: datetime | None
    answer: str
    attempts: int

    @property
    def can_be_hurried(self) -> bool:
        """True for a mail that waits for its next attempt."""
        return self.fate is MailFate.FAILED_TEMPORARILY

    @property
    def can_be_cancelled(self) -> bool:
        """True for a mail with a link that nobody is sending; notices of a change always go."""
        carries_link = self.kind in {MailKind.ACTIVATION, MailKind.PASSWORD, MailKind.QUESTION}
        return carries_link and self.fate in {MailFate.QUEUED, MailFate.FAILED_TEMPORARILY}


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How many mails each filter would list, within the operator's scope, and how many answers wait for a reader."""

    waiting: int
    failed: int
    sent: int
    to_read: int

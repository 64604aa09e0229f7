"""What comes back to the bounce mailbox: bounces of all kinds, automatic answers, and what people write."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from helpdesk.domain.mail_transport import clean_answer
from helpdesk.domain.states import ReturnedKind

MOST_BYTES = 256 * 1024
"""How much of one mail is read; a bounce says what it has to say in the first lines."""

TEXT_LENGTH = 4_000
SUBJECT_LENGTH = 200
_LINES = 200

_PASSING = re.compile(r"[45]\.(?:2\.2|4\.\d{1,3})")

BOUNCES = frozenset({ReturnedKind.PERMANENT, ReturnedKind.TEMPORARY})
"""Kinds after which a mail is known not to have arrived."""


@dataclass(frozen=True, slots=True)
class ReturnedMail:
    """One mail of the bounce mailbox, as far as it can be understood.

    `message` is the random id of the mail it answers (see `mail_queue`), from an address of its own or a Message-ID,
    None when neither is there: nothing is guessed. `address` is the recipient it names; `status` an enhanced code
    (RFC 3463) or empty; `digest` tells one mail from another, so that none is counted twice.
    """

    kind: ReturnedKind
    message: str | None
    address: str
    status: str
    subject: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class RecordedReturn:
    """What became of a returned mail: the voter and the mail it belongs to, if any; `repeated`: it was known."""

    kind: ReturnedKind
    address: str
    voter: str | None
    message: int | None
    status: str
    text: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class ReturnedView:
    """A returned mail as the desk lists it."""

    id: int
    read_at: datetime
    kind: ReturnedKind
    voter: str | None
    address: str
    status: str
    subject: str
    text: str
    handled_by: str | None
    handled_at: datetime | None


class BounceMailbox(Protocol):
    """A mailbox that bounces come to."""

    def unread(self, most: int) -> "list[tuple[str, bytes]]":
        """Up to `most` mails that were not dealt with: a key, and the first MOST_BYTES of each."""
        ...

    def done(self, keys: "list[str]") -> None:
        """Mark mails as dealt with; called after they were recorded."""
        ...

    def wait(self, seconds: float) -> None:
        """Return when something new may have come, or after so many seconds."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


def passes_by_itself(status: str) -> bool:
    """True for a failure that time or the voter mends (full mailbox, network), so that resending can help."""
    return _PASSING.search(status) is not None


def clean_text(text: str) -> str:
    """A person's words as they may be kept: no quotation, no link, nothing like a token, a bounded length."""
    lines = [clean_answer(line) for line in text.splitlines()[:_LINES] if not line.lstrip().startswith(">")]
    return "\n".join(lines).strip()[:TEXT_LENGTH]

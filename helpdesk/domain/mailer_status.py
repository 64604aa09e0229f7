"""How a mailer fares, as it reports to whoever watches it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MailerState(StrEnum):
    """How the mailer inside the desk's process fares; the last two are of the bounce mailbox that it reads beside."""

    RUNNING = "running"
    UNREACHABLE = "unreachable"
    NO_LINK_KEY = "no_link_key"
    MAILBOX_UNREACHABLE = "mailbox_unreachable"
    MAILBOX_READ = "mailbox_read"


@dataclass(frozen=True, slots=True)
class MailerStatus:
    """What the mailer last reported: why it waits, the server's own words, when it tries again (UTC)."""

    state: MailerState
    why: str = ""
    answer: str = ""
    next_attempt_at: datetime | None = None

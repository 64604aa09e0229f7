"""Handing one mail to a server: what is handed over, and what can come of it."""

from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from typing import Protocol


class Verdict(StrEnum):
    """What the server said of a mail."""

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A server's answer about one mail: `code` is the enhanced status (RFC 3463) or the reply code (RFC 5321)."""

    verdict: Verdict
    code: str
    answer: str


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail ready to go: its envelope and its message."""

    sender: str
    recipient: str
    message: EmailMessage


class MailTransport(Protocol):
    """A way to a mail server; one connection serves many mails."""

    def send(self, mail: OutgoingMail) -> Delivery:
        """Hand a mail over. Raises MailServerUnreachable when the server says nothing about this mail."""
        ...

    def close(self) -> None:
        """End the connection, if there is one."""
        ...

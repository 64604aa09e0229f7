"""Handing one mail to a server: what is handed over, and what can come of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

ANSWER_LENGTH = 500
"""How much of a server's answer is kept, in characters."""

_LINK_LIKE = re.compile(r"\S*(?:://|www\.|/(?:activate|reset|question)/)\S*", re.IGNORECASE)
# A run of a token's alphabet that is too long for a word, or long and mixed as only made-up strings are. What may
# be left of a token that was echoed in pieces is then too short to guess the rest from.
_TOKEN_LIKE = re.compile(r"[\w-]{32,}|(?=[\w-]*(?:\d|[a-z][A-Z]))[\w-]{16,}", re.ASCII)


def clean_answer(answer: str) -> str:
    """A server's words as they may be stored and shown: one printable line, no link, nothing like a token.

    Servers may echo what they were sent, and what they were sent holds a one-time link (facts.md rule 1).
    """
    if not answer.isprintable():
        answer = "".join(each if each.isprintable() else " " for each in answer)
    line = " ".join(answer.split())
    return _TOKEN_LIKE.sub("…", _LINK_LIKE.sub("…", line))[:ANSWER_LENGTH]


class Verdict(StrEnum):
    """What the server said of a mail."""

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A server's answer about one mail.

    `code` is the enhanced status (RFC 3463) where the server gives one, else the reply code (RFC 5321); `answer`
    is its words with the reply code, cleaned.
    """

    verdict: Verdict
    code: str
    answer: str


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail ready to go: its envelope, and its message as bytes with CRLF.

    Where the server offers delivery reports (RFC 3461), they are asked for: of failure and delay, and of success
    where `tell_success`; `envelope_id` is what they call the mail, empty for none.
    """

    sender: str
    recipient: str
    content: bytes
    envelope_id: str = ""
    tell_success: bool = False


class MailTransport(Protocol):
    """A way to a mail server; one connection serves many mails."""

    def send(self, mail: OutgoingMail, *, meanwhile: Callable[[], None] | None = None) -> Delivery:
        """Hand a mail over. Raises MailServerUnreachable when the server says nothing about this mail.

        `meanwhile` is called at most once, after the whole mail was handed over and before the server's verdict
        is awaited: what needs no verdict is done in the time that the server needs.
        """
        ...

    def close(self) -> None:
        """End the connection, if there is one."""
        ...

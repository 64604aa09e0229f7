"""A mail that the mail catcher took."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """A mail as it arrived: its envelope and its message."""

    number: int
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"] or "")

    @property
    def message_id(self) -> str:
        """The Message-ID, in its angle brackets."""
        return str(self.message["Message-ID"] or "")

    @property
    def text(self) -> str:
        """The plain-text part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        if part is None:
            return ""
        try:
            return str(part.get_content())
        except LookupError:  # a character set that nobody knows: shown as far as it is ASCII
            payload = part.get_payload(decode=True)
            return payload.decode("ascii", "replace") if isinstance(payload, bytes) else ""


def read_caught(number: int, sender: str, recipients: tuple[str, ...], content: bytes) -> CaughtMail:
    """The mail that a server was handed."""
    message = BytesParser(EmailMessage, policy=default).parsebytes(content)
    return CaughtMail(number, datetime.now(UTC), sender, recipients, message)

"""What services need from outside, as protocols; `helpdesk.adapters` implements them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from helpdesk.domain.mail_wording import Wording
from helpdesk.domain.states import MailKind


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Now, as an aware datetime in UTC."""
        ...


class PasswordHasher(Protocol):
    """Hashes low-entropy secrets (passwords, answers, codes)."""

    def hash(self, secret: str) -> str:
        """An encoded argon2id hash."""
        ...

    def matches(self, encoded: str, secret: str) -> bool:
        """True when the secret belongs to the hash; False for a malformed hash."""
        ...

    def is_outdated(self, encoded: str) -> bool:
        """True when the hash was made with other parameters than today's."""
        ...

    def waste(self, secret: str) -> None:
        """Spend the time of one comparison, so that an unknown name answers as late as a known one."""
        ...


class SecretStore(Protocol):
    """The system keyring, or what stands in for it."""

    def read(self, name: str) -> str | None:
        """The secret kept under this name, None if there is none. Raises SecretStoreUnavailable."""
        ...

    def write(self, name: str, secret: str) -> None:
        """Keep a secret. Raises SecretStoreUnavailable."""
        ...

    def forget(self, name: str) -> None:
        """Remove a secret if it is there. Raises SecretStoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Signature:
    """An Ed25519 signature (RFC 8032) and the public key that proves it, both in base64."""

    public_key: str
    value: str


class StatementSigner(Protocol):
    """Signs what the program states for others to rely on."""

    def sign(self, content: bytes) -> Signature:
        """The signature of these bytes."""
        ...


@dataclass(frozen=True, slots=True)
class MailContent:
    """A rendered mail: subject, plain text and accessible HTML of the same words."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a mail may say. `link` is None in previews: nobody at a desk can reach a link.

    `wording` is what takes the place of the program's own text, None where nothing does.
    """

    kind: MailKind
    language: str
    greeting_name: str
    election_name: str
    tied_address: str
    link: str | None
    link_hours: int
    desk_phone: str
    desk_hours: str
    portal_url: str
    wording: Wording | None = None


class MailRenderer(Protocol):
    """Turns facts into the words of a mail."""

    def render(self, facts: MailFacts) -> MailContent:
        """The mail in the language of `facts`."""
        ...

    def shipped(self, kind: MailKind, language: str) -> Wording:
        """The program's own wording of a mail."""
        ...

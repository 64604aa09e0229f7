"""What every service is given."""

from dataclasses import dataclass

from helpdesk.domain.limits import Limits
from helpdesk.domain.mail_pace import QuietHours
from helpdesk.domain.ports import Clock, MailRenderer, PasswordHasher
from helpdesk.domain.roll import RollReader
from helpdesk.store.engine import Store


@dataclass(frozen=True, slots=True)
class MailIdentity:
    """Who mails come from and what they tell of the desk; from the settings."""

    sender: str
    portal_url: str
    desk_phone: str
    desk_hours: str
    quiet: QuietHours | None = None

    @property
    def domain(self) -> str:
        """The domain of Message-IDs: the sender's."""
        return self.sender.rpartition("@")[2].strip(" >") or "localhost"


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """The store, the clock, the rules' numbers, and the ports."""

    store: Store
    clock: Clock
    limits: Limits
    hasher: PasswordHasher
    renderer: MailRenderer
    mail: MailIdentity
    read_roll: RollReader

"""What a front shows of voters: frozen values, never live rows, never a hash."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from helpdesk.domain.address_changes import AddressChangeView
from helpdesk.domain.contacts import ContactView
from helpdesk.domain.findings import Finding
from helpdesk.domain.states import AccountState, AddressSource, LinkPurpose, LinkState, MailFate, MailKind


class SearchHit(NamedTuple):
    """One line of search results. `matched` names what the query met: see `MATCHES`.

    A tuple: fifty are made with every key, in a quarter of the time of a dataclass.
    """

    voter: str
    name: str
    usage_name: str
    tied_address: str
    other_addresses: tuple[str, ...]
    matched: str
    state: AccountState
    establishment: str


MATCHES = (
    "tied_address", "other_address", "voter_number", "establishment", "name", "former_name", "heard", "similar",
)  # fmt: skip
"""Why a voter was found, as search results say it."""


@dataclass(frozen=True, slots=True)
class AddressView:
    """One known address of a voter and what became of the last mail to it."""

    address: str
    tied: bool
    source: AddressSource
    fate: MailFate | None
    failing: bool = False


@dataclass(frozen=True, slots=True)
class BallotView:
    """A ballot that the voter is enrolled in."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class MailView:
    """One mail to the voter; `answer` is the receiving server's own last words, empty before it spoke."""

    id: int
    kind: MailKind
    to: str
    fate: MailFate
    queued_at: datetime
    sent_at: datetime | None
    answer: str
    attempts: int = 0
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkView:
    """One one-time link that a mail carried; the link itself is known to nobody but the voter."""

    purpose: LinkPurpose
    issued: datetime
    expires: datetime
    opened: datetime | None
    used: datetime | None
    replaced: datetime | None

    def state(self, now: datetime) -> LinkState:
        """What became of it: used before replaced before expired, as the portal tells them apart."""
        if self.used is not None:
            return LinkState.USED
        if self.replaced is not None:
            return LinkState.REPLACED
        return LinkState.EXPIRED if now >= self.expires else LinkState.VALID


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened: `event` is a code, `detail` more of the same without secrets."""

    at: datetime
    actor: str
    event: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class VoterDetail:
    """A voter as the desk's page shows one.

    `birth_date_masked` holds no digit of the date. `link_generation` goes back with an action, so that the
    service can refuse what was decided on an outdated page. `verified_until` concerns the asking operator only.
    `contacts` is the call log, newest first; `waiting_change` a change of tied address that nobody decided on yet.
    `key` is what notices of changes call the voter.
    """

    number: str
    title: str
    first_name: str
    family_name: str
    usage_name: str
    birth_date_masked: str
    establishment_code: str
    establishment_name: str
    academy: str
    department: str
    corps: str
    state: AccountState
    stored_state: AccountState
    locked_until: datetime | None
    link_generation: int
    addresses: tuple[AddressView, ...]
    ballots: tuple[BallotView, ...]
    verified_until: datetime | None
    verification_closed_until: datetime | None
    mails: tuple[MailView, ...]
    links: tuple[LinkView, ...]
    timeline: tuple[TimelineEntry, ...]
    findings: tuple[Finding, ...] = ()
    missing_from_roll: datetime | None = None
    contacts: tuple[ContactView, ...] = ()
    waiting_change: AddressChangeView | None = None
    key: int = 0

    @property
    def name(self) -> str:
        """First name and the name in use."""
        return f"{self.first_name} {self.usage_name or self.family_name}"

    @property
    def tied_address(self) -> str:
        """The one address that identifies the account."""
        return next(view.address for view in self.addresses if view.tied)


BIRTH_DATE_MASK = "••/••/••••"
"""A birth date as every screen shows it: it is compared, never displayed (facts.md rule 11)."""


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """What an action that sends a mail did. `repeated`: the same request was already done, or still waits."""

    message: int
    kind: MailKind
    to_masked: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """The answer to a caller check: matched or not, and never which of the attributes failed."""

    matched: bool
    until: datetime | None
    failures_left: int = field(default=0)

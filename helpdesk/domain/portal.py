"""What the portal is given: frozen values about one voter, and nothing that a page does not show."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.domain.calendar import Election
from helpdesk.domain.states import AccountState, LinkPurpose


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Whose link was opened: enough to greet, and to check a password against the names while it is typed."""

    purpose: LinkPurpose
    name: str
    language: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class PortalVoter:
    """The voter of a portal session."""

    number: str
    name: str
    tied_address: str
    state: AccountState


@dataclass(frozen=True, slots=True)
class Question:
    """A challenge question that can be chosen; `texts` by language."""

    code: str
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class CandidateList:
    """A union's list for a ballot; `statement` is empty where none was given."""

    union_name: str
    statement: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpaceBallot:
    """A ballot that the voter is enrolled in, with its lists once they are published."""

    code: str
    name: str
    lists: tuple[CandidateList, ...]


@dataclass(frozen=True, slots=True)
class VoterSpace:
    """All that the voter space shows."""

    voter: PortalVoter
    election: Election
    ballots: tuple[SpaceBallot, ...]
    lists_published: bool


@dataclass(frozen=True, slots=True)
class ReissueView:
    """Where the re-issue of the voter code stands; `issued` are the times of all re-issues, oldest first."""

    election: Election
    question: Question | None
    closed_until: datetime | None
    issued: tuple[datetime, ...]

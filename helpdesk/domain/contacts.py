"""The call log: what a caller wanted, what came of it, and what is left to do."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Channel(StrEnum):
    """How the voter reached the desk."""

    PHONE = "phone"
    MAIL = "mail"
    VISIT = "visit"


class Motive(StrEnum):
    """What the caller wanted (facts.md, "What callers want")."""

    NO_MAIL = "no_mail"
    TWO_ADDRESSES = "two_addresses"
    DEAD_ADDRESS = "dead_address"
    LINK_REFUSED = "link_refused"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105
    PASSWORD_FORGOTTEN = "password_forgotten"  # noqa: S105
    ANSWER_FORGOTTEN = "answer_forgotten"
    CODE_LOST = "code_lost"
    BALLOT_WRONG = "ballot_wrong"
    PORTAL_DOWN = "portal_down"
    VOTE_QUESTION = "vote_question"
    OTHER = "other"


class ContactOutcome(StrEnum):
    """What came of it."""

    SOLVED = "solved"
    MAIL_SENT = "mail_sent"
    ADVISED = "advised"
    REFERRED = "referred"
    TO_FOLLOW = "to_follow"


@dataclass(frozen=True, slots=True)
class Contact:
    """One call as the agent logs it. `started` is when the voter's page opened (UTC); the note is free of secrets."""

    started: datetime
    channel: Channel
    motive: Motive
    outcome: ContactOutcome
    note: str = ""
    follow_up: date | None = None


@dataclass(frozen=True, slots=True)
class ContactView:
    """One call of the log, as the next agent reads it."""

    id: int
    operator: str
    started: datetime
    ended: datetime | None
    channel: Channel
    motive: Motive
    outcome: ContactOutcome
    note: str
    follow_up: date | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A voter whom the desk promised to call back, by the day; `note` is the last call's."""

    voter: str
    name: str
    day: date
    motive: Motive
    operator: str
    note: str

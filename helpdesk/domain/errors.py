"""Typed refusals and faults, without display text: each front finds the words (see `helpdesk.language`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every start imports the errors, few need what they carry
    from datetime import datetime

    from helpdesk.domain.challenge_answer import AnswerProblem
    from helpdesk.domain.mail_wording import WordingFault
    from helpdesk.domain.roles import Permission
    from helpdesk.domain.roll import RollReport
    from helpdesk.domain.states import LinkState, Phase
    from helpdesk.domain.voter_password import Criterion


class HelpdeskError(Exception):
    """Anything this program refuses or cannot do, told apart by type."""

    def __str__(self) -> str:
        """Name the type only: an exception's text may end up in a log, and must hold nothing personal."""
        return type(self).__name__


class Refusal(HelpdeskError):
    """A rule said no; nothing was changed. The refusal itself is in the audit trail."""


class BadInput(HelpdeskError):
    """What was given cannot be used; nothing was changed."""


class OutsideFault(HelpdeskError):
    """Something outside the program is away; what was asked was not done and may be tried again."""


class IntegrityBroken(HelpdeskError):
    """Stored data contradicts itself."""


# --- who may do what


class LoginRefused(Refusal):
    """Unknown name, wrong password and disabled operator alike (CNIL 2022-100, OWASP: uniform answers)."""


@dataclass(eq=False)
class LoginThrottled(Refusal):
    """Too many failed logins for this name, known or not, until `until` (UTC)."""

    until: datetime


@dataclass(eq=False)
class RoleRefused(Refusal):
    """The operator's role does not include the permission."""

    permission: Permission


class ScopeTooNarrow(Refusal):
    """What was asked for concerns every place, and the operator's scope is limited to some."""


class OutOfScope(Refusal):
    """The voter lies outside the operator's académies and departments."""


class OwnRecord(Refusal):
    """An operator may not act on their own voter record (facts.md rule 7)."""


class SessionEnded(Refusal):
    """The operator was disabled, or their role or scope changed, since they logged in."""


class StoreForbids(Refusal):
    """The database itself does not allow this login what was asked."""


class OwnerNeeded(Refusal):
    """Only the login that owns the database may do this."""


# --- guarded actions


@dataclass(eq=False)
class WrongPhase(Refusal):
    """The election's calendar does not allow this now; `opens` (UTC) is when it will, if ever."""

    phase: Phase
    opens: datetime | None = None


class NotVerified(Refusal):
    """The action needs a caller verified by this operator less than the verification lifetime ago."""


@dataclass(eq=False)
class VerificationClosed(Refusal):
    """Too many failed verifications of this voter, across all operators, until `until` (UTC)."""

    until: datetime


class TooFewClaims(BadInput):
    """A verification takes two different attributes at least; the birth date alone never suffices."""


@dataclass(eq=False)
class ResendThrottled(Refusal):
    """This voter has had the mails that an hour or a day allows; possible again at `until` (UTC).

    `overridable` says whether this operator may override with a reason.
    """

    until: datetime
    overridable: bool


@dataclass(eq=False)
class ChangedMeanwhile(Refusal):
    """The account changed since the operator saw it (another agent, or the voter)."""


@dataclass(eq=False)
class WrongState(Refusal):
    """The account's state has no such step; `state` is the stored account state."""

    state: str


@dataclass(eq=False)
class ConfirmationNeeded(Refusal):
    """A campaign to `count` voters is confirmed by typing that number."""

    count: int


class CampaignEnded(Refusal):
    """The campaign was stopped or has written to everybody."""


class MailNotWaiting(Refusal):
    """The mail was sent, given up or replaced meanwhile, or is one that must go."""


class WordingChanged(Refusal):
    """Somebody else saved another wording of this mail since it was read."""


class ConfirmationMismatch(Refusal):
    """The address typed to confirm is not the tied address."""


class ReasonMissing(BadInput):
    """A reason of three characters or more is required."""


class NotATrialStore(Refusal):
    """Made-up cases go into trial stores only."""


@dataclass(eq=False)
class ImportUnderWay(Refusal):
    """Another import of a roll has not ended; `since` is UTC."""

    by: str
    since: datetime


class RollFrozen(Refusal):
    """Roll, addresses and enrolments are frozen from vote opening to close (facts.md rule 9)."""


class NoteHoldsSecret(BadInput):
    """A note looks as if it held a password, a code, an answer or a link: no desk keeps those (facts.md rule 1)."""


class BadFollowUp(BadInput):
    """A follow-up lies in the past, or more than a year ahead."""


class BadAddress(BadInput):
    """What was given is no mail address."""


class AddressAlreadyTied(BadInput):
    """The account is tied to this address already."""


class AddressOwned(Refusal):
    """The address is tied to another voter's account."""


class EvidenceMissing(BadInput):
    """A new address needs evidence of where it comes from, three characters or more."""


@dataclass(eq=False)
class ChangeWaiting(Refusal):
    """A change of this voter's tied address waits for approval until `until` (UTC)."""

    until: datetime


class ChangeNotFound(BadInput):
    """No such request, or none in the operator's scope."""


class ChangeDecided(Refusal):
    """Somebody has approved or refused this request already."""


class ChangeExpired(Refusal):
    """Nobody decided on this request in time: it has to be made anew."""


class OwnRequest(Refusal):
    """Whoever asked for a change of address cannot decide on it (four eyes)."""


class Stopped(Refusal):
    """Whoever asked for long work stopped it; everything is as it was before."""


class BadCalendar(BadInput):
    """The calendar's moments do not follow one another: the portal opens, the vote opens, the vote closes."""


@dataclass(eq=False)
class WordingRefused(BadInput):
    """A mail cannot be worded like this; `faults` says all that is missing or wrong."""

    faults: tuple[WordingFault, ...]


class TextMissing(BadInput):
    """A text of three characters or more is required."""


@dataclass(eq=False)
class TooEarlyToPurge(Refusal):
    """Voters may still appeal: nothing is purged before the day after `until` (UTC)."""

    until: datetime


class LastAdministrator(Refusal):
    """Disabling this operator would leave nobody to administer the store."""


# --- the portal


class VoterLoginRefused(Refusal):
    """Unknown address, wrong password and locked account alike (facts.md rule 5)."""


class PortalSessionEnded(Refusal):
    """The voter's session ended: logged out, too old, or the account changed."""


@dataclass(eq=False)
class LinkRefused(Refusal):
    """A one-time link that works no more: `state` says why, `at` (UTC) since when."""

    state: LinkState
    at: datetime


@dataclass(eq=False)
class OwnPasswordWrong(Refusal):
    """The voter's current password was asked for, and this is not it."""


@dataclass(eq=False)
class AnswerWrong(Refusal):
    """Not the answer to the challenge question; `left` more may be tried."""

    left: int


@dataclass(eq=False)
class ReissueClosed(Refusal):
    """Too many wrong answers: no voter code is issued again until `until` (UTC)."""

    until: datetime


class CodeReissuedMeanwhile(Refusal):
    """A voter code was issued since the form was shown; nothing was done."""


class LinkUnknown(BadInput):
    """No link was ever sent with this token."""


class NotAnAddress(BadInput):
    """What was given is no mail address."""


class CaptchaWrong(BadInput):
    """The CAPTCHA's digits are wrong, too old, or were used before."""


class PasswordsDiffer(BadInput):
    """The password and its repetition are not the same."""


@dataclass(eq=False)
class PasswordUnfit(BadInput):
    """A voter's password lacks something; `unmet` says what."""

    unmet: tuple[Criterion, ...]


@dataclass(eq=False)
class AnswerUnfit(BadInput):
    """An answer to a challenge question that anybody could give."""

    problem: AnswerProblem


class QuestionUnknown(BadInput):
    """No challenge question was chosen from the list."""


@dataclass(eq=False)
class BallotsRejected(BadInput):
    """A file of ballots has an error: `where` in it, `why` a code. Nothing was changed."""

    path: str
    where: str
    why: str


# --- input


class CampaignNotFound(BadInput):
    """No campaign has this number."""


class VoterNotFound(BadInput):
    """No voter has this number or address, or none in the operator's scope."""


@dataclass(eq=False)
class AmbiguousVoter(BadInput):
    """Several voters have this address; `numbers` are their voter numbers."""

    numbers: tuple[str, ...]


@dataclass(eq=False)
class OperatorExists(BadInput):
    """An operator of this name exists."""

    name: str


@dataclass(eq=False)
class OperatorNotFound(BadInput):
    """No operator has this name."""

    name: str


@dataclass(eq=False)
class WeakPassword(BadInput):
    """An operator's password needs `minimum` characters and must not be a common one."""

    minimum: int


@dataclass(eq=False)
class BadSetting(BadInput):
    """A setting cannot be used: `key` as written by the user, `why` a code, `near` the nearest known key."""

    key: str
    why: str
    near: str | None = None


@dataclass(eq=False)
class UnreadableFile(BadInput):
    """A file cannot be read: `why` is a code (`missing`, `denied`, `encoding`, `empty`, `truncated`, …)."""

    path: str
    why: str
    line: int | None = None


@dataclass(eq=False)
class UnknownHeader(BadInput):
    """A column of the file is none of the roll's; `near` is the nearest known one."""

    path: str
    header: str
    near: str | None = None


@dataclass(eq=False)
class DuplicateHeader(BadInput):
    """Two columns of the file mean the same."""

    path: str
    header: str


@dataclass(eq=False)
class MissingHeader(BadInput):
    """The file lacks a column that every roll has."""

    path: str
    header: str


@dataclass(eq=False)
class RollRejected(BadInput):
    """The roll has errors; nothing was changed. `report` holds them all."""

    report: RollReport


class NotEmbedded(BadInput):
    """The store is on a server, whose own tools do this."""


class RollStopped(BadInput):
    """Whoever started the work on a roll stopped it; nothing was changed."""


# --- outside


class WorkerLost(OutsideFault):
    """A process that prepared part of an import ended before it was done; nothing was changed."""


@dataclass(eq=False)
class AddressTaken(OutsideFault):
    """A server cannot listen on `address`: another one does, or this machine does not have it."""

    address: str


class Overloaded(OutsideFault):
    """Too many passwords are being checked at once; nothing was done."""


class StoreBusy(OutsideFault):
    """Another program holds the database's lock."""


class StoreReadOnly(OutsideFault):
    """The database cannot be written (file permissions or a read-only disk)."""


class StoreUnreachable(OutsideFault):
    """The database server, or the file's folder, cannot be reached."""


class StoreMissing(BadInput):
    """The database is empty or absent: `helpdesk init` was not run."""


class NotAStore(BadInput):
    """The file or database is not a helpdesk store."""


class StoreTooNew(BadInput):
    """A newer program made this store."""


class StoreTooOld(BadInput):
    """The store is of an earlier program and must be upgraded by `helpdesk init`."""


class StoreFull(OutsideFault):
    """The disk that holds the database is full."""


class CredentialsRefused(OutsideFault):
    """The database server no longer takes the name and password that it took before."""


class ClockOff(OutsideFault):
    """This computer's clock is more than five minutes from the database server's."""


class OutcomeUnknown(OutsideFault):
    """The connection broke while the database was committing: it may be done or not.

    Asking again under the same request id does it once at most.
    """


class SecretStoreUnavailable(OutsideFault):
    """No system keyring, or it is locked."""


@dataclass(eq=False)
class MailServerUnreachable(OutsideFault):
    """The SMTP server cannot be reached or refuses the session; `why` is a code, `answer` its words."""

    why: str
    answer: str = ""


@dataclass(eq=False)
class MailboxUnreachable(OutsideFault):
    """The bounce mailbox cannot be read; `why` is a code (`connection`, `certificate`, `login`, `folder`)."""

    why: str


class PasswordUnavailable(OutsideFault):
    """No password for the operator: none in the keyring or a file, and nobody to ask."""


# --- integrity


@dataclass(eq=False)
class StatementForged(IntegrityBroken):
    """The statement of a purge does not bear the signature of its key."""

    path: str


class StoreDamaged(IntegrityBroken):
    """The database's file is damaged: what was asked for was not done."""


@dataclass(eq=False)
class CopyBroken(IntegrityBroken):
    """A copy of the store cannot be trusted: `path`, and `why`: `pages` or `references`."""

    path: str
    why: str


@dataclass(eq=False)
class AuditBroken(IntegrityBroken):
    """The audit chain breaks at row `seq`; `why` is `missing`, `changed`, `unlinked`, `redacted` or `head`."""

    seq: int
    why: str

"""The diagnosis: what is the matter with a voter's account, and the action that helps.

A pure function of what is known. Findings are codes with parameters; `helpdesk.language.findings` has the words
to read out. Parameters may hold masked addresses only: a finding is read aloud to somebody not yet verified.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from helpdesk.domain.addresses import fold_address, mask_address
from helpdesk.domain.returned_mail import passes_by_itself
from helpdesk.domain.states import AccountState, LinkState, MailFate, Phase


class FindingCode(StrEnum):
    """What can be the matter, in the order in which findings are read out."""

    OTHER_ADDRESS = "other_address"
    ADDRESS_UNKNOWN = "address_unknown"
    LOCKED = "locked"
    NEVER_INVITED = "never_invited"
    MAIL_QUEUED = "mail_queued"
    MAIL_DELAYED = "mail_delayed"
    MAIL_REFUSED = "mail_refused"
    MAILBOX_FULL = "mailbox_full"
    ADDRESS_FAILING = "address_failing"
    MAIL_EXPIRED = "mail_expired"
    ALL_WELL = "all_well"
    MAIL_ACCEPTED = "mail_accepted"
    LINK_REPLACED = "link_replaced"
    LINK_VALID = "link_valid"
    LINK_EXPIRED = "link_expired"
    LINK_USED = "link_used"
    QUESTION_NOT_CHOSEN = "question_not_chosen"
    ACTIVATION_UNFINISHED = "activation_unfinished"
    REISSUE_NOT_YET = "reissue_not_yet"
    REISSUE_OVER = "reissue_over"
    REISSUE_CLOSED = "reissue_closed"
    REISSUE_MISSING = "reissue_missing"
    REISSUE_POSSIBLE = "reissue_possible"
    BALLOT_MISSING = "ballot_missing"
    GONE_FROM_ROLL = "gone_from_roll"


class SuggestedAction(StrEnum):
    """The control that helps; `NONE` where talking does."""

    NONE = "none"
    RESEND = "resend"
    VERIFY = "verify"
    RESET_CHALLENGE = "reset_challenge"
    CHANGE_ADDRESS = "change_address"
    WAIT = "wait"
    REFER_TO_HR = "refer_to_hr"


Parameter = str | int | datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One diagnosis: a code, its parameters for the words, the action that helps."""

    code: FindingCode
    action: SuggestedAction
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LastMail:
    """The newest mail with a link: its fate, the server's words, when it was queued and will be tried again."""

    fate: MailFate
    answer: str
    queued_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class LastLink:
    """The newest one-time link, its state at the time of asking, and how many older ones it replaced."""

    state: LinkState
    expires: datetime
    used: datetime | None
    replaced_before: int


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """All that a diagnosis needs. `given_address` is what the caller says their address is, empty if not said.

    `missing_ballots` are codes of ballots in which most colleagues of the same corps and académie are enrolled
    and this voter is not.
    """

    now: datetime
    phase: Phase
    vote_opens: datetime
    vote_closes: datetime
    state: AccountState
    locked_until: datetime | None
    tied_address: str
    other_addresses: tuple[str, ...]
    given_address: str
    mail: LastMail | None
    link: LastLink | None
    reissue_closed_until: datetime | None
    missing_ballots: tuple[str, ...]
    missing_from_roll: datetime | None
    tied_failing: bool = False


_NO_TROUBLE = frozenset(
    {
        FindingCode.MAIL_ACCEPTED,
        FindingCode.LINK_REPLACED,
        FindingCode.LINK_VALID,
        FindingCode.LINK_USED,
        FindingCode.REISSUE_NOT_YET,
        FindingCode.REISSUE_OVER,
        FindingCode.REISSUE_POSSIBLE,
    }
)


def diagnose(facts: CaseFacts) -> tuple[Finding, ...]:
    """What is the matter, most pressing first; an active account without any trouble is said to be well."""
    found = [
        *_address(facts),
        *_lock(facts),
        *_mail(facts),
        *_failing(facts),
        *_link(facts),
        *_account(facts),
        *_reissue(facts),
        *_enrolment(facts),
    ]
    if facts.state is AccountState.ACTIVE and all(finding.code in _NO_TROUBLE for finding in found):
        found.append(_finding(FindingCode.ALL_WELL, SuggestedAction.NONE))
    order = list(FindingCode)
    return tuple(sorted(found, key=lambda finding: order.index(finding.code)))


def _finding(code: FindingCode, action: SuggestedAction, **parameters: Parameter) -> Finding:
    return Finding(code, action, parameters)


def _opens_account(facts: CaseFacts) -> bool:
    return facts.phase in {Phase.ACTIVATION, Phase.VOTE}


def _address(facts: CaseFacts) -> Iterator[Finding]:
    given = fold_address(facts.given_address)
    if not given or given == fold_address(facts.tied_address):
        return
    known = given in {fold_address(address) for address in facts.other_addresses}
    code = FindingCode.OTHER_ADDRESS if known else FindingCode.ADDRESS_UNKNOWN
    yield _finding(code, SuggestedAction.VERIFY, tied=mask_address(facts.tied_address))


def _lock(facts: CaseFacts) -> Iterator[Finding]:
    if facts.locked_until is not None and facts.now < facts.locked_until:
        yield _finding(FindingCode.LOCKED, SuggestedAction.WAIT, until=facts.locked_until)


def _mail(facts: CaseFacts) -> Iterator[Finding]:
    if facts.mail is None:
        return
    mail, tied = facts.mail, mask_address(facts.tied_address)
    match mail.fate:
        case MailFate.QUEUED | MailFate.SENDING:
            yield _finding(FindingCode.MAIL_QUEUED, SuggestedAction.WAIT, since=mail.queued_at, tied=tied)
        case MailFate.FAILED_TEMPORARILY | MailFate.DELAYED:
            retry = mail.next_attempt_at or mail.queued_at
            yield _finding(FindingCode.MAIL_DELAYED, SuggestedAction.WAIT, retry=retry, tied=tied, answer=mail.answer)
        case MailFate.FAILED_PERMANENTLY:
            passes = passes_by_itself(mail.answer) and not facts.tied_failing
            code = FindingCode.MAILBOX_FULL if passes else FindingCode.MAIL_REFUSED
            action = SuggestedAction.RESEND if passes else SuggestedAction.CHANGE_ADDRESS
            yield _finding(code, action, tied=tied, answer=mail.answer)
        case MailFate.EXPIRED:
            if _opens_account(facts):
                yield _finding(FindingCode.MAIL_EXPIRED, SuggestedAction.RESEND, tied=tied)
        case MailFate.ACCEPTED | MailFate.DELIVERED:
            if facts.link is not None and facts.link.state is LinkState.VALID:
                yield _finding(
                    FindingCode.MAIL_ACCEPTED,
                    SuggestedAction.NONE,
                    at=mail.sent_at or mail.queued_at,
                    tied=tied,
                )


def _failing(facts: CaseFacts) -> Iterator[Finding]:
    """Several mails came back: a new one would too, whatever became of the last."""
    refused = facts.mail is not None and facts.mail.fate is MailFate.FAILED_PERMANENTLY
    if facts.tied_failing and not refused:
        tied = mask_address(facts.tied_address)
        yield _finding(FindingCode.ADDRESS_FAILING, SuggestedAction.CHANGE_ADDRESS, tied=tied)


def _link(facts: CaseFacts) -> Iterator[Finding]:
    link = facts.link
    if link is None:
        return
    if link.replaced_before and link.state is LinkState.VALID:
        yield _finding(FindingCode.LINK_REPLACED, SuggestedAction.NONE, count=link.replaced_before)
    match link.state:
        case LinkState.VALID:
            yield _finding(FindingCode.LINK_VALID, SuggestedAction.NONE, until=link.expires)
        case LinkState.EXPIRED:
            if _opens_account(facts):
                yield _finding(FindingCode.LINK_EXPIRED, SuggestedAction.RESEND, at=link.expires)
        case LinkState.USED:
            action = SuggestedAction.NONE if facts.state is AccountState.ACTIVE else SuggestedAction.RESEND
            yield _finding(FindingCode.LINK_USED, action, at=link.used or link.expires)
        case LinkState.REPLACED:
            yield _finding(FindingCode.LINK_REPLACED, SuggestedAction.NONE, count=link.replaced_before + 1)


def _account(facts: CaseFacts) -> Iterator[Finding]:
    if not _opens_account(facts):
        return
    match facts.state:
        case AccountState.NOT_INVITED:
            yield _finding(FindingCode.NEVER_INVITED, SuggestedAction.RESEND)
        case AccountState.CHALLENGE_RESET:
            yield _finding(FindingCode.QUESTION_NOT_CHOSEN, SuggestedAction.RESEND)
        case AccountState.PASSWORD_SET:
            yield _finding(FindingCode.ACTIVATION_UNFINISHED, SuggestedAction.RESEND)


def _reissue(facts: CaseFacts) -> Iterator[Finding]:
    if facts.phase in {Phase.BEFORE_OPENING, Phase.ACTIVATION}:
        yield _finding(FindingCode.REISSUE_NOT_YET, SuggestedAction.NONE, opens=facts.vote_opens)
    elif facts.phase is Phase.CLOSED:
        yield _finding(FindingCode.REISSUE_OVER, SuggestedAction.NONE, closed=facts.vote_closes)
    elif facts.reissue_closed_until is not None and facts.now < facts.reissue_closed_until:
        yield _finding(FindingCode.REISSUE_CLOSED, SuggestedAction.WAIT, until=facts.reissue_closed_until)
    elif facts.state is AccountState.ACTIVE:
        yield _finding(FindingCode.REISSUE_POSSIBLE, SuggestedAction.NONE, until=facts.vote_closes)
    else:
        missing = "question" if facts.state in {AccountState.CHALLENGE_RESET, AccountState.PASSWORD_SET} else "account"
        yield _finding(FindingCode.REISSUE_MISSING, SuggestedAction.RESEND, missing=missing)


def _enrolment(facts: CaseFacts) -> Iterator[Finding]:
    for code in facts.missing_ballots:
        yield _finding(FindingCode.BALLOT_MISSING, SuggestedAction.REFER_TO_HR, ballot=code)
    if facts.missing_from_roll is not None:
        yield _finding(FindingCode.GONE_FROM_ROLL, SuggestedAction.REFER_TO_HR, at=facts.missing_from_roll)

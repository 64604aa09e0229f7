"""The audit chain: what a row says, how it is hashed, and how a chain is checked."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from helpdesk.domain.errors import AuditBroken

GENESIS = "0" * 64


class Outcome(StrEnum):
    """How an audited action ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Action(StrEnum):
    """What is audited."""

    LOGIN = "login"
    VOTER_VIEWED = "voter_viewed"
    CALLER_VERIFIED = "caller_verified"
    MAIL_PREVIEWED = "mail_previewed"
    LINK_RESENT = "link_resent"
    CHALLENGE_RESET = "challenge_reset"
    ROLL_IMPORTED = "roll_imported"
    STORE_INITIALISED = "store_initialised"
    OPERATOR_ADDED = "operator_added"
    OPERATOR_CHANGED = "operator_changed"
    OPERATOR_DISABLED = "operator_disabled"
    OPERATOR_ENABLED = "operator_enabled"
    MAIL_ACCEPTED = "mail_accepted"
    MAIL_FAILED = "mail_failed"
    MAIL_EXPIRED = "mail_expired"
    LINK_REQUESTED = "link_requested"
    OTHER_ADDRESS_TOLD = "other_address_told"
    LINK_OPENED = "link_opened"
    PORTAL_LOGIN = "portal_login"
    PORTAL_LOGOUT = "portal_logout"
    PASSWORD_CHOSEN = "password_chosen"  # noqa: S105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    QUESTION_CHOSEN = "question_chosen"
    QUESTION_CHANGED = "question_changed"
    CODE_REISSUED = "code_reissued"
    BALLOTS_IMPORTED = "ballots_imported"
    MAIL_RETURNED = "mail_returned"
    MAIL_HURRIED = "mail_hurried"
    MAIL_CANCELLED = "mail_cancelled"
    RETURNED_MAIL_HANDLED = "returned_mail_handled"
    CAMPAIGN_STARTED = "campaign_started"
    CAMPAIGN_CHANGED = "campaign_changed"
    INVITED = "invited"
    MAIL_REWORDED = "mail_reworded"
    TRIAL_PREPARED = "trial_prepared"
    AUDIT_READ = "audit_read"
    AUDIT_EXPORTED = "audit_exported"
    CALL_LOGGED = "call_logged"
    ADDRESS_CHANGE_REQUESTED = "address_change_requested"
    ADDRESS_CHANGE_APPROVED = "address_change_approved"
    ADDRESS_CHANGE_REFUSED = "address_change_refused"
    INCIDENT_SET = "incident_set"
    INCIDENT_ENDED = "incident_ended"
    CALENDAR_CHANGED = "calendar_changed"
    STORE_BACKED_UP = "store_backed_up"
    STORE_RESTORED = "store_restored"
    STORE_PURGED = "store_purged"
    VOTER_EXPORTED = "voter_exported"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One row of the trail. `detail` is flat, sorted on hashing, and free of secrets; times are UTC.

    A row that retention redacted has lost who, on whom and why, and kept its time, kind and hashes.
    """

    seq: int
    at: datetime
    actor: str
    action: str
    outcome: str
    voter: str | None
    reason: str | None
    detail: dict[str, str]
    request: str | None
    content_hash: str
    hash: str

    @property
    def redacted(self) -> bool:
        """True when retention took the content away: nobody is an actor without a name."""
        return not self.actor


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))  # made once: rows are many

PURGED_THROUGH = "through"
"""The detail of a purge's own row that says up to which row it redacted."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of a chain: to be kept elsewhere, so that a removed tail can be proven."""

    seq: int
    hash: str


def canonical_content(
    *,
    seq: int,
    at: datetime,
    actor: str,
    action: str,
    outcome: str,
    voter: str | None,
    reason: str | None,
    detail: dict[str, str],
    request: str | None,
) -> bytes:
    """One row's canonical JSON (sorted keys, no spaces, UTF-8, microseconds UTC): what its hash is taken of."""
    fields = {
        "seq": seq,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "action": action,
        "outcome": outcome,
        "voter": voter,
        "reason": reason,
        "detail": detail,
        "request": request,
    }
    return _CANONICAL.encode(fields).encode()


def content_of(event: AuditEvent) -> bytes:
    """The canonical JSON of a row that has its content."""
    return canonical_content(
        seq=event.seq,
        at=event.at,
        actor=event.actor,
        action=event.action,
        outcome=event.outcome,
        voter=event.voter,
        reason=event.reason,
        detail=event.detail,
        request=event.request,
    )


def content_hash(content: bytes) -> str:
    """The hash of a row's canonical JSON (SHA-256)."""
    return hashlib.sha256(content).hexdigest()


def chain_hash(previous: str, content: str) -> str:
    """The hash that links a row to the one before it.

    Two levels, so that a row whose content retention removed keeps its place: the chain needs its hash only.
    """
    return hashlib.sha256(f"{previous}{content}".encode("ascii")).hexdigest()


def verify_chain(events: Iterable[AuditEvent], *, against: ChainHead | None = None) -> ChainHead:
    """Walk the whole chain and return its head.

    Raises AuditBroken at the first row that is missing, changed or not linked to the one before it, and with
    `why="head"` when the chain does not contain the head that was kept elsewhere. A redacted row is linked by the
    hash of the content it had, and must be one that a later purge, itself a row of the chain, says it redacted.
    """
    head = ChainHead(0, GENESIS)
    unexplained = range(0)
    met = against is None or against == head
    for event in events:
        if event.seq != head.seq + 1:
            raise AuditBroken(head.seq + 1, "missing")
        content = event.content_hash if event.redacted else content_hash(content_of(event))
        if event.redacted:
            unexplained = range(unexplained.start if unexplained else event.seq, event.seq + 1)
        if content != event.content_hash:
            raise AuditBroken(event.seq, "changed")
        if chain_hash(head.hash, content) != event.hash:
            raise AuditBroken(event.seq, "unlinked")
        if _explains(event, unexplained):
            unexplained = range(0)
        head = ChainHead(event.seq, event.hash)
        met = met or head == against
    if unexplained:
        raise AuditBroken(unexplained.start, "redacted")
    if not met and against is not None:
        raise AuditBroken(against.seq, "head")
    return head


def _explains(event: AuditEvent, unexplained: range) -> bool:
    """Whether a row is that of a purge which redacted all of these rows."""
    if event.redacted or event.action != Action.STORE_PURGED or event.outcome != Outcome.DONE:
        return False
    through = event.detail.get(PURGED_THROUGH, "")
    return through.isdecimal() and unexplained.stop - 1 <= int(through) < event.seq

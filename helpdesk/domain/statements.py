"""Statements that the program signs for others to rely on: what a purge removed."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from helpdesk.domain.audit import ChainHead
from helpdesk.domain.ports import Signature

REMAINING = (
    "Calendar, ballots, establishments, questions, wording of mails and operators' accounts stay. Of the audit trail,"
    " times, kinds, outcomes and hashes stay. Backups and dumps kept elsewhere are not reached: destroy them apart."
)


@dataclass(frozen=True, slots=True)
class PurgeStatement:
    """What one purge removed: rows by table, rows of the trail whose content was taken away, copies destroyed.

    `audit_head` is the chain's end once the purge's own row is in it: the trail proves the statement and the other
    way round.
    """

    program: str
    election: str
    appeals_ended: date
    purged_at: datetime
    purged_by: str
    removed: dict[str, int]
    audit_rows_redacted: int
    audit_head: ChainHead
    copies_destroyed: tuple[str, ...]
    remaining: str = REMAINING

    def content(self) -> bytes:
        """The canonical JSON that is signed (sorted keys, no spaces, UTF-8)."""
        return canonical_json(self.plain())

    def plain(self) -> dict[str, object]:
        """The statement in values that JSON knows; times in UTC."""
        return asdict(self) | {
            "appeals_ended": self.appeals_ended.isoformat(),
            "purged_at": self.purged_at.astimezone(UTC).isoformat(),
            "copies_destroyed": list(self.copies_destroyed),
        }


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement and its signature."""

    statement: PurgeStatement
    signature: Signature

    def document(self) -> dict[str, object]:
        """What is kept in a file, and checked later."""
        signature = {
            "algorithm": "Ed25519",
            "public_key": self.signature.public_key,
            "value": self.signature.value,
        }
        return {"statement": self.statement.plain(), "signature": signature}


def canonical_json(value: object) -> bytes:
    """One spelling for equal values: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

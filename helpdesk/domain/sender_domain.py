"""What was found about the sender's domain."""

from dataclasses import dataclass
from enum import StrEnum


class DnsVerdict(StrEnum):
    """How a record stands."""

    GOOD = "good"
    MISSING = "missing"
    SEVERAL = "several"
    OPEN = "open"
    UNDECIDED = "undecided"
    REVOKED = "revoked"
    NOT_ASKED = "not_asked"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class DnsFinding:
    """One of `spf`, `dkim`, `dmarc`: the verdict, and the record, or the name that was asked for."""

    what: str
    verdict: DnsVerdict
    record: str

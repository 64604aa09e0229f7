"""When a receiving domain wants fewer mails, and how fast it then gets them."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

_ENHANCED = re.compile(r"4\.(\d{1,3})\.(\d{1,3})")
_POLICY = 7
_OF_THE_DOMAIN = frozenset({(3, 1), (3, 2), (4, 1), (4, 3), (4, 4), (4, 5)})  # RFC 3463: its system or its network
_BASIC = frozenset({"421", "451"})
_WORDS = re.compile(r"gr[ea]y-?list|too many|rate limit|throttl|slow down", re.IGNORECASE)

BULK_LANE = "*"
"""The lane of all campaigns together; no domain has this name."""

BURST_MS = 1_000
"""A pace allows the mails of one second at once, so that a fast one does not cost a transaction for each mail."""


def slows_domain(code: str, answer: str) -> bool:
    """True when a temporary answer concerns the whole domain (greylisting, throttling), not one full mailbox."""
    if _WORDS.search(answer):
        return True
    enhanced = _ENHANCED.fullmatch(code)
    if enhanced is None:
        return code in _BASIC
    subject, detail = int(enhanced[1]), int(enhanced[2])
    return subject == _POLICY or (subject, detail) in _OF_THE_DOMAIN


def slower(gap_ms: int, *, first_ms: int, longest_ms: int) -> int:
    """The gap between two mails after the domain complained: it doubles."""
    return min(max(gap_ms * 2, first_ms), longest_ms)


def faster(gap_ms: int, *, first_ms: int) -> int | None:
    """The gap after the domain took a mail: half, and none at all once it is shorter than the first."""
    halved = gap_ms // 2
    return halved if halved >= first_ms else None


def burst(gap_ms: int) -> int:
    """How many mails may go at once at this gap."""
    return max(1, BURST_MS // gap_ms)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The part of the day in which campaigns rest, in the election's zone; it may span midnight."""

    begins: time
    ends: time

    def rests(self, now: datetime, zone: str) -> bool:
        """True at a moment of rest."""
        local = now.astimezone(ZoneInfo(zone)).time()
        if self.begins <= self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends


def domain_of(address: str) -> str:
    """The domain of an address, as lanes are named."""
    return address.rpartition("@")[2].strip().lower()

"""What the index answers with: voters as results show them, in order, and how far a similar spelling is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from rapidfuzz.distance import OSA

from helpdesk.domain.folding import fold

_MARK = "*"
_FAR = 99.0
_NUMBER_LAST = re.compile(r"\d+$")
_NOT_LETTERS = re.compile(r"[^a-z]+")


@dataclass(frozen=True, slots=True)
class FoundVoter:
    """One voter found, with what a result shows; times in UTC."""

    id: int
    similar: bool
    number: str
    first_name: str
    family_name: str
    usage_name: str
    establishment_code: str
    establishment_name: str
    state: str
    locked_until: datetime | None
    tied_address: str
    other_addresses: tuple[str, ...]


def found_voter(
    voter_id: int,
    similar: bool,  # noqa: FBT001 (a column of a row)
    number: str,
    first_name: str,
    family_name: str,
    usage_name: str,
    establishment_code: str,
    establishment_name: str,
    state: str,
    locked_until: datetime | None,
    addresses: str | None,
) -> FoundVoter:
    """A voter out of a row of either database, where the addresses are joined by spaces and the tied one is marked."""
    tied, others = "", []
    for each in (addresses or "").split(" "):
        if each[:1] == _MARK:
            tied = each[1:]
        elif each:
            others.append(each)
    return FoundVoter(
        voter_id, similar, number, first_name, family_name, usage_name,
        establishment_code, establishment_name, state, locked_until, tied, tuple(others),
    )  # fmt: skip


def nearest_last(text: str, found: Sequence[FoundVoter], limit: int) -> list[FoundVoter]:
    """The voters found as they stand, then those of similar spelling, nearest first; `limit` at most."""
    exact = [each for each in found if not each.similar]
    similar = [each for each in found if each.similar]
    if len(similar) > 1:
        similar.sort(key=lambda each: (_distance(text, each), each.id))
    return (exact + similar)[:limit]


def _distance(text: str, voter: FoundVoter) -> float:
    addresses = [fold(each) for each in (voter.tied_address, *voter.other_addresses)]
    if "@" in text:
        return min(OSA.distance(text, each) for each in addresses)
    best = _FAR
    if "." in text:
        best = min(_started(text, each.partition("@")[0]) for each in addresses)
    plain = _plain(text)
    first = _plain(voter.first_name)
    ways = [
        way
        for last in {voter.family_name, voter.usage_name} - {""}
        for way in (f"{first} {_plain(last)}", f"{_plain(last)} {first}")
    ]
    ways += [_NOT_LETTERS.sub(" ", _NUMBER_LAST.sub("", each.partition("@")[0])) for each in addresses]
    if " " not in plain:
        ways += [word for way in ways for word in way.split()]
    return min(best, *(_started(plain, way) for way in ways))


def _started(typed: str, whole: str) -> float:
    """How far what was typed is from the beginning of a text; a little nearer when that is all of it."""
    length = len(typed)
    far = min(OSA.distance(typed, whole[:end]) for end in (length - 1, length, length + 1) if end > 0)
    return far - 0.5 * (abs(len(whole) - length) <= far)


@lru_cache(50_000)
def _plain(name: str) -> str:
    return _NOT_LETTERS.sub(" ", fold(name)).strip()

"""What the index answers with: voters as results show them, in order, and how far a similar spelling is."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from helpdesk.domain.errors import StoreDamaged
from helpdesk.domain.folding import fold
from helpdesk.domain.states import AccountState
from helpdesk.store.search.tables import BETWEEN_SHOWN

_VOTER = "\x1e"
_FAR = 99.0
_STATES = {state.value: state for state in AccountState}
_NOT_LETTERS = re.compile(r"[^a-z]+")


class FoundVoter(NamedTuple):
    """One voter found, with what a result shows; times in UTC. A tuple: fifty are made with every key."""

    id: int
    similar: bool
    number: str
    first_name: str
    family_name: str
    usage_name: str
    establishment_code: str
    establishment_name: str
    state: AccountState
    locked_until: datetime | None
    tied_address: str
    other_addresses: tuple[str, ...]


def read_found(text: str) -> list[FoundVoter]:
    """The voters that the function `helpdesk.search_voters` of PostgreSQL answers with."""
    found = []
    for each in text.split(_VOTER) if text else ():
        mark, voter_id, state, locked, *shown, entry = each.split(BETWEEN_SHOWN)
        found.append(_found(int(voter_id), mark != "", state, locked, shown, entry))
    return found


def found_voter(
    similar: bool,  # noqa: FBT001 (a column of a row)
    row: tuple[int, str, str | None, str, str],
) -> FoundVoter:
    """A voter out of a row of `search_entry`: id, state, end of the lock, what is shown, text.

    Raises StoreDamaged for a row that this program did not write.
    """
    voter_id, state, locked, shown, entry = row
    try:
        return _found(voter_id, similar, state, locked, shown.split(BETWEEN_SHOWN), entry)
    except (ValueError, KeyError, AttributeError):  # too few parts, no state or time, no text
        raise StoreDamaged from None


def _found(
    voter_id: int,
    similar: bool,  # noqa: FBT001
    state: str,
    locked: str | None,
    shown: list[str],
    entry: str,
) -> FoundVoter:
    """Addresses are read in the entry, as nearly all are written as they are compared; `written` gives the others."""
    number, first, family, usage, code, name, written = shown
    first_at = entry.find("@")
    tied, *others = entry[entry.rfind(" ", 0, first_at) + 1 : -1].split(" ") if first_at > 0 else ("",)
    if written:
        pairs = written.split(" ")
        as_written = dict(zip(pairs[::2], pairs[1::2], strict=True))
        tied, *others = [as_written.get(each, each) for each in (tied, *others)]
    until = datetime.fromisoformat(locked).replace(tzinfo=UTC) if locked else None
    return FoundVoter(
        voter_id, similar, number, first, family, usage, code, name, _STATES[state], until, tied, tuple(others)
    )  # fmt: skip


def nearest_last(text: str, found: Sequence[FoundVoter], limit: int) -> list[FoundVoter]:
    """The voters found as they stand, then those of similar spelling, nearest first; `limit` at most."""
    exact = [each for each in found if not each.similar]
    similar = found[len(exact) :]
    if len(similar) > 1:
        nearness = _Nearness(text)
        similar = sorted(similar, key=lambda each: (nearness.distance(each), each.id))
    return [*exact, *similar][:limit]


class _Nearness:
    """How far voters are from a text; many have a name in common, which is compared once."""

    def __init__(self, text: str) -> None:
        self._text, self._plain = text, _plain(text)
        self._is_mail, self._dotted, self._one_word = "@" in text, "." in text, " " not in self._plain
        self._known: dict[str, float] = {}

    def distance(self, voter: FoundVoter) -> float:
        addresses = [fold(each) for each in (voter.tied_address, *voter.other_addresses)]
        if self._is_mail:
            return min((OSA.distance(self._text, each) for each in addresses), default=_FAR)
        ways: set[str] = set()
        first = _plain(voter.first_name)
        for last in (voter.family_name, voter.usage_name):
            if last:
                ways |= {f"{first} {_plain(last)}", f"{_plain(last)} {first}"}
        best = _FAR
        for address in addresses:
            local = address.partition("@")[0]
            if self._dotted:
                best = min(best, _started(self._text, local))
            ways.add(_NOT_LETTERS.sub(" ", local).rstrip())
        if self._one_word:  # or two, whose space is lost or was taken for a letter
            ways |= {word for way in ways for word in way.split()}
        return min([best, *(self._started(way) for way in ways)])

    def _started(self, way: str) -> float:
        far = self._known.get(way)
        if far is None:
            far = self._known[way] = _started(self._plain, way)
        return far


def _started(typed: str, whole: str) -> float:
    """How far what was typed is from the beginning of a text; a little nearer when that is all of it."""
    length = len(typed)
    if whole.startswith(typed):
        far = 0
    else:
        far = min(OSA.distance(typed, whole[:end]) for end in (length - 1, length, length + 1) if end > 0)
    return far - 0.5 * (abs(len(whole) - length) <= far)


@lru_cache(2_000)
def _plain(name: str) -> str:
    return _NOT_LETTERS.sub(" ", fold(name)).strip()

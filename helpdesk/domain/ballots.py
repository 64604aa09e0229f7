"""Ballots and their candidate lists, as a file gives them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One union's list, in the order in which lists are shown."""

    union_name: str
    candidates: tuple[str, ...]
    statement: str = ""


@dataclass(frozen=True, slots=True)
class BallotEntry:
    """One ballot with its lists."""

    code: str
    name: str
    lists: tuple[ListEntry, ...]


@dataclass(frozen=True, slots=True)
class BallotCounts:
    """What an import wrote."""

    ballots: int
    lists: int
    candidates: int

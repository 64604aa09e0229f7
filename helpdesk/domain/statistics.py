"""Figures of an election: how far accounts are, what callers want, what became of mails."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from helpdesk.domain.states import AccountState


class Dimension(StrEnum):
    """What voters are counted by."""

    ACADEMY = "academy"
    DEPARTMENT = "department"
    ESTABLISHMENT = "establishment"
    BALLOT = "ballot"


class Fact(StrEnum):
    """What else a bar may count: accounts by state, calls by motive, mails by fate, calls of today by hour."""

    STATE = "state"
    MOTIVE = "motive"
    FATE = "fate"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Slice:
    """One bar: how many voters of a place or ballot are in each state."""

    code: str
    name: str
    states: Mapping[AccountState, int]

    @property
    def voters(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def active(self) -> int:
        """Those whose account can be used."""
        return self.states.get(AccountState.ACTIVE, 0)


@dataclass(frozen=True, slots=True)
class Day:
    """What one day added: voters first written to, links opened, accounts activated."""

    day: date
    invited: int
    opened: int
    activated: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the overview shows, within one operator's scope. `calls` and `mails` count by motive and fate.

    `load` counts calls begun today by hour of the election's zone, 24 figures.
    """

    states: Mapping[AccountState, int]
    slices: Mapping[Dimension, tuple[Slice, ...]]
    days: tuple[Day, ...]
    calls: Mapping[str, int]
    mails: Mapping[str, int]
    load: tuple[int, ...]

    @property
    def voters(self) -> int:
        """All voters of the scope."""
        return sum(self.states.values())

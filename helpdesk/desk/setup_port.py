"""What the first-run assistant needs of whoever sets the program up."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from helpdesk.desk.context import DeskStart
from helpdesk.domain.progress import Progress

POSTGRESQL_PORT = 5432
"""Where a server listens unless somebody has changed that."""


class Place(StrEnum):
    """Where the store is."""

    HERE = "here"
    SERVER = "server"


class FirstVoters(StrEnum):
    """What a new store begins with."""

    NONE = "none"
    SAMPLE = "sample"
    ROLL = "roll"


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """A database server of the support cell, and the name of the database there."""

    host: str
    port: int
    database: str


@dataclass(frozen=True, slots=True)
class MailPlan:
    """How mails leave; an empty text leaves a setting as it is. The password goes to the keyring."""

    host: str
    port: str
    security: str
    user: str
    sender: str
    portal: str
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """All that was answered. With a `server` nothing is created: its store and operators are there already."""

    language: str
    server: ServerPlan | None = None
    operator: str = ""
    password: str = field(default="", repr=False)
    mail: MailPlan | None = None
    voters: FirstVoters = FirstVoters.NONE
    roll: Path | None = None


class SetupPort(Protocol):
    """Methods are for background jobs only. Nothing is kept before `set_up`, nor if that fails or is stopped."""

    server: ServerPlan | None
    """The server of the settings, where that is to be changed for another; None where nothing is set up yet."""

    def check_operator(self, name: str, password: str) -> None:
        """Raises TextMissing, WeakPassword."""
        ...

    def reach(self, server: ServerPlan) -> None:
        """See whether somebody answers there, within seconds. Raises StoreUnreachable."""
        ...

    def set_up(self, plan: SetupPlan, progress: Progress) -> DeskStart:
        """Do all of it; how the desk starts then.

        Raises what a store, a roll, a settings file or a keyring refuse, and Stopped when `progress` says so.
        """
        ...

"""One line of the doctor's."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from helpdesk.domain.errors import HelpdeskError
from helpdesk.language.errors import error_text


class Level(StrEnum):
    """How a thing stands: well, worth knowing, or to be put right."""

    WELL = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it stands, and what to do or to know."""

    name: str
    level: Level
    text: str


def well(name: str, text: str) -> Check:
    """All is as it should be."""
    return Check(name, Level.WELL, text)


def note(name: str, text: str) -> Check:
    """Nothing to put right, but worth knowing."""
    return Check(name, Level.NOTE, text)


def bad(name: str, text: str) -> Check:
    """Something has to be done, and the text says what."""
    return Check(name, Level.BAD, text)


def tried(name: str, look: Callable[[], str]) -> Check:
    """What a look says when it succeeds, or what its refusal means."""
    try:
        return well(name, look())
    except HelpdeskError as error:
        return bad(name, error_text(error))

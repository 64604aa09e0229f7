"""What is known of a setting, told where it is defined: its default, its meaning, and which values make sense.

Everything that speaks of settings is derived from this: the comments of `helpdesk.toml`, the names of environment
variables, the errors for unknown keys and senseless values, and the table of `helpdesk doctor`.
"""

from dataclasses import Field, dataclass, field
from typing import Any, TypeVar

_LARGEST_NUMBER = 1_000_000_000  # seconds: thirty years, and times that far ahead can still be told
_KEY = "setting"

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a setting is for, in English (translated when it is shown), and what it may be.

    A number lies between `least` and `most`, a text is one of `choices` if there are any. What is not `in_file` is
    read from the environment only.
    """

    text: str
    least: int
    most: int
    choices: tuple[str, ...]
    in_file: bool


def setting(
    default: _Value,
    meaning: str,
    *,
    least: int = 1,
    most: int = _LARGEST_NUMBER,
    choices: tuple[str, ...] = (),
    in_file: bool = True,
) -> _Value:
    """A field of a dataclass of settings, with its default and its meaning."""
    told = Meaning(meaning, least, most, choices, in_file)
    made: Any = field(default=default, metadata={_KEY: told})
    value: _Value = made  # `dataclass` puts the default in its place
    return value


def meaning_of(known: "Field[Any]") -> Meaning | None:
    """What was told of a field; None for a field that is no setting."""
    told: Meaning | None = known.metadata.get(_KEY)
    return told

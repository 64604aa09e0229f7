"""The keys of settings, by name, derived from where they are defined."""

from collections.abc import Iterable, Sequence
from dataclasses import Field, dataclass, fields, is_dataclass
from typing import Any

from helpdesk.config.refusals import bad_setting
from helpdesk.config.sections import Settings
from helpdesk.domain.setting import Meaning, meaning_of

VARIABLE = "HELPDESK_"
SECRETS = ("smtp.password", "imap.password", "database.password")
"""What somebody may take for a key: it is kept in the keyring or in a file of its own."""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its name (`smtp.host`), default and meaning."""

    name: str
    default: object
    meaning: Meaning

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"{VARIABLE}{self.name.replace('.', '_').upper()}"

    @property
    def section(self) -> str:
        """What stands before the dot; empty for a key without one."""
        return self.name.rpartition(".")[0]

    def read(self, value: object) -> object:
        """A value from a file or a variable, of the kind of the default. Raises BadSetting."""
        if isinstance(self.default, int):
            return self._number(value)
        if not isinstance(value, str) or (self.meaning.choices and value not in self.meaning.choices):
            raise bad_setting(self.name, "not_a_choice")
        return value

    def _number(self, value: object) -> int:
        try:
            number = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
        except ValueError:
            number = None
        if number is None or not self.meaning.least <= number <= self.meaning.most:
            raise bad_setting(self.name, "not_a_number")
        return number


def _derived() -> dict[str, Key]:
    keys: list[Key] = []
    for each in fields(Settings):
        section: Any = each.default_factory
        if is_dataclass(section):
            keys += [_key(inner, f"{each.name}.{inner.name}") for inner in fields(section)]
        else:
            keys.append(_key(each, each.name))
    return {key.name: key for key in keys}


def _key(known: "Field[Any]", name: str) -> Key:
    meaning = meaning_of(known)
    if meaning is None:
        raise TypeError(name)
    return Key(name, known.default, meaning)


KEYS = _derived()
"""Every setting by its name, in the order of their definition."""


def known_keys() -> tuple[str, ...]:
    """Every key that a settings file may hold."""
    return tuple(name for name, key in KEYS.items() if key.meaning.in_file)


def refuse_unknown(names: Iterable[str]) -> None:
    """Raise BadSetting for the first name that a settings file may not hold, with the nearest one that it may."""
    known = known_keys()
    for name in names:
        if name not in known:
            near = _nearest(name, known)
            raise bad_setting(name, "secret_in_file" if name in SECRETS else "unknown", near)


def unknown_variables(names: Iterable[str]) -> dict[str, str | None]:
    """The environment variables that look like settings and are none, each with the nearest that is."""
    known = [key.variable.removeprefix(VARIABLE) for key in KEYS.values()]
    strange = [name for name in names if name.startswith(VARIABLE) and name.removeprefix(VARIABLE) not in known]
    near = {name: _nearest(name.removeprefix(VARIABLE), known) for name in strange}
    return {name: VARIABLE + found if found else None for name, found in near.items()}


def _nearest(name: str, known: Sequence[str]) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 (the first window waits for none of it)

    return next(iter(get_close_matches(name, known, 1)), None)

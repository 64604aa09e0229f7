"""The effective settings: defaults, then `helpdesk.toml`, then the environment, then the command line.

Secrets never come from the file.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from helpdesk.config.keys import KEYS, refuse_unknown
from helpdesk.config.refusals import bad_setting, unreadable
from helpdesk.config.sections import Settings
from helpdesk.system.folders import user_data_folder, user_settings_folder


class Origin(StrEnum):
    """Where a value in effect is from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting in effect: what it is, and where it is from."""

    name: str
    value: object
    origin: Origin


def load_settings(
    *,
    config_file: Path | None = None,
    database: str | None = None,
    operator: str | None = None,
    language: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """The effective settings; the keyword arguments are the command line's and win.

    Raises BadSetting for an unknown key (naming the nearest known one) or a value of the wrong kind, and
    UnreadableFile for a file that was named and cannot be read.
    """
    given = {"database": database, "operator": operator, "language": language}
    found = effective_settings(config_file=config_file, given=given, environment=environment)
    settings = Settings(**{name: each.value for name, each in found.items() if "." not in name})  # type: ignore[arg-type]
    for name in {key.section for key in KEYS.values()} - {""}:
        section: Any = getattr(settings, name)
        inner = {key.rpartition(".")[2]: each.value for key, each in found.items() if key.startswith(f"{name}.")}
        settings = replace(settings, **{name: replace(section, **inner)})
    return settings


def effective_settings(
    *,
    config_file: Path | None = None,
    given: Mapping[str, str | None] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> dict[str, Effective]:
    """Every setting in effect, by name, with where it is from; `given` is the command line's. Raises as above."""
    from_file = _from_file(config_file)
    of_command = {name: value for name, value in (given or {}).items() if value}
    found = {}
    for name, key in KEYS.items():
        if name in of_command:
            value, origin = key.read(of_command[name]), Origin.COMMAND
        elif said := environment.get(key.variable):
            value = Path(said).absolute() if _is_path(key.default) else key.read(said)
            origin = Origin.ENVIRONMENT
        elif name in from_file:
            value, origin = key.read(from_file[name]), Origin.FILE
        else:
            value, origin = key.default, Origin.DEFAULT
        found[name] = Effective(name, value, origin)
    found["data_dir"] = replace(found["data_dir"], value=_data_folder(environment))
    if not found["database"].value:
        found["database"] = replace(found["database"], value=default_database(environment))
    return found


def default_database(environment: Mapping[str, str] = os.environ) -> str:
    """The store when none is set: a file of the data folder. Raises BadSetting."""
    return f"sqlite:///{_data_folder(environment) / 'helpdesk.db'}"


def settings_path(named: Path | None = None) -> Path:
    """The settings file: the one that was named, or the one of the user's configuration folder."""
    return named or user_settings_folder() / "helpdesk.toml"


def _data_folder(environment: Mapping[str, str]) -> Path:
    folder = Path(environment.get("HELPDESK_DATA_DIR") or user_data_folder()).absolute()
    if "?" in str(folder):  # in the database's URL, what follows it would be options
        raise bad_setting("HELPDESK_DATA_DIR", "question_mark")
    return folder


def _is_path(default: object) -> bool:
    """True for a setting that is a path: its default is one, or none."""
    return default is None or isinstance(default, Path)


def _from_file(named: Path | None) -> dict[str, object]:
    path = settings_path(named)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if named:
            raise unreadable(str(path), "missing") from None
        return {}
    except OSError:
        raise unreadable(str(path), "denied") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise bad_setting(path.name, "not_toml") from None
    flat: dict[str, object] = {}
    for key, value in content.items():
        nested = {f"{key}.{name}": inner for name, inner in value.items()} if isinstance(value, dict) else {key: value}
        flat |= nested
    refuse_unknown(list(flat))
    return flat

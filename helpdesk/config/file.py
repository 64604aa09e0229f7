"""Making and changing `helpdesk.toml`: comments stay, and a file is whole or was not touched."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpdesk.config.keys import KEYS, refuse_unknown
from helpdesk.config.reading import load_settings
from helpdesk.config.refusals import bad_setting, unreadable
from helpdesk.system.open_files import replace_file


def make_settings_file(path: Path, text: str) -> bool:
    """Write a new settings file; False when there is one already, which is left alone. Raises UnreadableFile."""
    if path.exists():
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        raise unreadable(str(path), "unwritable") from None
    return True


def write_settings(path: Path, changes: Mapping[str, str]) -> None:
    """Change some keys of the file, all of them or none; comments and the other keys stay as they are.

    A key that stands there commented out is set in that place. Raises BadSetting for an unknown key, a value of the
    wrong kind, or when the file would not be read any more; UnreadableFile when it cannot be written.
    """
    import tomlkit  # noqa: PLC0415 (only whoever changes a setting needs it)

    refuse_unknown(list(changes))
    values = {name: KEYS[name].read(value) for name, value in changes.items()}
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        document = tomlkit.parse(_uncommented(text, [name for name in values if not _is_set(text, name)]))
        for name, value in values.items():
            section, _dot, key = name.rpartition(".")
            table: Any = document.setdefault(section, tomlkit.table()) if section else document
            table[key] = value
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_text(tomlkit.dumps(document), encoding="utf-8")
    except OSError:
        raise unreadable(str(path), "unwritable") from None
    except (tomlkit.exceptions.TOMLKitError, UnicodeDecodeError):
        raise bad_setting(path.name, "not_toml") from None
    try:
        load_settings(config_file=new, environment={})
        replace_file(new, path)
    except OSError:
        raise unreadable(str(path), "unwritable") from None
    finally:
        new.unlink(missing_ok=True)


def _is_set(text: str, name: str) -> bool:
    import tomlkit  # noqa: PLC0415

    section, _dot, key = name.rpartition(".")
    document: Any = tomlkit.parse(text)
    table = document.get(section, {}) if section else document
    return key in table


def _uncommented(text: str, names: list[str]) -> str:
    """The text with the lines of these keys, commented out so far, made settings; only what stands before any table."""
    head, table, rest = re.match(r"(?s)(.*?)(^\[|\Z)(.*)", text, re.MULTILINE).groups()  # type: ignore[union-attr]
    for name in names:
        head = re.sub(rf"^# ?({re.escape(name)} = )", r"\1", head, count=1, flags=re.MULTILINE)
    return head + table + rest

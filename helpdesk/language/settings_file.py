"""The text of a new `helpdesk.toml`: every setting with its meaning, commented out, in the language in use."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path

from helpdesk.config import KEYS, Key
from helpdesk.language.catalogue import gettext as _

_WIDTH = 100


def settings_file_text(database: str) -> str:
    """The file as `helpdesk init` writes it; `database` is the one that counts without any setting."""
    return "\n".join(_lines(database)) + "\n"


def setting_text(key: Key) -> str:
    """What a setting means, and what it may be."""
    meaning = _(key.meaning.text)
    if not key.meaning.choices:
        return meaning
    return meaning + " " + _("One of: {choices}.").format(choices=", ".join(key.meaning.choices))


def section_text(section: str) -> str:
    """What the settings of a section are about."""
    return {
        "": _("The store and the desk"),
        "smtp": _("The server that mails are given to"),
        "imap": _("The mailbox for what comes back"),
        "dns": _("What `helpdesk doctor` asks about the sender's domain"),
        "mail": _("What mails say"),
        "portal": _("The voters' portal"),
        "log": _("The program's log"),
        "limits": _("Throttles, lifetimes and lockouts"),
    }[section]


def _lines(database: str) -> Iterator[str]:
    yield from _comment(
        _(
            "Settings of helpdesk. Each stands here with its default, commented out: take the # away to set it. An"
            " environment variable counts over this file: smtp.host is HELPDESK_SMTP_HOST. `helpdesk doctor` tells what"
            " is in effect and why."
        )
    )
    section = None
    for key in KEYS.values():
        if not key.meaning.in_file:
            continue
        if key.section != section:
            section = key.section
            yield ""
            yield f"# --- {section_text(section)} ---"
        yield ""
        yield from _comment(setting_text(key))
        default = database if key.name == "database" else key.default
        yield f"# {key.name} = {json.dumps(default, ensure_ascii=False)}"
    yield ""
    elsewhere = _("Not in this file")
    yield f"# --- {elsewhere} ---"
    yield ""
    yield from _comment(
        _("Secrets never stand here: the system's keyring keeps them, or files that only a service may read.")
    )
    for key in KEYS.values():
        if not key.meaning.in_file:
            yield from _comment(f"{key.variable}: {setting_text(key)}", hanging="  ")


def _comment(text: str, *, hanging: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        width=_WIDTH,
        initial_indent="# ",
        subsequent_indent=f"# {hanging}",
        break_long_words=False,
        break_on_hyphens=False,
    )


def value_text(value: object) -> str:
    """A setting's value as a person reads it; a password inside an address is not shown."""
    match value:
        case None | "":
            return "–"
        case Path():
            return str(value)
        case _:
            return _without_password(str(value))


def _without_password(text: str) -> str:
    scheme, sign, rest = text.partition("://")
    name, at, place = rest.rpartition("@")
    if not sign or not at or ":" not in name:
        return text
    return f"{scheme}://{name.partition(':')[0]}:…@{place}"

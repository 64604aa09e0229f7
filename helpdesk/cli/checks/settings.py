"""The settings in effect: each value, where it is from, and which secrets there are. No secret is ever shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpdesk.bootstrap import Program, secret_names
from helpdesk.config import KEYS, Effective, Origin
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.settings_file import setting_text, value_text


@dataclass(frozen=True, slots=True)
class Told:
    """One setting as the doctor tells it."""

    setting: str
    value: str
    origin: str
    """`default`, `file`, `environment` or `command`; for a secret `keyring`, a variable, or nothing."""

    origin_text: str
    meaning: str


def settings_told(found: Mapping[str, Effective], file: Path) -> Iterator[Told]:
    """Every setting in effect."""
    for name, each in found.items():
        key = KEYS[name]
        where = {
            Origin.DEFAULT: _("default"),
            Origin.FILE: str(file),
            Origin.ENVIRONMENT: key.variable,
            Origin.COMMAND: _("command line"),
        }[each.origin]
        yield Told(name, value_text(each.value), each.origin.value, where, setting_text(key))


def secrets_told(program: Program) -> Iterator[Told]:
    """Every secret that the program may need: whether there is one, and where; never what it is."""
    for name, (kept_as, variable) in secret_names(program.settings).items():
        if variable is not None and (file := getattr(program.settings, variable)) is not None:
            there, where, origin = file.exists(), KEYS[variable].variable, "environment"
        else:
            there, where, origin = _kept(program, kept_as), _("keyring"), "keyring"
        said = _("set") if there else _("not set")
        yield Told(name, said, origin if there else "", where if there else "", _("A secret: it is never shown."))


def _kept(program: Program, kept_as: str) -> bool:
    try:
        return program.secrets.read(kept_as) is not None
    except SecretStoreUnavailable:
        return False

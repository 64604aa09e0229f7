"""This machine: folders, disk, keyring, credential files, terminal, fonts."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from helpdesk.bootstrap import keyring_backend, read_credential
from helpdesk.cli.checks.check import Check, bad, note, well
from helpdesk.config import KEYS, Settings, unknown_variables
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.language.catalogue import gettext as _
from helpdesk.resource_files import resource
from helpdesk.system.private_files import is_open_to_others

_LEAST_FREE_BYTES = 1_000_000_000
_STORES_TO_SPARE = 2
"""A backup or an upgrade needs a second store beside the first while it works."""

_OUR_FILES = ("*.db", "*.db-*", "*.log")
_MADE_ON_FIRST_USE = {"link_key_file", "portal_key_file", "statement_key_file"}


def variables(environment: Mapping[str, str] = os.environ) -> Iterator[Check]:
    """Variables that look like settings and are none."""
    for name, near in unknown_variables(environment).items():
        text = _("there is no such setting")
        if near is not None:
            text = f"{text}. " + _("Did you mean {near}?").format(near=near)
        yield bad(name, text)


def data_folder(settings: Settings) -> Iterator[Check]:
    """Whether the data folder can be written and is closed to others, and whether there is room."""
    folder, name = settings.data_dir, _("Data folder")
    if not folder.exists():
        yield note(name, _("{folder} is not there yet; it is made when it is needed").format(folder=folder))
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield bad(name, _("{folder} cannot be written: give it to this account").format(folder=folder))
        return
    ours = sorted(path for pattern in _OUR_FILES for path in folder.glob(pattern) if path.is_file())
    open_files = [path.name for path in ours if is_open_to_others(path)]
    if open_files:
        said = _("others of this machine can read {files} in {folder}: close them (chmod go-rwx)")
        yield bad(name, said.format(files=", ".join(open_files), folder=folder))
    elif is_open_to_others(folder) is None:
        said = _("{folder}: who may read it was not looked at; a folder of the user's own is closed to others")
        yield note(name, said.format(folder=folder))
    else:
        yield well(name, _("{folder} can be written; its files are closed to others").format(folder=folder))


def disk_space(settings: Settings, store: Path | None) -> Check:
    """Room for the store and for a copy of it."""
    folder = store.parent if store is not None else settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    wanted = max(_LEAST_FREE_BYTES, _STORES_TO_SPARE * store.stat().st_size if store and store.exists() else 0)
    said = _("{free} GB free; a backup or an upgrade wants {wanted} GB")
    text = said.format(free=_gigabytes(free), wanted=_gigabytes(wanted))
    name = _("Disk")
    return well(name, text) if free >= wanted else bad(name, text)


def keyring() -> Check:
    """What keeps secrets on this machine."""
    name = _("Keyring")
    try:
        backend = keyring_backend()
    except SecretStoreUnavailable:
        return bad(name, _("it cannot be used: unlock it, or name credential files"))
    if backend is None:
        return note(name, _("there is none: secrets come from credential files, or are asked for"))
    return well(name, backend)


def credential_files(settings: Settings) -> Iterator[Check]:
    """Each file with a secret that the settings name: readable, and by nobody else."""
    for field, key in KEYS.items():
        path = getattr(settings, field, None)
        if not field.endswith("_file") or not isinstance(path, Path):
            continue
        if field in _MADE_ON_FIRST_USE and not path.exists():
            yield note(key.variable, _("{file} is not there yet; it is made on first use").format(file=path))
            continue
        try:
            read_credential(path)
        except SecretStoreUnavailable:
            yield bad(key.variable, _("{file} cannot be read").format(file=path))
            continue
        if is_open_to_others(path):
            said = _("others of this machine can read {file}: close it (chmod go-rwx)")
            yield bad(key.variable, said.format(file=path))
        else:
            yield well(key.variable, _("{file} can be read, by its owner alone").format(file=path))


def terminal() -> Check:
    """Whether the terminal shows every character."""
    encoding = (sys.stdout.encoding if sys.stdout is not None else None) or "ascii"
    name = _("Terminal")
    try:
        "→œΨ".encode(encoding)
    except UnicodeEncodeError:
        return note(name, _("{encoding}: what it cannot show is written as an escape").format(encoding=encoding))
    return well(name, encoding)


def fonts() -> Iterator[Check]:
    """Fonts for the window and for PDF documents."""
    name = _("Fonts")
    try:
        from helpdesk.desk.fonts import font_in_use  # noqa: PLC0415 (the desk costs Qt)
    except ImportError:
        yield note(name, _("the window's libraries are not installed: the desk cannot be opened here"))
    else:
        family, missing = font_in_use()
        if not family:
            yield bad(name, _("there are none: install some, such as DejaVu (fonts-dejavu-core)"))
        elif missing:
            said = _("no installed font shows {characters}: install one more, such as DejaVu (fonts-dejavu-core)")
            yield bad(name, said.format(characters=missing))
        else:
            yield well(name, _("{family}; every character of the window can be shown").format(family=family))
    for wanted in ("fonts", "icons", "styles", "locale", "help"):
        there = resource(wanted).is_dir()
        of_file = _("Files: {name}").format(name=wanted)
        yield well(of_file, _("there")) if there else bad(of_file, _("missing: install the program again"))


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f}"

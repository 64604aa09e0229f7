"""The doctor's looks at a machine, where the machine is not as it should be."""

import builtins
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from helpdesk.cli.checks import machine, store
from helpdesk.cli.checks.check import Level
from helpdesk.config import Settings, load_settings
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.services.context import ServiceContext
from helpdesk.services.health import Health


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(environment={"HELPDESK_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(("free", "store_bytes", "level"), [
    (2_000_000_000, 0, Level.WELL), (900_000_000, 0, Level.BAD), (2_000_000_000, 1_100_000_000, Level.BAD),
])  # fmt: skip
def test_a_backup_needs_room_for_a_second_store(
    free: int, store_bytes: int, level: Level, settings: Settings, tmp_path: Path, monkeypatch
):
    path = tmp_path / "helpdesk.db"
    with path.open("wb") as file:
        file.truncate(store_bytes)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, free))
    assert machine.disk_space(settings, path).level is level


def test_a_folder_that_cannot_be_written_is_named(settings: Settings, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    (check,) = machine.data_folder(settings)
    assert (check.level, str(settings.data_dir) in check.text) == (Level.BAD, True)


def test_a_folder_that_is_not_there_is_no_fault(settings: Settings):
    missing = replace(settings, data_dir=settings.data_dir / "missing")
    assert [check.level for check in machine.data_folder(missing)] == [Level.NOTE]
    assert machine.disk_space(missing, None).level is Level.WELL


def test_what_windows_does_not_tell_is_said(settings: Settings, monkeypatch):
    monkeypatch.setattr(machine, "is_open_to_others", lambda _: None)
    assert [check.level for check in machine.data_folder(settings)] == [Level.NOTE]


def test_a_keyring_there_is_one_there_is_none_it_is_locked(monkeypatch):
    for answer, level in ((lambda: "Windows", Level.WELL), (lambda: None, Level.NOTE), (refuse, Level.BAD)):
        monkeypatch.setattr(machine, "keyring_backend", answer)
        assert machine.keyring().level is level


def refuse() -> str:
    raise SecretStoreUnavailable


@pytest.mark.parametrize(("found", "level"), [
    (("DejaVu Sans", ""), Level.WELL), (("", "é"), Level.BAD), (("Symbol", "é→"), Level.BAD),
])  # fmt: skip
def test_fonts_that_show_every_character(found: tuple[str, str], level: Level, monkeypatch):
    monkeypatch.setattr("helpdesk.desk.fonts.font_in_use", lambda: found)
    assert next(machine.fonts()).level is level


def test_the_fonts_of_this_machine_show_the_desks_words(qapp):
    assert next(machine.fonts()).level is Level.WELL


def test_a_server_without_the_windows_libraries_is_no_fault(monkeypatch):
    really = builtins.__import__

    def without_qt(name: str, *more: object) -> object:
        if name == "helpdesk.desk.fonts":
            raise ImportError("libGL.so.1")
        return really(name, *more)

    monkeypatch.setattr(builtins, "__import__", without_qt)
    assert next(machine.fonts()).level is Level.NOTE


def test_a_terminal_of_old_is_told_of(monkeypatch):
    for encoding, level in (("utf-8", Level.WELL), ("cp850", Level.NOTE)):
        monkeypatch.setattr("sys.stdout", SimpleNamespace(encoding=encoding))
        assert machine.terminal().level is level
    monkeypatch.setattr("sys.stdout", None)
    assert machine.terminal().level is Level.NOTE


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("seconds", "level"), [(0, Level.WELL), (61, Level.BAD), (-61, Level.BAD)])
def test_the_clock_is_held_against_the_database_servers(
    seconds: int, level: Level, context: ServiceContext, monkeypatch
):
    moved = datetime.now(UTC) + timedelta(seconds=seconds)
    monkeypatch.setattr(store, "system_clock", lambda: moved)
    program = SimpleNamespace(services=SimpleNamespace(health=Health(context)), clock=lambda: moved)
    check = store.clock(program)
    assert check.level is level
    assert f"{seconds:+d}"[:2] in check.text or seconds == 0

"""The program's settings through the window: written to the file, secrets to the keyring and never shown back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTabWidget, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from helpdesk.cli.desk_settings import DeskSettings
from helpdesk.config import load_settings
from helpdesk.desk.app import Desk
from helpdesk.desk.context import DeskContext
from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.roles import Operator
from helpdesk.store.engine import Store
from helpdesk.store.schema import form_draft
from tests.desk.conftest import Keyring, child, go_to

DATABASE = "postgresql+psycopg://elections@db.example.org/helpdesk"
SECRET = "Planted-4711-Secret"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "helpdesk.toml"


@pytest.fixture
def desk_context(
    desk_context: DeskContext, keyring: Keyring, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> DeskContext:
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path))
    return replace(desk_context, settings=DeskSettings(file, keyring, DATABASE))


class Form:
    """One tab of the settings page."""

    def __init__(self, qtbot: QtBot, window: MainWindow, section: str) -> None:
        self.qtbot, self.window, self.section = qtbot, window, section
        self.page = go_to(qtbot, window, 7, "settingsPage")
        tabs = child(self.page, QTabWidget, "settingsTabs")
        part = child(self.page, QWidget, section)
        tabs.setCurrentIndex(next(place for place in range(tabs.count()) if tabs.widget(place).isAncestorOf(part)))
        self.qtbot.waitUntil(child(part, QPushButton, f"save_{section}").isEnabled)

    def line(self, key: str) -> QLineEdit:
        return child(self.page, QLineEdit, f"setting_{key.replace('.', '_')}")

    def keep(self) -> str:
        child(self.page, QPushButton, f"save_{self.section}").click()
        self.qtbot.waitUntil(lambda: self.window._session.tasks.running == 0)
        return child(self.page, QLabel, "pageDone").text()


@pytest.fixture
def form(qtbot: QtBot, open_desk: Callable[[Operator], MainWindow], administrator: Operator) -> Callable[[str], Form]:
    return lambda section: Form(qtbot, open_desk(administrator), section)


def test_settings_go_to_the_file_and_the_password_to_the_keyring(
    form: Callable[[str], Form], file: Path, keyring: Keyring
):
    mail = form("mailSection")
    mail.line("smtp.host").setText("smtp.example.org")
    mail.line("smtp.user").setText("elections")
    mail.line("mail.desk_phone").setText("0223217777")
    mail.line("smtp.password").setText(SECRET)
    assert mail.keep().startswith("Kept.")
    settings = load_settings(config_file=file, environment={})
    assert (settings.smtp.host, settings.smtp.user) == ("smtp.example.org", "elections")
    assert settings.mail.desk_phone == "0223217777"
    assert keyring.kept["smtp-password:elections"] == SECRET
    assert SECRET not in file.read_text(encoding="utf-8")


def drafts(database: Store) -> list[dict[str, str]]:
    with database.read() as connection:
        return list(connection.scalars(select(form_draft.c.texts)))


def test_what_was_typed_comes_back_after_a_crash_without_any_secret_until_it_is_kept(
    qtbot: QtBot, form: Callable[[str], Form], desk: Desk, database: Store, file: Path
):
    mail = form("mailSection")
    mail.line("smtp.password").setText(SECRET)
    mail.line("smtp.host").setText("smtp.example.org")
    qtbot.waitUntil(lambda: drafts(database) == [{"smtp.host": "smtp.example.org"}])
    mail.window.close()
    qtbot.waitUntil(lambda: desk.window is None and desk.tasks.running == 0)
    mail = form("mailSection")
    qtbot.waitUntil(lambda: mail.line("smtp.host").text() == "smtp.example.org")
    assert child(mail.page, QLabel, "pageDone").text() == "What you had typed before is back."
    assert mail.line("smtp.password").text() == ""
    assert mail.keep().startswith("Kept.")
    assert drafts(database) == []
    assert load_settings(config_file=file, environment={}).smtp.host == "smtp.example.org"
    assert not child(mail.page, QPushButton, "undo_mailSection").isVisible()


def test_what_is_typed_stays_while_another_page_is_looked_at_and_can_be_undone(
    qtbot: QtBot, form: Callable[[str], Form], database: Store
):
    limits = form("limitsSection")
    before = limits.line("limits.resends_per_day").text()
    limits.line("limits.resends_per_day").setText("77")
    go_to(qtbot, limits.window, 1, "votersPage")
    go_to(qtbot, limits.window, 7, "settingsPage")
    assert limits.line("limits.resends_per_day").text() == "77"
    undo = child(limits.page, QPushButton, "undo_limitsSection")
    qtbot.waitUntil(undo.isVisible)
    undo.click()
    qtbot.waitUntil(lambda: limits.line("limits.resends_per_day").text() == before and not undo.isVisible())
    assert drafts(database) == []


def test_an_address_of_a_database_is_kept_nowhere_while_it_is_typed(
    qtbot: QtBot, form: Callable[[str], Form], database: Store
):
    """Somebody may write a password into it."""
    store = form("storeSection")
    store.line("database").setText(f"postgresql+psycopg://ada:{SECRET}@db.example.org/helpdesk")
    store.window.close()
    qtbot.waitUntil(lambda: store.window._session.tasks.running == 0)
    assert drafts(database) == []


def test_a_secret_is_never_shown_back(form: Callable[[str], Form], keyring: Keyring):
    keyring.kept["smtp-password:"] = SECRET
    line = form("mailSection").line("smtp.password")
    assert line.echoMode() is QLineEdit.EchoMode.Password
    assert line.text() == ""
    assert line.placeholderText() == "One is kept; type another to replace it"


def test_the_databases_password_is_kept_under_the_name_that_the_program_looks_for(
    form: Callable[[str], Form], keyring: Keyring, file: Path
):
    store = form("storeSection")
    store.line("database.password").setText(SECRET)
    assert store.keep().startswith("Kept.")
    assert keyring.kept[f"database:{DATABASE}"] == SECRET
    assert not file.exists() or SECRET not in file.read_text(encoding="utf-8")
    assert store.line("database.password").text() == ""


def test_a_value_that_makes_no_sense_is_refused_by_its_key_and_nothing_is_kept(
    form: Callable[[str], Form], file: Path, keyring: Keyring
):
    mail = form("mailSection")
    mail.line("smtp.host").setText("smtp.example.org")
    mail.line("smtp.port").setText("70000")
    mail.line("smtp.password").setText(SECRET)
    assert "smtp.port" in mail.keep()
    assert load_settings(config_file=file, environment={}).smtp.host == "localhost"
    assert keyring.kept.get("smtp-password:") is None
    assert mail.line("smtp.port").text() == "70000"


def test_without_a_keyring_it_is_said_and_the_secret_is_written_nowhere(
    form: Callable[[str], Form], file: Path, keyring: Keyring
):
    mail = form("mailSection")
    keyring.away = True
    mail.line("smtp.password").setText(SECRET)
    assert "keyring" in mail.keep()
    assert not file.exists() or SECRET not in file.read_text(encoding="utf-8")


def test_what_the_environment_fixes_is_shown_and_cannot_be_changed(
    form: Callable[[str], Form], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HELPDESK_SMTP_HOST", "fixed.example.org")
    line = form("mailSection").line("smtp.host")
    assert (line.text(), line.isReadOnly()) == ("fixed.example.org", True)
    assert "environment" in line.placeholderText()

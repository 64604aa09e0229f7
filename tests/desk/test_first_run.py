"""The first start: a few questions, then the login; left at any of them, nothing was written."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.cli.first_run import FirstRun
from helpdesk.cli.window import _ProgramBehind, embedded_file
from helpdesk.config import Settings, load_settings
from helpdesk.desk.app import Desk
from helpdesk.desk.context import DeskStart, Preferences, TextSize
from helpdesk.desk.first_run.assistant import Assistant
from helpdesk.desk.setup_port import ServerPlan, SetupPlan
from helpdesk.domain.errors import BadSetting, StoreUnreachable
from helpdesk.domain.progress import Progress
from helpdesk.services import build_services
from helpdesk.services.elections import write_election
from tests.conftest import PASSWORD, make_context
from tests.desk.conftest import Keyring, child, press, type_text
from tests.desk.looks import cut, nameless, sideways
from tests.rolls import row, write_roll

NAME = "Ada Admin"
SECRET = "Planted-4711-Secret"


class Watched:
    """The real set-up, seen to work in background threads only; `before` is done first, to wait or fail there."""

    def __init__(self, real: FirstRun) -> None:
        self.real, self.server = real, real.server
        self.before: Callable[[Progress], None] = lambda _progress: None
        self.answers = True

    def check_operator(self, name: str, password: str) -> None:
        self._in_the_background()
        self.real.check_operator(name, password)

    def reach(self, server: ServerPlan) -> None:
        self._in_the_background()
        if not self.answers:
            raise StoreUnreachable

    def set_up(self, plan: SetupPlan, progress: Progress) -> DeskStart:
        self._in_the_background()
        self.before(progress)
        return self.real.set_up(plan, progress)

    def _in_the_background(self) -> None:
        assert threading.current_thread() is not threading.main_thread(), "setting up on the GUI thread"


class FirstStart:
    """A desk on a computer where there is no store."""

    def __init__(self, qtbot: QtBot, application: QApplication, folder: Path, **preferences: str) -> None:
        self.qtbot, self.folder, self.keyring = qtbot, folder, Keyring()
        self.file = folder / "settings" / "helpdesk.toml"
        settings = replace(load_settings(environment={}), database=f"sqlite:///{folder / 'data' / 'helpdesk.db'}")
        self.behind = _ProgramBehind(settings, self.file)
        self.setup = Watched(FirstRun(settings, self.file, self._start_with, secrets=self.keyring))
        chosen = Preferences(language="en", **preferences)
        start = replace(self.behind.start(), setup=self.setup, preferences=chosen)
        self.desk = Desk(application, start)
        self.desk.begin()
        assert self.desk.assistant is not None
        self.assistant: Assistant = self.desk.assistant
        qtbot.waitUntil(self.assistant.isVisible)

    def _start_with(self, settings: Settings) -> DeskStart:
        return self.behind.start_with(settings)

    def line(self, name: str, text: str) -> None:
        child(self.assistant, QLineEdit, name).setText(text)

    def choose(self, name: str) -> None:
        child(self.assistant, QRadioButton, name).setChecked(True)

    def go_on(self) -> None:
        button = child(self.assistant, QPushButton, "nextButton")
        assert button.isEnabled()
        button.click()
        self.qtbot.waitUntil(lambda: self.desk.tasks.running == 0)

    def choose_elsewhere(self) -> None:
        child(self.desk.login, QPushButton, "loginElsewhere").click()
        assert self.desk.assistant is not None
        self.assistant = self.desk.assistant
        self.qtbot.waitUntil(self.assistant.isVisible)

    def refusal(self) -> str:
        return child(self.assistant, QLabel, "refusal").text()

    def step(self) -> str:
        return self.assistant.step.objectName()

    def to_voters(self) -> None:
        self.go_on()
        for field, text in (("firstName", NAME), ("firstPassword", PASSWORD), ("firstPassword2", PASSWORD)):
            self.line(field, text)
        self.go_on()
        self.go_on()
        assert self.step() == "votersStep"

    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def first_start(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., FirstStart]]:
    made: list[FirstStart] = []

    def make(**preferences: str) -> FirstStart:
        made.append(FirstStart(qtbot, qapp, tmp_path / "machine", **preferences))
        return made[-1]

    yield make
    for start in made:
        for dialog in (start.desk.login, start.desk.assistant):
            if dialog is not None:
                dialog.done(0)
                dialog.deleteLater()
        qtbot.waitUntil(lambda each=start: each.desk.tasks.running == 0, timeout=20_000)
        start.behind.close()
        start.desk._appearance.enlarge(100)
        start.desk.deleteLater()


def test_by_keyboard_alone_from_nothing_to_a_login_with_the_name_filled_in(first_start, qtbot):
    start = first_start()
    press(start.assistant, Qt.Key.Key_Return)
    assert start.step() == "operatorStep"
    for text in (NAME, PASSWORD, PASSWORD):
        focused = start.assistant.focusWidget()
        assert isinstance(focused, QLineEdit)
        type_text(focused, text)
        press(focused, Qt.Key.Key_Tab)
    for _step in ("mail", "voters", "end"):
        press(start.assistant, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: start.desk.tasks.running == 0)
    qtbot.waitUntil(lambda: start.desk.login is not None and start.desk.login.isVisible(), timeout=20_000)
    assert start.desk.assistant is None
    assert child(start.desk.login, QLineEdit, "loginName").text() == NAME
    qtbot.waitUntil(lambda: start.desk.tasks.running == 0, timeout=20_000)
    child(start.desk.login, QLineEdit, "loginPassword").setText(PASSWORD)
    child(start.desk.login, QPushButton, "loginButton").click()
    qtbot.waitUntil(lambda: start.desk.window is not None, timeout=20_000)
    assert "Ada Admin (administrator)" in start.desk.window.windowTitle()
    start.desk.window.close()
    qtbot.waitUntil(lambda: start.desk.window is None)
    assert embedded_file(f"sqlite:///{start.folder / 'data' / 'helpdesk.db'}").exists()


@pytest.mark.parametrize("steps", range(4))
def test_left_at_any_step_nothing_is_written(first_start, steps):
    start = first_start()
    answers = {"firstName": NAME, "firstPassword": PASSWORD, "firstPassword2": PASSWORD, "setupSmtpPassword": SECRET}
    for field, text in answers.items():
        start.line(field, text)
    for _step in range(steps):
        start.go_on()
    child(start.assistant, QPushButton, "cancelButton").click()
    assert not start.assistant.isVisible()
    assert start.left() == []
    assert start.keyring.kept == {}


def test_stopped_while_it_is_set_up_nothing_is_written_and_it_can_be_tried_again(first_start, qtbot):
    start = first_start()
    start.to_voters()
    begun, go_on = threading.Event(), threading.Event()

    def wait(progress: Progress) -> None:
        begun.set()
        assert go_on.wait(10)
        progress(1, 2)

    start.setup.before = wait
    child(start.assistant, QPushButton, "nextButton").click()
    qtbot.waitUntil(begun.is_set)
    child(start.assistant, QPushButton, "cancelButton").click()
    assert start.assistant.isVisible()
    go_on.set()
    qtbot.waitUntil(lambda: "nothing was written" in start.refusal())
    assert start.left() == []
    start.setup.before = lambda _progress: None
    start.go_on()
    qtbot.waitUntil(lambda: start.desk.login is not None, timeout=20_000)
    assert {"helpdesk.db", "helpdesk.toml"} <= set(start.left())


def test_a_weak_password_and_two_that_differ_are_told_where_they_are_typed(first_start):
    start = first_start()
    start.go_on()
    for field, text in (("firstName", NAME), ("firstPassword", "short"), ("firstPassword2", "other")):
        start.line(field, text)
    start.go_on()
    assert "not the same" in start.refusal()
    start.line("firstPassword2", "short")
    start.go_on()
    assert "12" in start.refusal()
    assert start.step() == "operatorStep"


def test_a_roll_with_errors_is_told_and_another_answer_can_be_given(first_start, qtbot, tmp_path):
    roll = write_roll(tmp_path / "roll.csv", [row(1), row(1)])
    start = first_start()
    start.to_voters()
    start.choose("votersRoll")
    assert not child(start.assistant, QPushButton, "nextButton").isEnabled()
    start.assistant.step.take_file(str(roll))
    start.go_on()
    assert "error" in start.refusal()
    assert start.left() == []
    start.choose("votersNone")
    start.go_on()
    qtbot.waitUntil(lambda: start.desk.login is not None, timeout=20_000)


def test_the_mail_servers_password_goes_to_the_keyring_only(first_start, qtbot):
    start = first_start()
    start.line("setupSmtpHost", "smtp.example.org")
    start.line("setupSmtpUser", "elections")
    start.line("setupSmtpPassword", SECRET)
    start.to_voters()
    start.go_on()
    qtbot.waitUntil(lambda: start.desk.login is not None, timeout=20_000)
    assert start.keyring.kept == {"smtp-password:elections": SECRET}
    for path in start.folder.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


def test_a_server_is_asked_for_and_reached_before_it_is_kept(first_start, qtbot):
    start = first_start()
    start.choose("placeServer")
    assert not child(start.assistant, QPushButton, "nextButton").isEnabled()
    start.line("serverHost", "127.0.0.1")
    start.line("serverPort", "1")
    start.setup.answers = False
    start.go_on()
    assert start.refusal()
    assert start.left() == []
    start.setup.answers = True
    child(start.assistant, QPushButton, "nextButton").click()
    qtbot.waitUntil(lambda: start.desk.login is not None, timeout=20_000)
    assert start.left() == ["helpdesk.toml"]


def test_from_the_first_page_to_the_desk_on_a_server(first_start, qtbot, postgresql_store, clock, election):
    with postgresql_store.write() as connection:
        write_election(connection, election, trial=True)
    owner = build_services(make_context(postgresql_store, clock))
    owner.operators.add_first(NAME, PASSWORD)
    server = postgresql_store.url
    start = first_start()
    start.assistant.activateWindow()
    qtbot.waitUntil(start.assistant.isActiveWindow)
    press(start.assistant.focusWidget(), Qt.Key.Key_Down)
    assert not child(start.assistant, QPushButton, "nextButton").isEnabled()
    for field, text in (
        ("serverHost", server.host),
        ("serverPort", str(server.port)),
        ("serverDatabase", server.database),
    ):
        edit = child(start.assistant, QLineEdit, field)
        edit.clear()
        type_text(edit, text)
    press(start.assistant, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: start.desk.login is not None and start.desk.login.isVisible(), timeout=20_000)
    assert start.left() == ["helpdesk.toml"]
    login = start.desk.login
    qtbot.waitUntil(lambda: start.desk.tasks.running == 0, timeout=20_000)
    child(login, QLineEdit, "loginName").setText(NAME)
    password = child(login, QLineEdit, "loginPassword")
    password.setText("another-Password-1")
    press(password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "not accepted" in child(login, QLabel, "refusal").text(), timeout=20_000)
    password.setText(PASSWORD)
    press(password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: start.desk.window is not None, timeout=20_000)
    assert f"{NAME} (administrator)" in start.desk.window.windowTitle()
    assert server.database in start.desk.window.windowTitle()
    start.desk.window.close()
    qtbot.waitUntil(lambda: start.desk.window is None)


def test_a_database_that_the_server_does_not_have_is_told_at_the_login(
    first_start, qtbot, postgresql_server, services, administrator, database
):
    if not database.keeps_logins:
        return
    start = first_start()
    start.choose("placeServer")
    start.line("serverHost", "127.0.0.1")
    start.line("serverPort", str(urlsplit(postgresql_server).port))
    start.line("serverDatabase", "elections_2062")
    start.go_on()
    qtbot.waitUntil(lambda: start.desk.login is not None and start.desk.login.isVisible(), timeout=20_000)
    child(start.desk.login, QLineEdit, "loginName").setText(administrator.name)
    child(start.desk.login, QLineEdit, "loginPassword").setText(PASSWORD)
    child(start.desk.login, QPushButton, "loginButton").click()
    refusal = child(start.desk.login, QLabel, "refusal")
    qtbot.waitUntil(lambda: "no helpdesk store" in refusal.text(), timeout=20_000)


def test_another_server_can_be_chosen_where_the_login_finds_none(first_start, qtbot, postgresql_store, clock, election):
    with postgresql_store.write() as connection:
        write_election(connection, election, trial=True)
    build_services(make_context(postgresql_store, clock)).operators.add_first(NAME, PASSWORD)
    server = postgresql_store.url
    start = first_start()
    start.choose("placeServer")
    start.line("serverHost", server.host)
    start.line("serverPort", str(server.port))
    start.line("serverDatabase", "elections_2062")
    start.go_on()
    log_in(start, qtbot)
    qtbot.waitUntil(lambda: start.desk.login.findChild(QPushButton, "loginElsewhere") is not None, timeout=20_000)
    assert cut(start.desk.login) == []
    start.choose_elsewhere()
    assert child(start.assistant, QLineEdit, "serverDatabase").text() == "elections_2062"
    assert not child(start.assistant, QRadioButton, "placeHere").isVisible()
    assert (cut(start.assistant), nameless(start.assistant)) == ([], [])
    child(start.assistant, QPushButton, "cancelButton").click()  # back to the login, which finds none again
    log_in(start, qtbot)
    qtbot.waitUntil(lambda: start.desk.login.findChild(QPushButton, "loginElsewhere") is not None, timeout=20_000)
    start.choose_elsewhere()
    start.line("serverDatabase", server.database)
    start.go_on()
    log_in(start, qtbot)
    qtbot.waitUntil(lambda: start.desk.window is not None, timeout=20_000)
    assert server.database in start.desk.window.windowTitle()
    assert load_settings(config_file=start.file, environment={}).database.endswith(f"/{server.database}")
    start.desk.window.close()
    qtbot.waitUntil(lambda: start.desk.window is None)


def log_in(start, qtbot):
    qtbot.waitUntil(
        lambda: start.desk.login is not None and start.desk.login.isVisible() and start.desk.tasks.running == 0,
        timeout=20_000,
    )
    child(start.desk.login, QLineEdit, "loginName").setText(NAME)
    child(start.desk.login, QLineEdit, "loginPassword").setText(PASSWORD)
    child(start.desk.login, QPushButton, "loginButton").click()


@pytest.mark.parametrize(
    ("file", "environment", "given", "offered"),
    [
        ("postgresql+psycopg://db.example.org/elections", "", None, True),
        ("sqlite:///here.db", "", None, False),
        ("sqlite:///here.db", "", "postgresql+psycopg://db.example.org/elections", False),
        ("postgresql+psycopg://db.example.org/a", "postgresql+psycopg://db.example.org/b", None, False),
    ],
)
def test_another_server_is_offered_only_where_the_settings_file_names_it(
    tmp_path, monkeypatch, file, environment, given, offered
):
    path = tmp_path / "helpdesk.toml"
    path.write_text(f'database = "{file}"\n', encoding="utf-8")
    if environment:
        monkeypatch.setenv("HELPDESK_DATABASE", environment)
    settings = load_settings(config_file=path, database=given)
    start = _ProgramBehind(settings, path).start()
    assert (start.elsewhere is not None and start.may_choose is not None and start.may_choose()) is offered


def test_the_settings_file_is_read_once_before_the_login(tmp_path):
    """Whether another server is to be offered is asked when one is refused."""
    path = tmp_path / "helpdesk.toml"
    path.write_text('database = "postgresql+psycopg://db.example.org/elections"\n', encoding="utf-8")
    settings = load_settings(config_file=path)
    path.write_text("no settings any more", encoding="utf-8")
    start = _ProgramBehind(settings, path).start()
    assert start.may_choose is not None
    with pytest.raises(BadSetting):
        start.may_choose()


def test_another_language_is_spoken_at_once_and_kept(first_start, qtbot):
    start = first_start()
    start.assistant._place._language.box.setCurrentIndex(1)
    qtbot.waitUntil(lambda: child(start.assistant, QPushButton, "nextButton").text() == "Suivant")
    start.to_voters()
    start.go_on()
    qtbot.waitUntil(lambda: start.desk.login is not None, timeout=20_000)
    assert load_settings(config_file=start.file, environment={}).language == "fr"


@pytest.mark.parametrize("size", list(TextSize))
def test_every_step_is_whole_and_named_at_every_text_size(first_start, size):
    start = first_start(text_size=size)
    start.line("firstName", NAME)
    start.line("firstPassword", PASSWORD)
    start.line("firstPassword2", PASSWORD)
    seen: list[QWidget] = []
    for _step in range(4):
        assert cut(start.assistant) == []
        assert nameless(start.assistant) == []
        assert sideways(start.assistant) == []
        seen.append(start.assistant.step)
        if len(seen) < 4:
            start.go_on()
    assert len(set(seen)) == 4

"""The first window comes before everything that it does not need; the program is opened behind it."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from helpdesk.cli.entry import MODULES
from helpdesk.cli.window import database_label
from helpdesk.desk.app import Desk
from helpdesk.desk.context import DeskContext, DeskStart
from helpdesk.domain.calendar import Election
from helpdesk.domain.errors import StoreMissing
from helpdesk.domain.roles import Operator
from helpdesk.services import build_services
from helpdesk.services.elections import write_election
from helpdesk.store.engine import Store
from tests.conftest import PASSWORD, SetClock, make_context
from tests.desk.conftest import child, type_text

HEAVY = (
    "aiosmtpd", "alembic", "argon2", "babel", "click", "cryptography", "difflib", "dns", "faker", "flask", "flufl",
    "imap_tools", "jinja2", "keyring", "numpy", "psycopg", "pyqtgraph", "rapidfuzz", "reportlab", "sqlalchemy",
    "tomlkit",
    "helpdesk.bootstrap", "helpdesk.desk.main_window", "helpdesk.domain.errors", "helpdesk.services", "helpdesk.store",
)  # fmt: skip

LOOK = """
import sys
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

class Look(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched.objectName() == "loginDialog":
            print(*sys.modules)
            sys.stdout.flush()
            QApplication.quit()
        return False

application = QApplication(["helpdesk"])
look = Look()
application.installEventFilter(look)
from helpdesk.cli import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize("arguments", [(), ("--lang", "fr")])
def test_the_login_is_painted_before_anything_heavy_is_imported(
    arguments: tuple[str, ...], sqlite_store: Store, tmp_path: Path
):
    environment = os.environ | {
        "HELPDESK_DATA_DIR": str(tmp_path),
        "HELPDESK_DATABASE": f"sqlite:///{sqlite_store.path}",
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    command = [sys.executable, "-c", LOOK, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=60)
    loaded = done.stdout.split()
    assert "helpdesk.desk.login" in loaded
    reads_arguments = {"click", "helpdesk.domain.errors"} if arguments else set()
    assert [name for name in HEAVY if name in loaded and name not in reads_arguments] == []


LOG_IN = """
import sys, threading
strays = []

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("PySide6", "shiboken6", "helpdesk.desk")) and threading.current_thread() is not main:
            strays.append(name)

main = threading.main_thread()
sys.meta_path.insert(0, Watch())
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

class Agent(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched.objectName() == "loginDialog" and "main_window" not in seen:
            seen.append("main_window")
            self.dialog = watched
            QTimer.singleShot(0, self.log_in)
        if event.type() == QEvent.Type.Paint and watched.objectName() == "searchBox" and "search" not in seen:
            seen.append("search")
            self.window = watched.window()
            QTimer.singleShot(0, self.window.close)
        return False

    def log_in(self):
        for name, text in zip(("loginName", "loginPassword"), sys.argv[1:]):
            self.dialog.findChild(QLineEdit, name).setText(text)
        self.dialog.findChild(QPushButton, "loginButton").click()

seen = []
application = QApplication(["helpdesk"])
agent = Agent()
application.installEventFilter(agent)
from helpdesk.cli import run
code = run([])
print(*strays)
sys.exit(code or "search" not in seen)
"""


def test_no_other_thread_than_the_windows_imports_anything_of_qt(
    sqlite_store: Store, clock: SetClock, election: Election, tmp_path: Path
):
    """Qt's modules set themselves up as they are imported, which two threads at once may wait for each other in."""
    with sqlite_store.write() as connection:
        write_election(connection, election, trial=False)
    administrator = build_services(make_context(sqlite_store, clock)).operators.add_first("Ada Admin", PASSWORD)
    environment = os.environ | {
        "HELPDESK_DATA_DIR": str(tmp_path),
        "HELPDESK_DATABASE": f"sqlite:///{sqlite_store.path}",
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    command = [sys.executable, "-c", LOG_IN, administrator.name, PASSWORD]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=60)
    assert done.stdout.split() == []


PRELOAD = """
import sys
import helpdesk.desk.app, helpdesk.bootstrap, helpdesk.cli.delivering, helpdesk.cli.desk_settings, helpdesk.desk.opening
from helpdesk.desk.preload import MODULES
for name in helpdesk.desk.opening._WORDS:
    __import__(f"helpdesk.language.{name}")
for name in MODULES:
    before = set(sys.modules)
    __import__(f"helpdesk.desk.{name}")
    brought = sorted(each for each in set(sys.modules) - before if each.startswith("helpdesk"))
    if len(brought) > 4:
        print(name, "brings", *brought)
"""


def test_the_main_windows_modules_are_imported_a_few_at_a_time():
    done = subprocess.run([sys.executable, "-c", PRELOAD], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == []


def test_opening_the_program_loads_no_migrations_and_nothing_of_other_fronts():
    needless = ("aiosmtpd", "alembic", "dns", "faker", "flask", "flufl", "imap_tools", "jinja2", "psycopg", "pyqtgraph")
    needless += ("captcha", "numpy", "prometheus_client", "reportlab", "waitress")
    code = (
        "import sys, helpdesk.bootstrap, helpdesk.cli.delivering, helpdesk.cli.window, helpdesk.desk.main_window\n"
        "from helpdesk.config import load_settings\n"
        "helpdesk.bootstrap._store(load_settings(database='sqlite:///x.db'), None)\n"
        f"sys.exit(' '.join(name for name in {needless!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.stderr.split() == []


def test_each_command_is_where_the_table_says():
    modules = set(MODULES.values())
    held = {command.name: name for name in modules for command in import_module(f"helpdesk.cli.{name}").COMMANDS}
    assert held == MODULES


def test_what_is_typed_before_the_program_is_open_logs_in_once_it_is(
    qtbot: QtBot, qapp: QApplication, desk: Desk, agent: Operator
):
    desk.ask_login()
    login = desk.login
    assert login is not None
    type_text(child(login, QLineEdit, "loginName"), agent.name)
    type_text(child(login, QLineEdit, "loginPassword"), PASSWORD)
    child(login, QPushButton, "loginButton").click()
    assert desk.window is None
    qtbot.waitUntil(lambda: desk.window is not None)


def test_a_store_that_cannot_be_opened_ends_the_desk_and_says_why(qtbot: QtBot, qapp: QApplication):
    def open_nothing() -> DeskContext:
        raise StoreMissing

    desk = Desk(qapp, DeskStart(open_nothing, "nowhere.db"))
    desk.ask_login()
    qtbot.waitUntil(lambda: desk.failure is not None)
    assert isinstance(desk.failure, StoreMissing)
    assert desk.login is not None
    assert not desk.login.isVisible()
    desk.login.deleteLater()
    desk.deleteLater()


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("sqlite:////home/ada/helpdesk.db", "helpdesk.db"),
        (
            "postgresql+psycopg://ada:secret@db.example.org/desk?sslmode=require",
            "postgresql+psycopg://ada@db.example.org/desk",
        ),
        ("postgresql+psycopg:///desk", "postgresql+psycopg:///desk"),
    ],
)
def test_a_database_is_named_without_any_password(url: str, label: str):
    assert database_label(url) == label

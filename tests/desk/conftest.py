"""What the desk's tests share: a real store and services behind a guard of threads, a keyring, the desk itself."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import wraps
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.demo.mail_catcher import MailCatcher
from helpdesk.desk.app import Desk
from helpdesk.desk.context import DeskContext, DeskStart, Preferences, ThemeChoice
from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.domain.roles import Operator
from helpdesk.services import Services
from tests.conftest import SetClock
from tests.desk.delivering import catching
from tests.desk.watchdog import REPORT, WatchedApplication

Kind = TypeVar("Kind", bound=QWidget)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says of every window that it takes no size hints; all other warnings fail a test."""
    ignored = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(ignored)


class Keyring:
    """A keyring in memory, that can be away."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.away = False

    def read(self, name: str) -> str | None:
        self._check()
        return self.kept.get(name)

    def write(self, name: str, secret: str) -> None:
        self._check()
        self.kept[name] = secret

    def forget(self, name: str) -> None:
        self._check()
        self.kept.pop(name, None)

    def _check(self) -> None:
        assert threading.current_thread() is not threading.main_thread(), "keyring on the GUI thread"
        if self.away:
            raise SecretStoreUnavailable


class WatchedServices:
    """The real services, each call checked to come from a background thread and counted by name.

    `before` holds what is done first when a method is called: a test makes it wait or fail there.
    """

    def __init__(self, services: Services) -> None:
        self.calls: list[str] = []
        self.before: dict[str, Callable[[], None]] = {}
        self.watched = replace(
            services,
            **{field.name: _Watched(self, field.name, getattr(services, field.name)) for field in fields(services)},
        )

    def count(self, name: str) -> int:
        return self.calls.count(name)


class _Watched:
    def __init__(self, watch: WatchedServices, name: str, service: object) -> None:
        self._watch, self._name, self._service = watch, name, service

    def __getattr__(self, method: str) -> Callable[..., object]:
        real, name = getattr(self._service, method), f"{self._name}.{method}"

        @wraps(real)
        def call(*args: object, **more: object) -> object:
            assert threading.current_thread() is not threading.main_thread(), f"{name} on the GUI thread"
            self._watch.calls.append(name)
            self._watch.before.get(name, _nothing)()
            return real(*args, **more)

        return call


def _nothing() -> None:
    pass


@pytest.fixture
def keyring() -> Keyring:
    return Keyring()


@pytest.fixture
def watch(services: Services) -> WatchedServices:
    return WatchedServices(services)


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    with catching() as caught:
        yield caught


@pytest.fixture
def desk_context(watch: WatchedServices, keyring: Keyring, clock: SetClock) -> DeskContext:
    return DeskContext(
        services=watch.watched,
        secrets=keyring,
        mailer=None,
        clock=clock,
        database_label="trial store",
        preferences=Preferences(language="en", theme=ThemeChoice.LIGHT),
    )


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, desk_context: DeskContext) -> Iterator[Desk]:
    made = Desk(qapp, DeskStart.over(desk_context))
    yield made
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog):
            widget.done(0)
    if made.window is not None:
        made.window.close()
    qtbot.waitUntil(lambda: made.tasks.running == 0 and made.window is None)
    if made.login is not None:
        made.login.deleteLater()
    made.deleteLater()


@pytest.fixture
def open_desk(qtbot: QtBot, desk: Desk) -> Callable[[Operator], MainWindow]:
    """Opens the window for an operator who is logged in."""

    def open_it(operator: Operator) -> MainWindow:
        desk.open_for(operator)
        qtbot.waitUntil(lambda: desk.window is not None)
        assert desk.window is not None
        desk.window.resize(1280, 800)
        qtbot.waitExposed(desk.window)
        return desk.window

    return open_it


def child(parent: QWidget, kind: type[Kind], name: str) -> Kind:
    found = parent.findChild(kind, name)
    assert isinstance(found, kind), f"no {kind.__name__} named {name}"
    return found


def opened(qtbot: QtBot, parent: QWidget, name: str) -> QDialog:
    """The dialog that was asked for, once it is there to be typed into: it opens in a few turns of the loop."""
    qtbot.waitUntil(lambda: parent.findChild(QDialog, name) is not None)
    dialog = child(parent, QDialog, name)
    assert dialog.isVisible()
    return dialog


def type_text(widget: QWidget, text: str) -> None:
    """Type as a keyboard does; QTest.keyClicks aborts on what is not ASCII."""
    for char in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, char)
            QApplication.sendEvent(widget, event)


def press(widget: QWidget, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    QTest.keyClick(widget, key, held)


def open_voter(qtbot: QtBot, window: MainWindow, number: str) -> QWidget:
    """Open a voter's page; the page."""
    window.voters_page.open_voter(number)
    qtbot.waitUntil(lambda: window.voters_page.shows_voter and window._session.tasks.running == 0)
    return child(window, QWidget, "voterPage")


def go_to(qtbot: QtBot, window: MainWindow, number: int, name: str) -> QWidget:
    """Choose a page of the navigation; the page, with everything it asked for."""
    window.activateWindow()
    press(window, Qt.Key(Qt.Key.Key_0.value + number), Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window._session.tasks.running == 0)
    page = child(window, QWidget, name)
    assert page.isVisible()
    return page


def words_of(widget: QWidget) -> str:
    """Everything its visible labels say."""
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """The application, with a watchdog when one was asked for."""
    return WatchedApplication if REPORT in os.environ else QApplication


def pytest_sessionfinish() -> None:
    application = QApplication.instance()
    if isinstance(application, WatchedApplication):
        application.report()

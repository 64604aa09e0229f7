"""Twice the system's text size in a window of 1280×800: whole words, nothing sideways, tables that tell something."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.desk.app import Desk
from helpdesk.desk.context import DeskContext, TextSize
from helpdesk.desk.main_window import MainWindow
from helpdesk.desk.widgets.table import Table
from helpdesk.domain.roles import Operator
from helpdesk.services import Services
from tests.conftest import SetClock
from tests.desk.conftest import child
from tests.desk.looks import crammed, cut, sideways
from tests.desk.tour import Tour, furnish
from tests.voters import VoterMaker


@pytest.fixture(params=["fr", "en"])
def desk_context(desk_context: DeskContext, request: pytest.FixtureRequest) -> DeskContext:
    chosen = replace(desk_context.preferences, language=request.param, text_size=TextSize.DOUBLE)
    return replace(desk_context, preferences=chosen)


@pytest.fixture
def desk(desk: Desk) -> Iterator[Desk]:
    """Other tests go on with the plain size."""
    yield desk
    desk._appearance.enlarge(100)


@pytest.fixture
def window(desk: Desk, open_desk: Callable[[Operator], MainWindow], administrator: Operator) -> MainWindow:
    return open_desk(administrator)


def test_everything_can_be_read_at_twice_the_size(
    qtbot: QtBot,
    window: MainWindow,
    services: Services,
    administrator: Operator,
    agent: Operator,
    add_voter: VoterMaker,
    clock: SetClock,
):
    number = furnish(services, agent, add_voter, clock)
    found: list[str] = []

    def look(seen: QWidget) -> None:
        wrong = [*cut(seen), *sideways(seen), *crammed(seen)]
        small = [
            table for table in seen.findChildren(Table) if table.iconSize().height() < table.fontMetrics().height()
        ]
        wrong += [f"signs of {table.objectName()} smaller than its text" for table in small]
        if isinstance(seen, QDialog) and (seen.width() > window.width() or seen.height() > window.height()):
            wrong.append("larger than the window")
        if (window.width(), window.height()) != (1280, 800):
            wrong.append(f"the window grew to {window.width()}×{window.height()}")
            window.resize(1280, 800)
        found.extend(f"{seen.objectName()}: {each}" for each in wrong)

    Tour(qtbot, window, services, administrator, look).everything(number)
    assert not found, "\n".join(found)


def test_the_login_is_whole_at_twice_the_size(qtbot: QtBot, desk: Desk):
    desk.ask_login()
    login = desk.login
    assert login is not None
    qtbot.waitUntil(lambda: desk.tasks.running == 0)
    QApplication.processEvents()
    assert cut(login) == []
    assert child(login, QWidget, "loginButton").visibleRegion().boundingRect().height() > 0
    login.reject()

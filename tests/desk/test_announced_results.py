"""What a search found is said to a screen reader once typing rests, not at each key."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListView, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.desk.app import Desk
from helpdesk.desk.main_window import MainWindow
from helpdesk.desk.pages import voters
from helpdesk.domain.roles import Operator
from tests.conftest import VoterMaker
from tests.desk.conftest import child, press, type_text


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the voters page had read out."""
    heard: list[str] = []

    def hear(_widget: QWidget, text: str) -> None:
        heard.append(text)

    monkeypatch.setattr(voters, "announce", hear)
    return heard


@pytest.fixture
def window(open_desk: Callable[[Operator], MainWindow], agent: Operator, add_voter: VoterMaker) -> MainWindow:
    for first in ("Yann", "Yannick"):
        add_voter(first=first, family="Le Goff")
    return open_desk(agent)


def test_what_was_found_is_said_once_when_typing_rests(qtbot: QtBot, desk: Desk, window: MainWindow, said: list[str]):
    box, results = child(window, QLineEdit, "searchBox"), child(window, QListView, "searchResults")
    for letter in "le goff":
        type_text(box, letter)
        qtbot.waitUntil(lambda: desk.tasks.running == 0)
    assert results.model().rowCount() == 2
    assert said == []
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["2 voters found"]
    assert not window.voters_page._resting.isActive()


def test_a_voter_stepped_to_is_said_at_once_and_the_count_no_more(
    qtbot: QtBot, desk: Desk, window: MainWindow, said: list[str]
):
    box = child(window, QLineEdit, "searchBox")
    type_text(box, "le goff")
    qtbot.waitUntil(lambda: desk.tasks.running == 0)
    press(box, Qt.Key.Key_Down)
    assert [text.split(",")[0].split()[-1] for text in said] == ["Goff"]
    assert not window.voters_page._resting.isActive()


def test_nothing_is_said_of_a_text_that_is_taken_away_again(
    qtbot: QtBot, desk: Desk, window: MainWindow, said: list[str]
):
    box = child(window, QLineEdit, "searchBox")
    type_text(box, "le goff")
    qtbot.waitUntil(lambda: desk.tasks.running == 0)
    box.clear()
    assert said == []
    assert not window.voters_page._resting.isActive()

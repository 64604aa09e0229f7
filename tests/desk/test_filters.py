"""Narrowing the voters' search: filters beside the text, by keyboard, told in words, gone with one key."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.desk.app import Desk
from helpdesk.desk.context import Preferences, TextSize
from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState
from tests.desk.conftest import WatchedServices, child, press, type_text, words_of
from tests.voters import VoterMaker

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot, open_desk: Callable[[Operator], MainWindow], agent: Operator, add_voter: VoterMaker):
    add_voter()
    add_voter(academy="Nantes", department="44", code="0440001A")
    add_voter(state=AccountState.ACTIVE, corps="AESH")
    opened = open_desk(agent)
    qtbot.waitUntil(lambda: opened._session.tasks.running == 0)
    return opened


def rows(window: MainWindow) -> int:
    return child(window, QListView, "searchResults").model().rowCount()


def choose(window: MainWindow, name: str, words: str) -> None:
    box = child(window, QComboBox, name)
    box.setCurrentIndex(box.findText(words))


def test_filters_are_set_by_keyboard_told_and_taken_away_with_one_key(qtbot: QtBot, window: MainWindow):
    box, bar = child(window, QLineEdit, "searchBox"), child(window, QWidget, "filterBar")
    type_text(box, "marie")
    qtbot.waitUntil(lambda: rows(window) == 3)
    assert not bar.isVisible()
    press(box, Qt.Key.Key_F, CTRL)
    academy = child(window, QComboBox, "academyFilter")
    assert academy.hasFocus()
    assert [academy.itemText(place) for place in range(academy.count())] == ["All académies", "Nantes", "Rennes"]
    press(academy, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: rows(window) == 1)
    assert "only Nantes" in child(window, QLabel, "resultCount").text()
    assert child(window, QPushButton, "filterButton").text() == "Filters (1)"
    press(academy, Qt.Key.Key_0, CTRL)
    qtbot.waitUntil(lambda: rows(window) == 3)
    assert "only" not in child(window, QLabel, "resultCount").text()
    assert child(window, QPushButton, "filterButton").text() == "Filters"
    assert not child(window, QPushButton, "clearFiltersButton").isEnabled()
    press(academy, Qt.Key.Key_Escape)
    assert box.hasFocus()
    assert box.text() == "marie"


def test_every_filter_narrows_and_all_combine(qtbot: QtBot, window: MainWindow):
    press(child(window, QLineEdit, "searchBox"), Qt.Key.Key_F, CTRL)
    type_text(child(window, QLineEdit, "searchBox"), "dupont")
    for name, words, left in (
        ("departmentFilter", "35", 2),
        ("stateFilter", "Active", 1),
        ("corpsFilter", "AESH", 1),
        ("academyFilter", "Nantes", 0),
    ):
        choose(window, name, words)
        qtbot.waitUntil(lambda left=left: rows(window) == left)
    qtbot.waitUntil(lambda: "with these filters" in words_of(child(window, QWidget, "searchEmpty")))
    child(window, QPushButton, "clearFiltersButton").click()
    qtbot.waitUntil(lambda: rows(window) == 3)
    type_text(child(window, QLineEdit, "establishmentFilter"), "044")
    qtbot.waitUntil(lambda: rows(window) == 1)


def test_clearing_many_filters_searches_once(qtbot: QtBot, window: MainWindow, watch: WatchedServices):
    type_text(child(window, QLineEdit, "searchBox"), "dupont")
    choose(window, "departmentFilter", "35")
    choose(window, "stateFilter", "Active")
    qtbot.waitUntil(lambda: rows(window) == 1)
    before = watch.count("search.search")
    press(child(window, QLineEdit, "searchBox"), Qt.Key.Key_0, CTRL)
    qtbot.waitUntil(lambda: rows(window) == 3)
    assert watch.count("search.search") == before + 1


def test_filters_speak_french_and_keep_what_is_chosen(qtbot: QtBot, window: MainWindow, desk: Desk):
    choose(window, "stateFilter", "Active")
    desk._prefer(Preferences("fr"))
    state = child(window, QComboBox, "stateFilter")
    qtbot.waitUntil(lambda: state.currentText() == "Actif")
    assert state.accessibleName() == "État"
    assert child(window, QPushButton, "filterButton").text() == "Filtres (1)"
    assert "seulement Actif" in child(window, QLabel, "resultCount").text()
    qtbot.waitUntil(lambda: desk.tasks.running == 0)


def test_filters_fit_at_twice_the_size(qtbot: QtBot, window: MainWindow, desk: Desk):
    press(child(window, QLineEdit, "searchBox"), Qt.Key.Key_F, CTRL)
    desk._prefer(Preferences("fr", text_size=TextSize.DOUBLE))
    for _settling in range(3):
        window.grab()
        QApplication.processEvents()
    bar = child(window, QWidget, "filterBar")
    for control in (*bar.findChildren(QComboBox), *bar.findChildren(QPushButton)):
        inside = control.mapTo(bar, control.rect().bottomRight())
        assert bar.rect().contains(inside), control.objectName()
    assert child(window, QListView, "searchResults").parentWidget().height() > 0
    desk._prefer(Preferences("en"))
    qtbot.waitUntil(lambda: desk.tasks.running == 0)


def test_the_search_is_warmed_up_once_after_the_login(qtbot: QtBot, window: MainWindow, watch: WatchedServices):
    window._navigation.choose(7)
    window._navigation.choose(1)
    qtbot.waitUntil(lambda: window._session.tasks.running == 0)
    assert watch.count("search.warm_up") == 1

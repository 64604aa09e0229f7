"""No mouse, further on: the rail, every tab of the settings, the roll's steps, and the dialogs of pages and menus."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMenu, QTabBar, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.cli.desk_settings import DeskSettings
from helpdesk.desk.context import DeskContext
from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.roles import Operator
from helpdesk.services import Services
from tests.conftest import SetClock
from tests.desk.conftest import Keyring, child, opened, press, type_text
from tests.desk.keys import Keys, name, names, unreached
from tests.desk.tour import furnish
from tests.rolls import row, write_roll
from tests.voters import VoterMaker

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SETTINGS_TABS = 6
POPS_UP = pytest.mark.qt_log_ignore("This plugin does not support")
"""For menus and lists that pop up: the offscreen platform says that it neither raises them nor grabs the keyboard."""


@pytest.fixture
def desk_context(
    desk_context: DeskContext, keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> DeskContext:
    """With every tab of the settings."""
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path))
    return replace(desk_context, settings=DeskSettings(tmp_path / "helpdesk.toml", keyring, "sqlite:///trial.db"))


@pytest.fixture
def keys(
    qtbot: QtBot,
    open_desk: Callable[[Operator], MainWindow],
    administrator: Operator,
    agent: Operator,
    services: Services,
    add_voter: VoterMaker,
    clock: SetClock,
) -> Keys:
    """Before a desk with something on every page."""
    furnish(services, agent, add_voter, clock)
    hands = Keys(qtbot, open_desk(administrator))
    hands.come_back()
    hands.settle()
    return hands


def page_of(keys: Keys, place: int) -> QWidget:
    keys.press(Qt.Key(Qt.Key.Key_0.value + place), CTRL)
    page = keys.window._pages.currentWidget()
    assert page is not None
    assert page.isAncestorOf(keys.focus), f"the focus is not on the page: {name(keys.focus)}"
    return page


def to_tab(keys: Keys, page: QWidget, place: int) -> None:
    """Along the settings' tabs by arrow."""
    tabs = child(page, QTabWidget, "settingsTabs")
    bar = tabs.findChild(QTabBar)
    assert bar is not None
    keys.tab_to(bar)
    while tabs.currentIndex() < place:
        keys.press(Qt.Key.Key_Right)
        assert keys.focus is bar


def walk_dialog(keys: Keys, dialog_name: str, before: QWidget) -> None:
    """Everything in the dialog is reached, Escape leaves it, and the focus is where it was."""
    dialog = opened(keys.qtbot, keys.window, dialog_name)
    keys.qtbot.waitUntil(lambda: dialog.isAncestorOf(keys.focus))
    keys.settle()
    assert unreached(dialog, keys.tab_through(dialog)) == []
    keys.press(Qt.Key.Key_Escape)
    keys.qtbot.waitUntil(lambda: keys.window.findChild(QDialog, dialog_name) is None)
    keys.come_back()
    keys.settle()
    assert keys.focus is before, f"the focus went from {name(before)} to {name(keys.focus)}"


def test_the_rail_is_one_stop_and_the_arrow_keys_choose_the_page(keys: Keys) -> None:
    navigation = child(keys.window, QWidget, "navigation")
    page_of(keys, 3)
    third, fourth = (child(navigation, QAbstractButton, f"page{number}Button") for number in (3, 4))
    keys.tab_to(third)
    keys.press(Qt.Key.Key_Down)
    assert keys.focus is fourth
    assert child(keys.window, QWidget, "overviewPage").isVisible()
    assert not third.isChecked()
    keys.press(Qt.Key.Key_Tab)
    assert not navigation.isAncestorOf(keys.focus)
    keys.tab_to(fourth)
    keys.press(Qt.Key.Key_Space)
    assert child(keys.window, QWidget, "overviewPage").isAncestorOf(keys.focus)


@pytest.mark.parametrize("tab", range(SETTINGS_TABS))
def test_every_tab_of_the_settings_is_reached_by_keys_and_shows_the_focus(keys: Keys, tab: int) -> None:
    page = page_of(keys, 7)
    to_tab(keys, page, tab)
    assert child(page, QTabWidget, "settingsTabs").count() == SETTINGS_TABS
    assert unreached(page, keys.tab_through(page)) == []


@pytest.mark.parametrize(
    ("place", "tab", "dialog_name", "button_name"),
    [
        (2, None, "inviteDialog", "inviteButton"),
        (2, None, "campaignsDialog", "campaignsButton"),
        (2, None, "wordingDialog", "wordingButton"),
        (2, None, "cancelMailDialog", "cancelMailButton"),
        (3, None, "approveDialog", "approveButton"),
        (3, None, "refuseDialog", "refuseButton"),
        (7, 1, "addOperatorDialog", "addOperatorButton"),
        (7, 1, "operatorScopeDialog", "operatorScopeButton"),
        (7, 1, "operatorPasswordDialog", "operatorPasswordButton"),
        (7, 1, "operatorToggleDialog", "operatorToggleButton"),
    ],
)
def test_every_dialog_of_a_page_opens_by_keys_and_gives_the_focus_back(
    keys: Keys, place: int, tab: int | None, dialog_name: str, button_name: str
) -> None:
    page = page_of(keys, place)
    if tab is not None:
        to_tab(keys, page, tab)
    button = child(page, QAbstractButton, button_name)
    keys.tab_to(button)
    keys.press(Qt.Key.Key_Space)
    walk_dialog(keys, dialog_name, button)


@POPS_UP
def test_the_incident_notice_is_reached_through_the_menu_and_gives_the_focus_back(keys: Keys) -> None:
    page_of(keys, 2)
    before = keys.focus
    press(keys.focus, Qt.Key.Key_D, ALT)
    keys.qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    for _key in menu.actions():
        press(menu, Qt.Key.Key_Down)
        if menu.activeAction() is keys.window._set_incident:
            break
    press(menu, Qt.Key.Key_Return)
    walk_dialog(keys, "incidentDialog", before)


def test_the_guide_opens_beside_the_work_and_gives_the_focus_back(keys: Keys) -> None:
    page_of(keys, 5)
    before = keys.focus
    keys.press(Qt.Key.Key_F1)
    walk_dialog(keys, "helpWindow", before)


@POPS_UP
def test_a_roll_is_imported_by_keys_alone(keys: Keys, tmp_path: Path, services: Services) -> None:
    path = write_roll(tmp_path / "roll.csv", [row(number) for number in range(11, 16)])
    page = page_of(keys, 6)
    following = child(page, QAbstractButton, "rollNextButton")
    assert unreached(page, keys.tab_through(page)) == []
    keys.tab_to(child(page, QAbstractButton, "chooseRollButton"))
    press(keys.focus, Qt.Key.Key_Space)
    chooser = child(page, QDialog, "rollFileDialog")
    keys.qtbot.waitUntil(lambda: chooser.isAncestorOf(keys.focus))
    type_text(keys.focus, str(path))
    press(keys.focus, Qt.Key.Key_Return)
    keys.come_back()
    keys.settle()
    for words in ("Check the file", "Import the roll", "Import another file"):
        keys.qtbot.waitUntil(lambda expected=words: following.text() == expected and following.isEnabled())
        assert page.isAncestorOf(keys.focus), f"the focus left the page before {words!r}: {name(keys.focus)}"
        met = keys.tab_through(page)
        assert unreached(page, met) == [], f"before {words!r}, of {names(met)}"
        if words != "Import another file":
            keys.tab_to(following)
            keys.press(Qt.Key.Key_Space)
    assert services.statistics.overview(keys.window._session.operator).voters == 7

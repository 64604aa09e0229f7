"""No mouse: every page, control and dialog by keys; the focus always shows, and is where it was after each dialog."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QDialog, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState
from helpdesk.services import Services
from tests.desk.conftest import child, opened, type_text
from tests.desk.keys import Keys, name, unreached
from tests.voters import VoterMaker, verify_caller

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PAGES = ("votersPage", "mailPage", "approvalsPage", "overviewPage", "auditPage", "rollPage", "settingsPage")
TIED = "helene.martin@ac-rennes.fr"


@pytest.fixture
def number(add_voter: VoterMaker) -> str:
    return add_voter(first="Hélène", family="Martin", tied=TIED, state=AccountState.ACTIVE)


@pytest.fixture
def keys(qtbot: QtBot, open_desk: Callable[[Operator], MainWindow], administrator: Operator, number: str) -> Keys:
    window = open_desk(administrator)
    hands = Keys(qtbot, window)
    hands.come_back()
    hands.settle()
    return hands


def test_every_page_and_every_control_on_it_is_reached_by_keys_and_shows_the_focus(keys: Keys) -> None:
    found = {}
    for place, page_name in enumerate(PAGES, start=1):
        keys.press(Qt.Key(Qt.Key.Key_0.value + place), CTRL)
        page = child(keys.window, QWidget, page_name)
        assert page.isVisible()
        assert page.isAncestorOf(keys.focus), f"the focus is not on {page_name}: {name(keys.focus)}"
        missed = unreached(page, keys.tab_through(page))
        if missed:
            found[page_name] = missed
    assert found == {}


@pytest.mark.parametrize(
    ("dialog_name", "keystroke"),
    [
        ("verifyDialog", (Qt.Key.Key_I, CTRL)),
        ("resendDialog", (Qt.Key.Key_R, CTRL)),
        ("resetChallengeDialog", (Qt.Key.Key_R, CTRL, SHIFT)),
        ("callDialog", (Qt.Key.Key_L, CTRL)),
        ("addressDialog", None),
    ],
)
def test_every_dialog_on_a_voter_opens_by_keys_and_gives_the_focus_back(
    keys: Keys,
    services: Services,
    administrator: Operator,
    number: str,
    dialog_name: str,
    keystroke: tuple[Qt.Key, ...] | None,
) -> None:
    verify_caller(services, administrator, number)
    type_text(keys.focus, TIED)
    keys.settle()
    keys.press(Qt.Key.Key_Return)
    page = child(keys.window, QWidget, "voterPage")
    assert page.isAncestorOf(keys.focus)
    if keystroke is None:
        keys.tab_to(child(page, QAbstractButton, "changeAddressButton"))
        before = keys.focus
        keys.press(Qt.Key.Key_Space)
    else:
        keys.tab_to(child(page, QAbstractButton, "logCallButton"))
        before = keys.focus
        keys.press(*keystroke)
    dialog = opened(keys.qtbot, keys.window, dialog_name)
    keys.qtbot.waitUntil(lambda: dialog.isAncestorOf(keys.focus))
    assert unreached(dialog, keys.tab_through(dialog)) == []
    keys.press(Qt.Key.Key_Escape)
    keys.qtbot.waitUntil(lambda: keys.window.findChild(QDialog, dialog_name) is None)
    keys.come_back()
    assert keys.focus is before


def test_a_call_is_logged_and_left_by_keys_alone(
    keys: Keys, services: Services, administrator: Operator, number: str
) -> None:
    type_text(keys.focus, TIED)
    keys.settle()
    keys.press(Qt.Key.Key_Return)
    keys.press(Qt.Key.Key_L, CTRL)
    keys.press(Qt.Key.Key_Return)
    keys.qtbot.waitUntil(lambda: keys.window.findChild(QDialog, "callDialog") is None)
    keys.come_back()
    keys.settle()
    assert [event.event for event in services.voters.refresh(administrator, number).timeline][:1] == [
        "call_logged_done"
    ]
    keys.press(Qt.Key.Key_Escape)
    assert keys.focus is child(keys.window, QWidget, "searchBox")

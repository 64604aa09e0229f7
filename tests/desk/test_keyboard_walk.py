"""No mouse: every page, control and dialog by keys; the focus always shows, and is where it was after each dialog."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState
from helpdesk.services import Services
from tests.desk.conftest import child, press, type_text
from tests.voters import VoterMaker, verify_caller

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PAGES = ("votersPage", "mailPage", "approvalsPage", "overviewPage", "auditPage", "rollPage", "settingsPage")
MOST_TABS = 150
TIED = "helene.martin@ac-rennes.fr"


class Keys:
    """Hands on a keyboard: everything goes to whatever has the focus."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window

    @property
    def focus(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None, "nothing has the focus"
        return found

    def press(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        press(self.focus, key, *modifiers)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.window._session.tasks.running == 0)

    def come_back(self) -> None:
        """What a window manager does when a dialog closes; the offscreen platform has none."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)

    def tab_through(self, root: QWidget) -> list[QWidget]:
        """Every control that Tab comes to, until it comes to the first again."""
        met: list[QWidget] = []
        while self.focus not in met:
            met.append(self.focus)
            assert len(met) < MOST_TABS, names(met)
            where = f"{name(self.focus)} in {name(root)}"
            assert self.focus.isVisible(), f"the focus is on something hidden: {where}"
            assert not self.focus.visibleRegion().isEmpty(), f"the focus is out of sight: {where}"
            control, with_focus = self.focus, picture(self.focus)
            press(self.focus, Qt.Key.Key_Tab)
            if self.focus is control:  # the only one
                break
            assert picture(control) != with_focus, f"the focus does not show: {where}"
        return met

    def tab_to(self, wanted: QWidget) -> None:
        for _key in range(MOST_TABS):
            if self.focus is wanted:
                return
            press(self.focus, Qt.Key.Key_Tab)
        raise AssertionError(f"Tab never comes to {name(wanted)}")


def name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName() or widget.accessibleName()}"


def names(widgets: list[QWidget]) -> list[str]:
    return [name(each) for each in widgets]


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def unreached(root: QWidget, met: list[QWidget]) -> list[str]:
    """Controls that could have the focus by Tab, and had it not; of a group of choices one is enough."""
    return [
        name(widget)
        for widget in root.findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and widget not in met
        and not (isinstance(widget, QAbstractButton) and widget.autoExclusive())
    ]


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
    dialog = child(keys.window, QDialog, dialog_name)
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

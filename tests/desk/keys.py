"""Hands on a keyboard, for tests that use no mouse: everything goes to whatever has the focus."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.desk.main_window import MainWindow
from tests.desk.conftest import press

MOST_TABS = 150
MOST_PARTS = 6


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
            for _part in range(MOST_PARTS):  # of a date, each of which is a stop
                press(self.focus, Qt.Key.Key_Tab)
                if self.focus is not control:
                    break
            else:  # the only one
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

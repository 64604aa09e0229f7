"""The rail of pages at the window's left, built from a list."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.icons import line_icon
from helpdesk.desk.speech import Translated
from helpdesk.language.catalogue import gettext as _


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page: its widget, its icon, and its name in the language in use."""

    widget: QWidget
    icon: str
    name: Callable[[], str]


class Navigation(Translated, QFrame):
    """One button a page; Ctrl+1 is the first. `chosen` carries the page's place."""

    chosen = Signal(int)

    def __init__(self, pages: tuple[PageEntry, ...], parent: QWidget | None = None) -> None:
        """The first page is chosen."""
        super().__init__(parent)
        self.setObjectName("navigation")
        self.setProperty("surface", "rail")
        self._pages = pages
        self._group = QActionGroup(self)
        self._group.triggered.connect(self._triggered)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(2), space(3), space(2), space(3))
        layout.setSpacing(space(1))
        self.actions_of_pages: list[QAction] = []
        self._buttons: list[QToolButton] = []
        for number, page in enumerate(pages, 1):
            action = QAction(line_icon(page.icon, "accent"), "", self)
            action.setCheckable(True)
            action.setShortcut(f"Ctrl+{number}")
            action.setData(number - 1)
            self._group.addAction(action)
            self.actions_of_pages.append(action)
            button = QToolButton()
            button.setDefaultAction(action)
            button.setProperty("weight", "rail")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setIconSize(QSize(space(6), space(6)))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._buttons.append(button)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        self.actions_of_pages[0].setChecked(True)
        self.retranslate()

    def _triggered(self, action: QAction) -> None:
        self.chosen.emit(action.data())

    def retranslate(self) -> None:
        """The pages' names."""
        self.setAccessibleName(_("Pages"))
        for page, action, button in zip(self._pages, self.actions_of_pages, self._buttons, strict=True):
            action.setText(page.name())
            button.setAccessibleName(page.name())

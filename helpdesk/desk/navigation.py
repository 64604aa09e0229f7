"""The rail of pages at the window's left, built from a list; what waits on a page is counted beside its name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.icons import line_icon
from helpdesk.desk.speech import Translated
from helpdesk.desk.widgets.rail_button import RailButton
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page: its number (Ctrl+1 … 7, the same for every role), its icon and name, and how it is made.

    A page is made when it is first shown, so that the window opens fast: first its modules are imported, named below
    `helpdesk.desk`, each after those that it imports.
    """

    number: int
    icon: str
    name: Callable[[], str]
    make: Callable[[], QWidget]
    modules: tuple[str, ...] = ()


class Navigation(Translated, QFrame):
    """One button a page. `chosen` carries the page's number."""

    chosen = Signal(int)

    def __init__(self, pages: Sequence[PageEntry], parent: QWidget | None = None) -> None:
        """The first page is chosen."""
        super().__init__(parent)
        self.setObjectName("navigation")
        self.setProperty("surface", "rail")
        self._pages = tuple(pages)
        self._counts: dict[int, int] = {}
        self._group = QActionGroup(self)
        self._group.triggered.connect(self._triggered)
        rail = QWidget()
        buttons = QVBoxLayout(rail)
        buttons.setContentsMargins(space(2), space(3), space(2), space(3))
        buttons.setSpacing(space(1))
        self.actions_of_pages: list[QAction] = []
        self._buttons: list[RailButton] = []
        for page in self._pages:
            action = QAction(line_icon(page.icon, "accent"), "", self)
            action.setCheckable(True)
            action.setShortcut(f"Ctrl+{page.number}")
            action.setData(page.number)
            self._group.addAction(action)
            self.actions_of_pages.append(action)
            button = RailButton(action)
            button.setObjectName(f"page{page.number}Button")
            button.setIconSize(QSize(space(6), space(6)))
            self._buttons.append(button)
            buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        buttons.addStretch(1)
        self._scroll = scroll = _RailScroll(rail, self._buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self.actions_of_pages[0].setChecked(True)
        self.retranslate()

    def choose(self, number: int) -> None:
        """Go to a page, as if its button were pressed; nothing happens where the role has no such page."""
        for action in self.actions_of_pages:
            if action.data() == number:
                action.trigger()

    def show_count(self, number: int, count: int) -> None:
        """Show how many things wait on a page; nothing for none."""
        if self._counts.get(number, 0) != count:
            self._counts[number] = count
            self.retranslate()

    def _triggered(self, action: QAction) -> None:
        self.chosen.emit(action.data())

    def retranslate(self) -> None:
        """The pages' names and counts."""
        self.setAccessibleName(_("Pages"))
        for page, action, button in zip(self._pages, self.actions_of_pages, self._buttons, strict=True):
            count = self._counts.get(page.number, 0)
            action.setText(f"{page.name()} ({count})" if count else page.name())
            waiting = ngettext("{name}, {count} waits", "{name}, {count} wait", count)
            words = waiting.format(name=page.name(), count=count) if count else page.name()
            button.setAccessibleName(words)
            action.setToolTip(f"{words} (Ctrl+{page.number})")
        widest = max(button.sizeHint().width() for button in self._buttons)
        for button in self._buttons:
            button.setMinimumWidth(widest + space(4))  # the chosen one is set in bold
        self._scroll.fit()


class _RailScroll(QScrollArea):
    """As wide as its buttons; where they do not all fit, at large text sizes, they draw closer, and then it scrolls."""

    def __init__(self, rail: QWidget, buttons: Sequence[RailButton]) -> None:
        super().__init__()
        self._rail, self._buttons = rail, buttons
        self._dense = False
        self.setWidget(rail)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self) -> None:
        """Be as wide as the buttons are now, with room for the bar where they do not all fit."""
        self._draw(dense=False)
        if self._rail.sizeHint().height() > self.height():
            self._draw(dense=True)
        scrolls = self._rail.sizeHint().height() > self.height()
        bar = self.verticalScrollBar().sizeHint().width() if scrolls else 0
        self.setFixedWidth(self._rail.sizeHint().width() + bar)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Fit the height anew."""
        super().resizeEvent(event)
        if event.size().height() != event.oldSize().height():
            self.fit()

    def _draw(self, *, dense: bool) -> None:
        if dense != self._dense:
            self._dense = dense
            for button in self._buttons:
                button.setProperty("dense", dense)
                button.setIconSize(QSize(space(4 if dense else 6), space(4 if dense else 6)))
                button.style().unpolish(button)
                button.style().polish(button)
            layout = self._rail.layout()
            if layout is not None:
                layout.activate()

"""The search box: ↑ ↓ and Enter belong to the results while one goes on typing."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from helpdesk.desk.appearance import space, theme
from helpdesk.desk.icons import paint_icon
from helpdesk.desk.speech import Translated
from helpdesk.language.catalogue import gettext as _

_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 8,
    Qt.Key.Key_PageUp: -8,
}


class SearchBox(Translated, QLineEdit):
    """Emits `stepped` for the arrow keys and `chosen` for Enter."""

    stepped = Signal(int)
    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """An empty box."""
        super().__init__(parent)
        self.setObjectName("searchBox")
        self.setProperty("weight", "search")
        self.setClearButtonEnabled(True)
        self.setMaxLength(1000)
        self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Step through the results, open one, or go on typing."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        if plain and key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif plain and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw the box, then a magnifying glass that grows with the text."""
        super().paintEvent(event)
        side = space(5)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, "search", theme().quiet, QRectF(space(2.5), (self.height() - side) / 2, side, side))
        painter.end()

    def retranslate(self) -> None:
        """Name and placeholder."""
        self.setPlaceholderText(_("Address, name, voter number or establishment"))
        self.setAccessibleName(_("Search for a voter"))
        self.setToolTip(_("Paste or type what the caller says (Ctrl+K)"))

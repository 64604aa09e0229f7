"""A word with an icon on a coloured ground: a state told three times, so that colour alone never tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QWidget

from helpdesk.desk.appearance import space, theme
from helpdesk.desk.icons import paint_icon

if TYPE_CHECKING:  # the first window has icons, and none of the states that signs are for
    from helpdesk.desk.signs import Sign


class IconLabel(QLabel):
    """A label with a line icon before its text; `ink` names a colour of the theme."""

    def __init__(self, icon: str = "", ink: str = "quiet", parent: QWidget | None = None) -> None:
        """Show no text yet."""
        super().__init__(parent)
        self._icon, self._ink = icon, ink
        self._make_room()

    def set_icon(self, icon: str, ink: str) -> None:
        """Show another icon."""
        self._icon, self._ink = icon, ink
        self._make_room()
        self.update()

    def _side(self) -> int:
        return round(self.fontMetrics().height() * 1.05)

    def _make_room(self) -> None:
        room = self._side() + space(1.5) if self._icon else 0
        if self.indent() != room:
            self.setIndent(room)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Make room for an icon of the new font's size."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._make_room()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw the text, then the icon beside its first line."""
        super().paintEvent(event)
        if not self._icon:
            return
        side, area, line = self._side(), self.contentsRect(), self.fontMetrics().height()
        around = self.height() - area.height()
        block = self.heightForWidth(self.width()) - around if self.wordWrap() else line
        top = area.top() + max(0, area.height() - block) / 2 + (line - side) / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, self._icon, getattr(theme(), self._ink), QRectF(area.left(), top, side, side))
        painter.end()


class Chip(IconLabel):
    """A sign and its word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent=parent)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """One line; it takes more only where there is no room for that."""
        self.ensurePolished()
        around = self.width() - self.contentsRect().width() + max(0, self.indent())
        wide = self.fontMetrics().horizontalAdvance(self.text()) + around + 1
        return QSize(wide, self.heightForWidth(wide))

    def show_sign(self, sign: Sign, text: str) -> None:
        """Show a sign with its word."""
        if self.property("chip") != sign.tone:
            self.setProperty("chip", sign.tone)
            self.style().unpolish(self)
            self.style().polish(self)
            QApplication.sendEvent(self, QEvent(QEvent.Type.StyleChange))  # else the padding is not counted
        self.ensurePolished()
        self.set_icon(sign.icon, sign.tone)
        self.setText(text)

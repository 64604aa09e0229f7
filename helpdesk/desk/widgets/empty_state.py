"""What a list says while it has nothing to list: an icon, a sentence, and what to do."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space, theme
from helpdesk.desk.icons import paint_icon


class _Picture(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.icon = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(space(12), space(12))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        if self.icon:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_icon(painter, self.icon, theme().faint, QRectF(self.rect()))
            painter.end()


class EmptyState(QWidget):
    """Centred in the room it is given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Say nothing yet."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # where there is nothing else, the focus has a place to be
        self._picture = _Picture()
        self.headline = QLabel()
        self.headline.setProperty("tone", "heading")
        self.hint = QLabel()
        self.hint.setProperty("tone", "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(8), space(4), space(8), space(4))
        layout.setSpacing(space(2))
        layout.addStretch(2)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.headline, self.hint):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addStretch(3)

    def say(self, icon: str, headline: str, hint: str) -> None:
        """Show an icon, a headline and a hint."""
        self._picture.icon = icon
        self._picture.update()
        self.headline.setText(headline)
        self.hint.setText(hint)
        self.setAccessibleName(headline)
        self.setAccessibleDescription(hint)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Show the focus as a scrolled area does: a line on top."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.fillRect(0, 0, self.width(), max(2, space(0.5)), QColor(theme().accent))
            painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        """Show it."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        """Show it no more."""
        super().focusOutEvent(event)
        self.update()

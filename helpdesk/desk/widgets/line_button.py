"""A button that is a whole line: its words are shortened where they do not fit, and told in full."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

_LEAST = 12  # letters that are always shown


class LineButton(QPushButton):
    """`say` sets the words; the tool tip has all of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Say nothing yet."""
        super().__init__(parent)
        self._words = ""
        self.setProperty("weight", "line")
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def say(self, words: str, *, spoken: str = "") -> None:
        """Show these words; a screen reader says `spoken`, if it reads better."""
        self._words = words
        self.setToolTip(words)
        self.setAccessibleName(spoken or words)
        self._shorten()
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Room for all the words."""
        shown = self.fontMetrics().horizontalAdvance(self.text())
        return super().sizeHint() + QSize(self.fontMetrics().horizontalAdvance(self._words) - shown, 0)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Room for the first of them."""
        return QSize(self.fontMetrics().averageCharWidth() * _LEAST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Show as many words as there is room for."""
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        metrics = self.fontMetrics()
        around = super().sizeHint().width() - metrics.horizontalAdvance(self.text())
        room = self.width() - around
        self.setText(metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, max(room, 0)))

"""Boxes to tick and choices whose words go on in the next line where they do not fit: Qt's own cut them off."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy, QWidget

if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object  # mixed in: of two Qt classes an object cannot be

_LEAST = 24  # letters in a line


class _Wrapping(_Button):
    """`say` sets the words, and with them the accessible name. Mixed in before a Qt class that draws the button."""

    _words = ""

    def _begin(self, name: str) -> None:
        self._wide: dict[str, int] = {}
        self.setObjectName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, words: str) -> None:
        """Show these words."""
        self._words = words
        self.setAccessibleName(words)
        self._wrap()
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """All words in one line."""
        return self._with(self._words)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """A few words in a line."""
        narrow = wrapped(self._words, self._width_of, self.fontMetrics().averageCharWidth() * _LEAST)
        return QSize(self._with(narrow).width(), self.sizeHint().height())

    def heightForWidth(self, width: int) -> int:  # noqa: N802 (Qt's name)
        """As many lines as it takes."""
        return self._with(wrapped(self._words, self._width_of, width - self._around())).height()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Break the lines anew."""
        super().resizeEvent(event)
        self._wrap()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Measure anew in another font."""
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._wide = {}
        super().changeEvent(event)

    def _wrap(self) -> None:
        text = wrapped(self._words, self._width_of, self.width() - self._around())
        if text != self.text():
            self.setText(text)

    def _around(self) -> int:
        return super().sizeHint().width() - self._size(self.text()).width()

    def _with(self, text: str) -> QSize:
        return super().sizeHint() - self._size(self.text()) + self._size(text)

    def _size(self, text: str) -> QSize:
        lines, metrics = text.split("\n"), self.fontMetrics()
        return QSize(max(map(self._width_of, lines)) + 1, metrics.height() + (len(lines) - 1) * metrics.lineSpacing())

    def _width_of(self, line: str) -> int:
        """In pixels, measured once: a layout asks for the same sizes dozens of times."""
        if line not in self._wide:
            self._wide[line] = self.fontMetrics().horizontalAdvance(line)
        return self._wide[line]


class WrappingCheck(_Wrapping, QCheckBox):
    """A box to tick."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the object name."""
        super().__init__(parent)
        self._begin(name)


class WrappingRadio(_Wrapping, QRadioButton):
    """One of several choices."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the object name."""
        super().__init__(parent)
        self._begin(name)


def wrapped(text: str, width_of: Callable[[str], int], width: int) -> str:
    """The text in lines that are no wider than `width` pixels, unless a single word is."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)

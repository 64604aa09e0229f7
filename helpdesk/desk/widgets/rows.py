"""A column of row widgets that are kept and changed in place, so that focus and scrolling survive a refresh."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space

Value = TypeVar("Value")

_ROWS_A_STEP = 3


class Row(QFrame, Generic[Value]):
    """A widget that shows one value."""

    def show_value(self, value: Value) -> None:
        """Show it, in place of what was shown before."""
        raise NotImplementedError


class Rows(QWidget, Generic[Value]):
    """As many rows as values; a row stays where it is while its value changes."""

    def __init__(self, make: Callable[[], Row[Value]], *, gap: float = 2, parent: QWidget | None = None) -> None:
        """`make` builds an empty row; `gap` steps lie between rows."""
        super().__init__(parent)
        self._make = make
        self.rows: list[Row[Value]] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(space(gap))

    def show_values(self, values: Sequence[Value]) -> None:
        """Show these values, in this order, at once."""
        for _step in self.take_values(values):
            """A few rows each: nobody waits for them."""

    def take_values(self, values: Sequence[Value]) -> Iterator[None]:
        """Show these values, in this order, a few at each step."""
        while len(self.rows) > len(values):
            row = self.rows.pop()
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, value in enumerate(values):
            if place and not place % _ROWS_A_STEP:
                yield
            if place == len(self.rows):
                self.rows.append(self._make())
                self._layout.addWidget(self.rows[-1])
            self.rows[place].show_value(value)

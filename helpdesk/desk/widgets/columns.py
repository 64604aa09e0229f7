"""Two columns that become one where the text is too large, or the window too narrow, for two."""

from collections.abc import Iterator, Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space

_TWO_COLUMNS_FROM = 200  # steps of `space`: about fifty lines' height


class Columns(QWidget):
    """`wide` gets three fifths of the width; in one column the order is the one of `reading`."""

    def __init__(
        self,
        *,
        wide: Sequence[QWidget],
        narrow: Sequence[QWidget],
        reading: Sequence[QWidget],
        parent: QWidget | None = None,
    ) -> None:
        """Two columns, empty before `take_in`."""
        super().__init__(parent)
        self._wide, self._narrow, self._reading = tuple(wide), tuple(narrow), tuple(reading)
        self._outer = QHBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(space(3))
        self._columns = (QVBoxLayout(), QVBoxLayout())
        for column, share in zip(self._columns, (3, 2), strict=True):
            column.setSpacing(space(3))
            column.addStretch(1)
            self._outer.addLayout(column, share)
        self._there: list[QWidget] = []
        self._two: bool | None = None
        self._arrange(two=True)

    def take_in(self) -> Iterator[None]:
        """Set everything in its place, widget by widget: a step each, for those with much in them."""
        for widget in (*self._wide, *self._narrow):
            self._there.append(widget)
            for column, order in zip(self._columns, self._orders(), strict=True):
                if widget in order:
                    column.insertWidget(order.index(widget), widget)
            yield

    def _orders(self) -> tuple[list[QWidget], list[QWidget]]:
        """What is there, column by column from the top."""
        columns = (self._wide, self._narrow) if self._two else (self._reading, ())
        first, second = ([widget for widget in column if widget in self._there] for column in columns)
        return first, second

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Choose one column or two."""
        super().resizeEvent(event)
        self._arrange(two=event.size().width() >= space(_TWO_COLUMNS_FROM))

    def _arrange(self, *, two: bool) -> None:
        if two == self._two:
            return
        self._two = two
        for widget in self._there:
            for column in self._columns:
                column.removeWidget(widget)
        for column, order in zip(self._columns, self._orders(), strict=True):
            _fill(column, order)
        self._outer.setStretch(1, 2 if two else 0)
        self._outer.setSpacing(space(3) if two else 0)


def _fill(column: QBoxLayout, widgets: Sequence[QWidget]) -> None:
    """Set widgets above the stretch.

    They come from `removeWidget`, which deletes their old places in the layout: Qt keeps heights by place, and goes on
    believing one whose widget tells its changes to an older place (`takeAt` leaves that behind).
    """
    for place, widget in enumerate(widgets):
        column.insertWidget(place, widget)

"""Two columns that become one where the text is too large, or the window too narrow, for two."""

from collections.abc import Sequence

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
        """Set everything in two columns."""
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
        self._two: bool | None = None
        self._arrange(two=True)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Choose one column or two."""
        super().resizeEvent(event)
        self._arrange(two=event.size().width() >= space(_TWO_COLUMNS_FROM))

    def _arrange(self, *, two: bool) -> None:
        if two == self._two:
            return
        self._two = two
        for widget in self._reading:
            for column in self._columns:
                column.removeWidget(widget)
        _fill(self._columns[0], self._wide if two else self._reading)
        _fill(self._columns[1], self._narrow if two else ())
        self._outer.setStretch(1, 2 if two else 0)
        self._outer.setSpacing(space(3) if two else 0)


def _fill(column: QBoxLayout, widgets: Sequence[QWidget]) -> None:
    """Set widgets above the stretch.

    They come from `removeWidget`, which deletes their old places in the layout: Qt keeps heights by place, and goes on
    believing one whose widget tells its changes to an older place (`takeAt` leaves that behind).
    """
    for place, widget in enumerate(widgets):
        column.insertWidget(place, widget)

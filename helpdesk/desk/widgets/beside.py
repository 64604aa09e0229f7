"""A list and what is known of its chosen line: beside it, or below it where there is no room beside."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from helpdesk.desk.appearance import space

_BESIDE_FROM = 200  # steps of `space`
_SHARE_OF_HEIGHT = 0.4
_LEAST_HEIGHT = 34  # steps of `space`: a head and a few lines


class Beside(QSplitter):
    """The lists get `share` of the width, or less than half of the height, and the detail the rest."""

    def __init__(self, *parts: QWidget, share: float = 0.6, parent: QWidget | None = None) -> None:
        """The last part is the detail; of the lists before it one is shown at a time."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._share = share
        self.setChildrenCollapsible(False)
        for part in parts:
            self.addWidget(part)
        parts[-1].setMinimumHeight(space(_LEAST_HEIGHT))
        self._divide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Turn where the width asks for it; what a hand has moved stays moved until then."""
        beside = event.size().width() >= space(_BESIDE_FROM)
        wanted = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if wanted is not self.orientation():
            self.setOrientation(wanted)
            self._divide()
        super().resizeEvent(event)

    def _divide(self) -> None:
        share = self._share if self.orientation() is Qt.Orientation.Horizontal else _SHARE_OF_HEIGHT
        self.setSizes([*[round(share * 1000)] * (self.count() - 1), round((1 - share) * 1000)])

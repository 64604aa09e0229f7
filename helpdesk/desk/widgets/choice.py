"""A labelled list to choose from, whose first entry leaves it open: filters are made of these."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from helpdesk.desk.widgets.labelled import Labelled

Choices = tuple[tuple[str, str], ...]
"""Codes, each with its words."""

_SHORTEST = 12  # letters: a list of short codes is still wide enough to press


class Choice(Labelled):
    """`chosen` is the code; an empty one means anything. `changed` tells of choices by hand and by code alike."""

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the object name of the list. Nothing but anything can be chosen yet."""
        self.box = QComboBox()
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.box.setMinimumContentsLength(_SHORTEST)
        self.box.addItem("", "")
        super().__init__(self.box, name, parent)
        self.box.currentIndexChanged.connect(self._changed)

    @property
    def chosen(self) -> str:
        """The code chosen, empty for anything."""
        return str(self.box.currentData() or "")

    def offer(self, choices: Choices) -> None:
        """Offer these, after the one that means anything; what is chosen stays chosen while it is offered."""
        before = self.chosen
        if [self.box.itemData(place) for place in range(1, self.box.count())] == [code for code, _words in choices]:
            return
        self.box.blockSignals(True)
        while self.box.count() > 1:
            self.box.removeItem(1)
        for code, words in choices:
            self.box.addItem(words, code)
        self.box.setCurrentIndex(max(0, self.box.findData(before)))
        self.box.blockSignals(False)
        if self.chosen != before:
            self.changed.emit()

    def choose(self, code: str) -> None:
        """Choose a code; anything, if it is not offered."""
        self.box.setCurrentIndex(max(0, self.box.findData(code)))

    def name_it(self, label: str, anything: str, words: Callable[[str], str] | None = None) -> None:
        """Say what is chosen here, what leaving it open means, and every code's words where they are translated."""
        self.say_label(label)
        self.box.setItemText(0, anything)
        if words is not None:
            for place in range(1, self.box.count()):
                self.box.setItemText(place, words(str(self.box.itemData(place))))

    def _changed(self, _: int) -> None:
        self.changed.emit()

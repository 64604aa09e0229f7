"""Fields of the dialogs: a label above, the field below, tied to each other for screen readers."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from PySide6.QtCore import QDate
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from helpdesk.desk.appearance import space
from helpdesk.desk.widgets.field import Field
from helpdesk.desk.widgets.flow import Flow
from helpdesk.desk.widgets.labelled import Labelled

__all__ = ["ChoiceField", "DayField", "Field", "NoteField", "ReasonField"]

Choice = TypeVar("Choice", bound=StrEnum)
_NOTE_LINES = 4
_SHORTEST = 12  # letters of a choice that are always shown


class ReasonField(Field):
    """The reason for an action, with the usual ones to pick."""

    def __init__(self, usual: Callable[[], tuple[str, ...]], parent: QWidget | None = None) -> None:
        """`usual` gives the reasons most often written, in the language in use."""
        super().__init__("reasonEdit", parent)
        self._usual = usual
        self.edit.setMaxLength(500)
        self._picks: list[QPushButton] = []
        flow = Flow()
        flow.setSpacing(space(1))
        for _number in range(len(usual())):
            pick = QPushButton()
            pick.setProperty("weight", "plain")
            pick.setAutoDefault(False)
            pick.clicked.connect(self._picked)
            self._picks.append(pick)
            flow.addWidget(pick)
        self.column.addLayout(flow)

    def name_it(self, label: str, placeholder: str = "") -> None:
        """Say what belongs here, and the usual reasons."""
        super().name_it(label, placeholder)
        for pick, text in zip(self._picks, self._usual(), strict=True):
            pick.setText(text)
            pick.setAccessibleName(text)

    def _picked(self) -> None:
        pick = self.sender()
        if isinstance(pick, QPushButton):
            self.edit.setText(pick.text())
            self.edit.setFocus()


class ChoiceField(Labelled, Generic[Choice]):
    """A labelled list to choose one value from."""

    def __init__(
        self, name: str, values: Sequence[Choice], words: Callable[[Choice], str], parent: QWidget | None = None
    ) -> None:
        """`name` is the object name of the list, `words` a value's words in the language in use."""
        self._values, self._words = tuple(values), words
        self.box = QComboBox()
        self.box.addItems([""] * len(self._values))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(_SHORTEST)
        super().__init__(self.box, name, parent)

    @property
    def chosen(self) -> Choice:
        """The value chosen."""
        return self._values[self.box.currentIndex()]

    def choose(self, value: Choice) -> None:
        """Choose a value."""
        self.box.setCurrentIndex(self._values.index(value))

    def name_it(self, label: str) -> None:
        """Say what belongs here, and every choice."""
        self.say_label(label)
        for place, value in enumerate(self._values):
            self.box.setItemText(place, self._words(value))


class NoteField(Labelled):
    """A labelled note of several lines; Tab leaves it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the object name of the note."""
        self.edit = QPlainTextEdit()
        self.edit.setTabChangesFocus(True)
        self.edit.setMinimumHeight(self.edit.fontMetrics().lineSpacing() * _NOTE_LINES + space(4))
        super().__init__(self.edit, name, parent)

    def name_it(self, label: str, placeholder: str = "") -> None:
        """Say what belongs here."""
        self.say_label(label, placeholder)
        self.edit.setPlaceholderText(placeholder)


class DayField(QWidget):
    """A box to tick, and the day that it is about."""

    def __init__(self, name: str, *, first: date, proposed: date, parent: QWidget | None = None) -> None:
        """`name` is the object name of the day, with `Check` that of the box; no day before `first` can be chosen."""
        super().__init__(parent)
        self.check = QCheckBox()
        self.check.setObjectName(f"{name}Check")
        self.edit = QDateEdit(QDate(proposed.year, proposed.month, proposed.day))
        self.edit.setObjectName(name)
        self.edit.setCalendarPopup(True)
        self.edit.setMinimumDate(QDate(first.year, first.month, first.day))
        self.edit.setEnabled(False)
        self.check.toggled.connect(self.edit.setEnabled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(2))
        layout.addWidget(self.check)
        layout.addWidget(self.edit)
        layout.addStretch(1)

    @property
    def day(self) -> date | None:
        """The day chosen, None while the box is not ticked."""
        if not self.check.isChecked():
            return None
        chosen = self.edit.date()
        return date(chosen.year(), chosen.month(), chosen.day())

    def name_it(self, label: str, day: str) -> None:
        """Say what ticking means, and what the day is."""
        self.check.setText(label)
        self.check.setAccessibleName(label)
        self.edit.setAccessibleName(day)

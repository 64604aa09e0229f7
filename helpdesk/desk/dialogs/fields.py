"""Fields of the dialogs: a label above, the field below, tied to each other for screen readers."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.widgets.flow import Flow


class Field(QWidget):
    """A labelled line to type into."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the object name of the line."""
        super().__init__(parent)
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.edit = QLineEdit()
        self.edit.setObjectName(name)
        self.label.setBuddy(self.edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(1))
        layout.addWidget(self.label)
        layout.addWidget(self.edit)

    def name_it(self, label: str, placeholder: str = "") -> None:
        """Say what belongs here."""
        self.label.setText(label)
        self.edit.setAccessibleName(label)
        self.edit.setAccessibleDescription(placeholder)
        self.edit.setPlaceholderText(placeholder)


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
        layout = self.layout()
        if isinstance(layout, QVBoxLayout | QHBoxLayout):
            layout.addLayout(flow)

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

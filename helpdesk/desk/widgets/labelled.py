"""A label above a control, tied to each other for screen readers: fields, lists and notes are made of this."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space


class Labelled(QWidget):
    """The label wraps; the control takes the width."""

    def __init__(self, control: QWidget, name: str, parent: QWidget | None = None) -> None:
        """`name` is the control's object name."""
        super().__init__(parent)
        self._control = control
        control.setObjectName(name)
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.label.setBuddy(control)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(space(1))
        self.column.addWidget(self.label)
        self.column.addWidget(control)

    def say_label(self, label: str, hint: str = "") -> None:
        """Say what belongs here, and how if that needs saying, to eyes and to screen readers."""
        self.label.setText(label)
        self._control.setAccessibleName(label)
        self._control.setAccessibleDescription(hint)

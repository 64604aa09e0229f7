"""A line to type into, with its label above."""

from PySide6.QtWidgets import QLineEdit, QWidget

from helpdesk.desk.widgets.labelled import Labelled


class Field(Labelled):
    """A labelled line to type into."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the object name of the line."""
        self.edit = QLineEdit()
        super().__init__(self.edit, name, parent)

    def name_it(self, label: str, placeholder: str = "") -> None:
        """Say what belongs here."""
        self.say_label(label, placeholder)
        self.edit.setPlaceholderText(placeholder)

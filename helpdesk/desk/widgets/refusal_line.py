"""Why something was not done, in a frame: one line for every dialog and for the login."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.chip import IconLabel


class RefusalLine(QFrame):
    """Hidden while there is nothing to say; what it says is read out."""

    def __init__(self, sides: float, parent: QWidget | None = None) -> None:
        """`sides` is the room left and right of the words, in steps of `space`."""
        super().__init__(parent)
        self.setProperty("notice", "bad")
        self._words = IconLabel("warning", "bad")
        self._words.setObjectName("refusal")
        self._words.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(sides), space(2), space(sides), space(2))
        layout.addWidget(self._words)
        self.hide()

    def say(self, text: str) -> None:
        """Show this and have it read out; empty to show nothing."""
        self.say_again(text)
        announce(self, text)

    def say_again(self, text: str) -> None:
        """The same in another language, which nobody needs to hear."""
        self._words.setText(text)
        self.setVisible(bool(text))

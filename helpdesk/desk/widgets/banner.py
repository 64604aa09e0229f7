"""The banner under the menu: what is wrong around the desk, that nothing is lost, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.speech import Translated
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.chip import IconLabel

_ICONS = {"notice": "warning", "bad": "server", "told": "info", "good": "check"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of the banner. `words` is called again when the language changes."""

    tone: str
    words: Callable[[], str]
    button: Callable[[], str] | None = None
    pressed: Callable[[], None] | None = None


class _Line(QFrame):
    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.notice = notice
        self.setProperty("notice", notice.tone)
        self.label = IconLabel(_ICONS[notice.tone], notice.tone)
        self.label.setObjectName("bannerText")
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space(4), space(1.5), space(4), space(1.5))
        layout.addWidget(self.label, 1)
        self.button: QPushButton | None = None
        if notice.button is not None and notice.pressed is not None:
            self.button = QPushButton()
            self.button.clicked.connect(notice.pressed)
            layout.addWidget(self.button)
        self.retranslate()

    def retranslate(self) -> None:
        self.label.setText(self.notice.words())
        if self.button is not None and self.notice.button is not None:
            self.button.setText(self.notice.button())
            self.button.setAccessibleName(self.notice.button())


class StatusBanner(Translated, QFrame):
    """One line for each source of trouble; gone when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Hidden until there is something to say."""
        super().__init__(parent)
        self.setObjectName("statusBanner")
        self._lines: dict[str, _Line] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.hide()

    def show_notice(self, source: str, notice: Notice) -> None:
        """Show what `source` has to say, in place of what it said before."""
        before = self._lines.get(source)
        if before is not None and before.notice.words() == notice.words() and before.notice.tone == notice.tone:
            return
        self.clear(source)
        line = _Line(notice)
        self._lines[source] = line
        self._layout.addWidget(line)
        self.show()
        announce(self, notice.words())

    def clear(self, source: str) -> None:
        """Remove what `source` said."""
        line = self._lines.pop(source, None)
        if line is not None:
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        if not self._lines:
            self.hide()

    def text(self) -> str:
        """Everything it says, a line for each source."""
        return "\n".join(line.label.text() for line in self._lines.values())

    def retranslate(self) -> None:
        """Say the same in the language now in use."""
        for line in self._lines.values():
            line.retranslate()

"""The keys, on one small page."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.speech import Translated
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.language.catalogue import gettext as _


class KeysDialog(Translated, QDialog):
    """What can be done without the mouse."""

    def __init__(self, parent: QWidget) -> None:
        """All of them."""
        super().__init__(parent)
        self.setObjectName("keysDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._headline = IconLabel("keyboard", "accent")
        self._headline.setProperty("tone", "title")
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(6))
        grid.setVerticalSpacing(space(1.5))
        grid.setColumnStretch(1, 1)
        self._lines = [(QLabel(), QLabel()) for _line in _keys()]
        for row, (keys, meaning) in enumerate(self._lines):
            keys.setProperty("tone", "strong")
            meaning.setWordWrap(True)
            grid.addWidget(keys, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(meaning, row, 1)
        self._close = QPushButton()
        self._close.setDefault(True)
        self._close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(5), space(4), space(5), space(4))
        layout.setSpacing(space(4))
        layout.addWidget(self._headline)
        layout.addLayout(grid)
        layout.addLayout(buttons)
        self.retranslate()

    def retranslate(self) -> None:
        """All of them again."""
        self.setWindowTitle(_("Keys"))
        self._headline.setText(_("Keys"))
        for (keys, meaning), (shown, text) in zip(self._lines, _keys(), strict=True):
            keys.setText(shown)
            meaning.setText(text)
        self._close.setText(_("Close"))
        self._close.setAccessibleName(_("Close"))


def _keys() -> tuple[tuple[str, str], ...]:
    return (
        (_("Ctrl+K"), _("Search for a voter")),
        ("↑ ↓", _("Move in the results while typing")),
        (_("Enter"), _("Open the voter")),
        (_("Esc"), _("Back")),
        (_("Ctrl+I"), _("Verify the caller")),
        (_("Ctrl+R"), _("Resend the mail")),
        (_("Ctrl+Shift+R"), _("Reset the question")),
        (_("Ctrl+L"), _("Log the call")),
        (_("Ctrl+1 … 7"), _("Pages")),
        ("F1", _("This page")),
    )

"""A button that is one more face of a QAction: same words, same icon, same reason why not."""

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget


class ActionButton(QPushButton):
    """Follows its action; a click triggers it. `weight` is "", "primary", "danger" or "plain"."""

    def __init__(
        self, action: QAction, *, weight: str = "", shows_keys: bool = False, parent: QWidget | None = None
    ) -> None:
        """Show the action as it is now, with its shortcut beside the words if asked for."""
        super().__init__(parent)
        self._action, self._shows_keys = action, shows_keys
        if weight:
            self.setProperty("weight", weight)
        self.setAutoDefault(False)
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        self._follow()

    def _follow(self) -> None:
        action = self._action
        words = action.text()
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self.setText(f"{words}   {keys}" if keys and self._shows_keys else words)
        self.setIcon(action.icon())
        self.setEnabled(action.isEnabled())
        self.setAccessibleName(words)
        self.setAccessibleDescription(action.whatsThis())
        self.setToolTip("\n".join(part for part in (action.whatsThis(), keys) if part))

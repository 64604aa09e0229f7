"""Keys pressed in a window over which a dialog is about to open: they are meant for the dialog."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

_KEYS = {QEvent.Type.KeyPress, QEvent.Type.KeyRelease}
_CLICKS = {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick}


class HeldKeys(QObject):
    """Keeps keys and clicks from a window from now on: keys until they are handed on, clicks for good.

    A modal dialog that was open already would get the keys, and keep the clicks away.
    """

    def __init__(self, window: QWidget, parent: QObject) -> None:
        """Hold what comes to this window, if it is shown."""
        super().__init__(parent)
        self._keys: list[QKeyEvent] = []
        self._from = window.windowHandle()
        if self._from is not None:
            self._from.installEventFilter(self)

    def hand_on(self, dialog: QWidget) -> None:
        """To the dialog that has opened, as long as none of them closes it; nothing is held from now on."""
        if self._from is not None:
            self._from.removeEventFilter(self)
        keys, self._keys = self._keys, []
        for key in keys:
            if dialog.isVisible():
                QCoreApplication.sendEvent(dialog.windowHandle(), key)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Let everything pass but input."""
        del watched
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()  # not a shortcut of the window behind: it comes again as a key
            return True
        if kind in _KEYS and isinstance(event, QKeyEvent):
            self._keys.append(
                QKeyEvent(kind, event.key(), event.modifiers(), event.text(), event.isAutoRepeat(), event.count())
            )
            return True
        return kind in _CLICKS

"""Keys pressed in a window while a dialog over it, or a page in it, is being made: they are meant for that."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

_KEYS = {QEvent.Type.KeyPress, QEvent.Type.KeyRelease}
_CLICKS = {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick}


class HeldKeys(QObject):
    """Keeps keys and clicks from a window from now on: keys until they are handed on, clicks for good.

    A modal dialog that was open already would get the keys, and keep the clicks away. Before a page in the window, its
    `shortcuts` and clicks are let through.
    """

    def __init__(self, window: QWidget, parent: QObject, *, shortcuts: bool = True) -> None:
        """Hold what comes to this window, if it is shown."""
        super().__init__(parent)
        self._all = shortcuts
        self._keys: list[QKeyEvent] = []
        self._from = window.windowHandle()
        if self._from is not None:
            self._from.installEventFilter(self)

    def hand_on(self, window: QWidget) -> None:
        """To the window that they are for, as long as none of them closes it; nothing is held from now on."""
        if self._from is not None:
            self._from.removeEventFilter(self)
        keys, self._keys = self._keys, []
        for key in keys:
            if window.isVisible():
                QCoreApplication.sendEvent(window.windowHandle(), key)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Let everything pass but input."""
        del watched
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and self._all:
            event.accept()  # not a shortcut of the window behind: it comes again as a key
            return True
        if kind in _KEYS and isinstance(event, QKeyEvent):
            self._keys.append(
                QKeyEvent(kind, event.key(), event.modifiers(), event.text(), event.isAutoRepeat(), event.count())
            )
            return True
        return self._all and kind in _CLICKS

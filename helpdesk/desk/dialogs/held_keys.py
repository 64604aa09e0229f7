"""Keys pressed in a window while a dialog over it, or a page in it, is being made: they are meant for that."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

_KEYS = {QEvent.Type.KeyPress, QEvent.Type.KeyRelease}
_CLICKS = {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick}


class HeldKeys(QObject):
    """Keeps keys and clicks from a window from now on, and once entered until it is left: keys are handed on then.

    They go to what they are meant for; where that never comes they are lost, as the clicks are. A modal dialog that was
    open already would get the keys, and keep the clicks away. Before a page in the window, its `shortcuts` and clicks
    are let through.
    """

    def __init__(self, window: QWidget, meant_for: QWidget, *, shortcuts: bool = True) -> None:
        """Hold what comes to this window, if it is shown; what it is `meant_for` takes it along if it is deleted."""
        super().__init__(meant_for)
        self._all, self._meant_for = shortcuts, meant_for
        self._keys: list[QKeyEvent] = []
        self._from = window.windowHandle()
        if self._from is not None:
            self._from.installEventFilter(self)

    def __enter__(self) -> None:
        """Hold on."""

    def __exit__(self, kind: type[BaseException] | None, *_more: object) -> None:
        """Whatever has ended it, an error too: keys must not stay held for a page or dialog that never comes."""
        if kind is not GeneratorExit:  # nobody goes on with the steps: the window is gone, and this with it
            self._hand_on()

    def _hand_on(self) -> None:
        """As long as none of the keys closes the window."""
        if self._from is not None:
            self._from.removeEventFilter(self)
        keys, self._keys = self._keys, []
        for key in keys:
            if self._meant_for.isVisible():
                QCoreApplication.sendEvent(self._meant_for.windowHandle(), key)
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

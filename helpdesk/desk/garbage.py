"""Garbage that only Python's collector finds (cycles) is looked for on the GUI thread, and nowhere else.

Left to itself, Python looks for it in whatever thread makes the next object. A widget that dies in a thread other than
its own takes the program along.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1_000


class GarbageRounds(QObject):
    """Looks every second, once `begin` is called, as far as Python's own thresholds ask for."""

    def __init__(self, parent: QObject) -> None:
        """From now on nobody looks."""
        super().__init__(parent)
        self._automatic = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """Look from now on, but never at what is loaded by now: one pass over that takes 50 ms."""
        if not self._timer.isActive():
            gc.freeze()
            self._timer.start()

    def look(self) -> None:
        """One pass over the oldest generation that is due, if any is."""
        for generation, (count, most) in reversed([*enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))]):
            if count > most:
                gc.collect(generation)
                return

    def end(self) -> None:
        """A last look; Python's collector is as it was before."""
        self._timer.stop()
        gc.collect()
        if self._automatic:
            gc.enable()

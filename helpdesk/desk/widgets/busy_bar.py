"""A bar that moves while something is under way and nobody knows for how long."""

from PySide6.QtWidgets import QProgressBar, QWidget

from helpdesk.desk.speech import Translated
from helpdesk.language.catalogue import gettext as _


class BusyBar(Translated, QProgressBar):
    """Hidden at first; it keeps its place then, so that nothing moves when it comes and goes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing is under way."""
        super().__init__(parent)
        self.setRange(0, 0)
        self.setTextVisible(False)
        room = self.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.setSizePolicy(room)
        self.hide()
        self.retranslate()

    def retranslate(self) -> None:
        """Its name."""
        self.setAccessibleName(_("Under way"))

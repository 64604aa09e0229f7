"""Unexpected errors: a dialog with an id, the trace in the log without personal data, the window stays alive."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from helpdesk.desk.appearance import dress
from helpdesk.domain.bug_trace import where_it_broke
from helpdesk.language.catalogue import gettext as _

if TYPE_CHECKING:  # the first window is painted without what only an error needs
    from types import TracebackType

    from PySide6.QtWidgets import QMessageBox

log = logging.getLogger(__name__)


class BugReporter(QObject):
    """Shows one dialog at a time; further errors while it is open go to the log only."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Report nothing yet."""
        super().__init__(parent)
        self._open: QMessageBox | None = None

    def report(self, error: BaseException) -> None:
        """Log the error under an id and tell the operator the id."""
        number = os.urandom(4).hex().upper()
        log.error("incident %s", number, extra={"where": where_it_broke(error)})
        if self._open is None:
            self._show(number)

    def catch_all(self) -> None:
        """Report what no slot caught, instead of ending the program or losing it on a console nobody sees."""
        sys.excepthook = self._uncaught

    def release(self) -> None:
        """Leave uncaught errors to Python again."""
        sys.excepthook = sys.__excepthook__

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.report(error)

    def _show(self, number: str) -> None:
        from PySide6.QtCore import Qt  # noqa: PLC0415
        from PySide6.QtWidgets import QApplication, QMessageBox  # noqa: PLC0415

        box = QMessageBox(QApplication.activeWindow())
        box.setObjectName("bugDialog")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(_("Unexpected error"))
        box.setText(_("Something went wrong in the program."))
        box.setInformativeText(
            _(
                "You can go on working. Check whether what you asked for was done before you ask again. "
                "If it happens again, give this number to an administrator: {number}"
            ).format(number=number)
        )
        box.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        box.setStandardButtons(QMessageBox.StandardButton.Close)
        box.finished.connect(self._closed)
        if box.parentWidget() is None:
            dress(box)
        self._open = box
        box.open()

    def _closed(self) -> None:
        self._open = None

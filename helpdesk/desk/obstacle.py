"""The one window of a desk that cannot start: it says why, and what to do."""

import sys

from PySide6.QtWidgets import QApplication, QMessageBox


def show_obstacle(sentence: str) -> None:
    """Show why the desk cannot start; returns when it was read."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("helpdesk")
    QMessageBox.critical(None, "helpdesk", sentence)

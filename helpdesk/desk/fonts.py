"""Whether this machine has fonts for the window."""

import os

from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QGuiApplication

_SHOWN = "àâçéèêëîïôœùûüÿ’«»–→…✓"
"""What the desk's own words are written with, in French and English."""


def font_in_use() -> tuple[str, str]:
    """The window's font, and the characters of the desk's words that no installed font shows; no font: no name.

    Without a window, it is looked up on Qt's screenless platform.
    """
    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = QGuiApplication(["helpdesk"])
        try:
            return _look()
        finally:
            del application
    return _look()


def _look() -> tuple[str, str]:
    families = QFontDatabase.families()
    if not families:
        return "", _SHOWN
    shown = [QFontMetrics(QFont(family)) for family in families]
    missing = [each for each in _SHOWN if not any(metrics.inFontUcs4(ord(each)) for metrics in shown)]
    return QFont().family() or families[0], "".join(missing)

"""Saying something through a screen reader without moving the focus."""

from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, text: str) -> None:
    """Have `text` read out, politely, as coming from `widget`."""
    if text:
        from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # noqa: PLC0415 (the first window is silent)

        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))

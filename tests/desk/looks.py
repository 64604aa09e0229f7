"""What can be judged of a window without eyes: names for screen readers, and words that are whole."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QPlainTextEdit, QAbstractSpinBox)


def nameless(root: QWidget) -> list[str]:
    """Controls that can have the focus and that a screen reader could not name."""
    return [
        f"{type(widget).__name__} {widget.objectName()} in {type(widget.parentWidget()).__name__}"
        for widget in root.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parentWidget(), (QComboBox, QAbstractSpinBox, QAbstractItemView))
        and not (widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()))
        and widget.isVisibleTo(root)
    ]


def cut(root: QWidget) -> list[str]:
    """Labels and buttons whose words are wider or higher than the room they have."""
    for _settling in range(3):
        root.grab()
        QApplication.processEvents()
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, (QLabel, QAbstractButton)) or not widget.text():
            continue
        if isinstance(widget, QLabel) and widget.wordWrap():
            if widget.height() + 1 < widget.heightForWidth(widget.width()):
                found.append(f"{widget.objectName()}: {widget.text()[:60]}")
        elif (
            widget.width() + 1 < widget.minimumSizeHint().width()
            or widget.height() + 1 < widget.minimumSizeHint().height()
        ):
            found.append(f"{widget.objectName()}: {widget.text()[:60]}")
    return found

"""What can be judged of a window without eyes: names for screen readers, and words that are whole."""

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
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


def settle() -> None:
    """Wait until Qt has done what it put off until nothing else is left to do: layouts, the ranges of scroll bars.

    It does so by timers of zero, which come after every other event, in the order in which they were started.
    """
    loop, last = QEventLoop(), QTimer()
    last.setSingleShot(True)
    last.timeout.connect(loop.quit)
    last.start(0)
    loop.exec()


def cut(root: QWidget) -> list[str]:
    """Labels and buttons whose words are wider or higher than the room they have."""
    for _round in range(3):
        root.grab()
        settle()
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, (QLabel, QAbstractButton)) or not widget.text():
            continue
        if widget.hasHeightForWidth():
            if widget.height() + 1 < widget.heightForWidth(widget.width()):
                found.append(f"{widget.objectName()}: {widget.text()[:60]}")
        elif (
            widget.width() + 1 < widget.minimumSizeHint().width()
            or widget.height() + 1 < widget.minimumSizeHint().height()
        ):
            found.append(f"{widget.objectName()}: {widget.text()[:60]}")
    return found


def sideways(root: QWidget) -> list[str]:
    """Parts that have to be scrolled sideways to be read."""
    return [
        f"{type(area).__name__} {area.objectName()} by {area.horizontalScrollBar().maximum()}"
        for area in root.findChildren(QAbstractScrollArea)
        if area.isVisible() and not isinstance(area, QHeaderView) and area.horizontalScrollBar().maximum() > 0
    ]


def crammed(root: QWidget) -> list[str]:
    """Columns of tables that show no dozen letters of what they hold, nor all of it."""
    found = []
    for table in root.findChildren(QTableView):
        metrics, model = table.fontMetrics(), table.model()
        for column in range(model.columnCount()):
            if not table.isVisible() or table.isColumnHidden(column) or not model.rowCount():
                continue
            texts = [str(model.index(row, column).data()) for row in range(min(20, model.rowCount()))]
            needed = min(max(map(metrics.horizontalAdvance, texts)), metrics.averageCharWidth() * 12)
            if table.columnWidth(column) < needed:
                head = model.headerData(column, Qt.Orientation.Horizontal)
                found.append(f"{table.objectName()}: {head} has {table.columnWidth(column)} of {needed}")
    return found

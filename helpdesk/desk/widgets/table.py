"""The one table of the desk: frozen values in rows, columns that know their words, readable without colour."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from helpdesk.desk.icons import line_icon
from helpdesk.desk.signs import Sign
from helpdesk.desk.speech import Translated

Value = TypeVar("Value")
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_ROLES = frozenset({Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole})


@dataclass(frozen=True, slots=True)
class Column(Generic[Value]):
    """A column: its name and a value's words in it, and perhaps a sign before them."""

    name: Callable[[], str]
    text: Callable[[Value], str]
    sign: Callable[[Value], Sign] | None = None
    stretch: bool = False
    number: bool = False


class ValueTable(QAbstractTableModel, Generic[Value]):
    """The model: rows of frozen values; nothing in it is edited."""

    def __init__(self, columns: Sequence[Column[Value]], parent: QObject | None = None) -> None:
        """No rows yet."""
        super().__init__(parent)
        self.columns = tuple(columns)
        self.values: tuple[Value, ...] = ()

    def show_values(self, values: Sequence[Value]) -> None:
        """Replace what is listed; the same values again change nothing."""
        if tuple(values) == self.values:
            return
        self.beginResetModel()
        self.values = tuple(values)
        self.endResetModel()

    def add_values(self, values: Sequence[Value]) -> None:
        """List more, below."""
        if values:
            first = len(self.values)
            self.beginInsertRows(QModelIndex(), first, first + len(values) - 1)
            self.values = (*self.values, *values)
            self.endInsertRows()

    def value(self, row: int) -> Value | None:
        """The value of a row, None outside."""
        return self.values[row] if 0 <= row < len(self.values) else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        """How many values there are."""
        return 0 if parent.isValid() else len(self.values)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, sign and alignment of a cell; screen readers hear the column's name with it."""
        value, column = self.value(index.row()), self.columns[index.column()]
        if value is None:
            return None
        if role in _ROLES:
            return column.text(value)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.name()}: {column.text(value)}"
        if role == Qt.ItemDataRole.DecorationRole and column.sign is not None:
            sign = column.sign(value)
            return line_icon(sign.icon, sign.tone)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(  # noqa: N802 (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The columns' names."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].name()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[section].number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def retranslate(self) -> None:
        """Every word again."""
        if self.values:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.values) - 1, len(self.columns) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)


class Table(Translated, QTableView, Generic[Value]):
    """The view: whole rows are selected; Enter or a double click emits `opened` with the row's value."""

    opened = Signal(object)
    selected = Signal(object)

    def __init__(
        self,
        columns: Sequence[Column[Value]],
        *,
        name: str,
        says: Callable[[], str],
        parent: QWidget | None = None,
    ) -> None:
        """`name` is the object name, `says` the accessible name in the language in use."""
        super().__init__(parent)
        self.setObjectName(name)
        self._says = says
        self.content: ValueTable[Value] = ValueTable(columns, self)
        self.setModel(self.content)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(not any(column.stretch for column in columns))
        self._fit_columns()
        self.content.modelReset.connect(self._fit_rows)
        self.doubleClicked.connect(self._opened)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.retranslate()

    @property
    def chosen(self) -> Value | None:
        """The value of the selected row."""
        return self.content.value(self.currentIndex().row())

    def show_values(self, values: Sequence[Value], *, select: bool = True) -> None:
        """List these; the selection stays in its row, and begins with the first."""
        row = self.currentIndex().row()
        self.content.show_values(values)
        if select and self.content.values:
            wanted = min(max(row, 0), len(self.content.values) - 1)
            if self.currentIndex().row() != wanted:
                self.setCurrentIndex(self.content.index(wanted, 0))
        self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Enter opens the row."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.chosen is not None:
            self.opened.emit(self.chosen)
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        """Names and rows again."""
        self.setAccessibleName(self._says())
        self.content.retranslate()

    def _fit_columns(self) -> None:
        header = self.horizontalHeader()
        header.setResizeContentsPrecision(60)  # what the first lines need; measuring them all would take too long
        for place, column in enumerate(self.content.columns):
            stretch = QHeaderView.ResizeMode.Stretch if column.stretch else QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(place, stretch)

    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.9))

    def _opened(self, index: QModelIndex) -> None:
        value = self.content.value(index.row())
        if value is not None:
            self.opened.emit(value)

    def _current_changed(self, _current: QModelIndex, _before: QModelIndex) -> None:
        self._tell()

    def _tell(self) -> None:
        self.selected.emit(self.chosen)

"""The one table of the desk: frozen values in rows, columns that know their words, readable without colour."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.icons import line_icon
from helpdesk.desk.signs import Sign
from helpdesk.desk.speech import Translated
from helpdesk.desk.widgets.column_room import Need, share_room

Value = TypeVar("Value")
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_DISPLAY, _SIGN, _SIDE = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.TextAlignmentRole
_TOLD = frozenset({_DISPLAY, _SIGN, _SIDE, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole})
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LINES_MEASURED = 30  # what the first lines need; measuring them all would take too long
_LEAST_LINES = 5
_SHORTENED = 26  # letters that a stretching column shows before a column of a higher rank is left out


@dataclass(frozen=True, slots=True)
class Column(Generic[Value]):
    """A column: its name and a value's words in it, and perhaps a sign before them.

    `stretch` columns share what room is left. Where there is too little, columns are left out, those of the highest
    `rank` first; rank 0 is always shown. What is left out is told with the line, to the pointer and to screen readers.
    """

    name: Callable[[], str]
    text: Callable[[Value], str]
    sign: Callable[[Value], Sign] | None = None
    stretch: bool = False
    number: bool = False
    rank: int = 0


class ValueTable(QAbstractTableModel, Generic[Value]):
    """The model: rows of frozen values; nothing in it is edited."""

    def __init__(self, columns: Sequence[Column[Value]], parent: QObject | None = None) -> None:
        """No rows yet."""
        super().__init__(parent)
        self.columns = tuple(columns)
        self.values: tuple[Value, ...] = ()
        self.left_out: tuple[int, ...] = ()
        """The columns that are not shown, for want of room."""
        self._icons: dict[Sign, QIcon] = {}
        self._texts: dict[tuple[int, int], str] = {}

    def show_values(self, values: Sequence[Value]) -> None:
        """Replace what is listed; the same values again change nothing."""
        if tuple(values) == self.values:
            return
        self.beginResetModel()
        self.values = tuple(values)
        self._texts.clear()
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
        if role not in _TOLD:  # more than half of what is asked for each cell that is painted
            return None
        value, column = self.value(index.row()), self.columns[index.column()]
        if value is None:
            return None
        if role == _SIDE:
            return _RIGHT if column.number else _LEFT
        if role == _SIGN:
            return self._sign(column.sign(value)) if column.sign is not None else None
        if role == _DISPLAY:
            return self.text(index.row(), index.column())
        return self._words(column, value, role)

    def text(self, row: int, place: int) -> str:
        """A cell's words, made once while it is listed: every painting and every change of size asks for them."""
        if (row, place) not in self._texts:
            self._texts[row, place] = self.columns[place].text(self.values[row])
        return self._texts[row, place]

    def _sign(self, sign: Sign) -> QIcon:
        if sign not in self._icons:
            self._icons[sign] = line_icon(sign.icon, sign.tone)
        return self._icons[sign]

    def _words(self, column: Column[Value], value: Value, role: int) -> str:
        text = column.text(value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join((text, *self._rest(value)))
        rest = self._rest(value) if column is self.columns[self._last_shown()] else ()
        return ", ".join((f"{column.name()}: {text}", *rest))

    def _rest(self, value: Value) -> tuple[str, ...]:
        """What is said of a value in the columns that are left out."""
        hidden = [self.columns[place] for place in self.left_out]
        return tuple(f"{column.name()}: {column.text(value)}" for column in hidden if column.text(value))

    def _last_shown(self) -> int:
        return max(place for place in range(len(self.columns)) if place not in self.left_out)

    def headerData(  # noqa: N802 (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The columns' names."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self.columns[section].name()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self.columns[section].number else _LEFT
        return None

    def retranslate(self) -> None:
        """Every word again."""
        self._texts.clear()
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
        self._wide: dict[str, int] = {}
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
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(1)  # else an empty column takes more than its share
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # columns fit, or are shortened
        self.content.modelReset.connect(self._fit)
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
        self._fit_columns()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Room for the columns' names and a few lines."""
        lines = self.verticalHeader().defaultSectionSize() * _LEAST_LINES
        return QSize(super().minimumSizeHint().width(), self.horizontalHeader().sizeHint().height() + lines)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Share the width anew."""
        super().resizeEvent(event)
        self._fit_columns()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Measure anew in another font."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()

    def _fit(self) -> None:
        self._wide = {}
        line = self.fontMetrics().height()
        self.verticalHeader().setDefaultSectionSize(round(line * 1.9))
        self.setIconSize(QSize(line, line))  # signs grow with the text
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Leave out what finds no room, and share the width among the rest."""
        widths = share_room(self.viewport().width(), [*map(self._need, range(len(self.content.columns)))])
        self.content.left_out = tuple(place for place in range(len(self.content.columns)) if place not in widths)
        for place in range(len(self.content.columns)):
            self.setColumnHidden(place, place not in widths)
        for place, width in widths.items():
            self.setColumnWidth(place, width)
        self.updateGeometries()  # Qt would take in the new widths later, and scroll sideways until then

    def _need(self, place: int) -> Need:
        """The width that the column's name and first lines take, with the room around them."""
        column, metrics = self.content.columns[place], self.fontMetrics()
        bold = self.horizontalHeader().font()
        bold.setBold(True)
        head = QFontMetrics(bold).horizontalAdvance(column.name()) + space(4)
        first = [self.content.text(row, place) for row in range(len(self.content.values[:_LINES_MEASURED]))]
        text = max((self._width_of(each, metrics) for each in first), default=0) + space(4)
        if column.stretch:
            text = min(text, metrics.averageCharWidth() * _SHORTENED)
        return Need(
            max(head, text + (self.iconSize().width() + space(2) if column.sign else 0)), column.rank, column.stretch
        )

    def _width_of(self, text: str, metrics: QFontMetrics) -> int:
        """In pixels, measured once while these rows are listed: every change of size asks anew, and many are alike."""
        if text not in self._wide:
            self._wide[text] = metrics.horizontalAdvance(text)
        return self._wide[text]

    def _opened(self, index: QModelIndex) -> None:
        value = self.content.value(index.row())
        if value is not None:
            self.opened.emit(value)

    def _current_changed(self, _current: QModelIndex, _before: QModelIndex) -> None:
        self._tell()

    def _tell(self) -> None:
        self.selected.emit(self.chosen)

"""Search results as a model of frozen values."""

from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from helpdesk.domain.voters import SearchHit
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.words import match_text, state_text

HIT_ROLE: Final = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_LISTED_AT_ONCE = 100
"""A view measures every row that it is told of: it is told of more when it has been scrolled there."""


class SearchResults(QAbstractTableModel):
    """One row a voter: name, tied address, establishment, state, why it matched."""

    def __init__(self, parent: QObject | None = None) -> None:
        """No hits yet."""
        super().__init__(parent)
        self._hits: tuple[SearchHit, ...] = ()
        self._listed = 0
        self.query = ""

    def show_hits(self, query: str, hits: tuple[SearchHit, ...]) -> None:
        """Replace what is listed."""
        self.beginResetModel()
        self.query, self._hits = query, hits
        self._listed = min(len(hits), _LISTED_AT_ONCE)
        self.endResetModel()

    def hit(self, row: int) -> SearchHit | None:
        """The voter of a row."""
        return self._hits[row] if 0 <= row < len(self._hits) else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        """How many voters are listed so far."""
        return 0 if parent.isValid() else self._listed

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802 (Qt's name)
        """True while more were found than are listed."""
        return not parent.isValid() and self._listed < len(self._hits)

    def fetchMore(self, parent: Index) -> None:  # noqa: N802 (Qt's name)
        """List the next."""
        if self.canFetchMore(parent):
            more = min(len(self._hits), self._listed + _LISTED_AT_ONCE)
            self.beginInsertRows(QModelIndex(), self._listed, more - 1)
            self._listed = more
            self.endInsertRows()

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        """Five columns."""
        return 0 if parent.isValid() else 5

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The text of a cell; the whole hit under HIT_ROLE; the whole line for screen readers."""
        hit = self.hit(index.row())
        if hit is None:
            return None
        if role == HIT_ROLE:
            return hit
        cells = (
            hit.name,
            hit.tied_address,
            hit.establishment,
            state_text(hit.state),
            match_text(hit.matched),
        )
        if role == Qt.ItemDataRole.DisplayRole:
            return cells[index.column()]
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            return _("{name}, tied address {address}, {establishment}, {state}, found by {why}").format(
                name=cells[0], address=cells[1], establishment=cells[2], state=cells[3], why=cells[4]
            )
        return None

    def headerData(  # noqa: N802 (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The columns' names."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (_("Name"), _("Tied address"), _("Establishment"), _("State"), _("Found by"))[section]

    def retranslate(self) -> None:
        """States and reasons again."""
        if self._hits:
            self.dataChanged.emit(self.index(0, 0), self.index(self._listed - 1, 4))
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 4)

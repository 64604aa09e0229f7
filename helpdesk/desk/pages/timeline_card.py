"""What happened to the account, newest first."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QLabel, QTableView, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.session import Session
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.card import DetailCard
from helpdesk.desk.widgets.choice import Choice
from helpdesk.domain.history import HistoryKind, kind_of
from helpdesk.domain.voters import TimelineEntry, VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.moments import moment_text
from helpdesk.language.timeline import event_text

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_LINES_SHOWN: Final = 16


class Timeline(QAbstractTableModel):
    """When, what, who."""

    def __init__(self, zone: str, parent: QObject | None = None) -> None:
        """Nothing happened yet; times are shown in `zone`."""
        super().__init__(parent)
        self._zone = zone
        self._entries: tuple[TimelineEntry, ...] = ()
        self._lines: dict[TimelineEntry, tuple[str, str, str]] = {}

    def show_entries(self, entries: tuple[TimelineEntry, ...]) -> None:
        """Show these; what is new comes in at the top, so that the rest keeps its place."""
        new = len(entries) - len(self._entries)
        self._lines = {entry: self._lines[entry] for entry in entries if entry in self._lines}
        if new > 0 and entries[new:] == self._entries:
            self.beginInsertRows(QModelIndex(), 0, new - 1)
            self._entries = entries
            self.endInsertRows()
        elif entries != self._entries:
            self.beginResetModel()
            self._entries = entries
            self.endResetModel()

    def retranslate(self) -> None:
        """Words and times again."""
        self._lines.clear()
        if self._entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._entries) - 1, 2))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 2)

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        """How many things happened."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        """Three columns."""
        return 0 if parent.isValid() else 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The text of a cell."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._line(self._entries[index.row()])[index.column()]

    def _line(self, entry: TimelineEntry) -> tuple[str, str, str]:
        """The cells, put into words once: a view asks for each many times, to measure and to paint it."""
        if entry not in self._lines:
            self._lines[entry] = (moment_text(entry.at, self._zone), event_text(entry), entry.actor)
        return self._lines[entry]

    def headerData(  # noqa: N802 (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The columns' names."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (_("When"), _("What"), _("Who"))[section]


class TimelineCard(DetailCard[tuple[TimelineEntry, ...]]):
    """A table without a frame, as high as its lines, up to a limit."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Nothing happened yet."""
        super().__init__("history", parent)
        self._model = Timeline(session.zone, self)
        self._table = QTableView()
        self._table.setObjectName("timeline")
        self._table.setProperty("weight", "embedded")
        self._table.setModel(self._model)
        self._table.setFrameShape(QFrame.Shape.NoFrame)
        self._table.setShowGrid(False)
        self._table.setWordWrap(True)
        self._table.setTabKeyNavigation(False)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._table.verticalHeader().hide()
        header = self._table.horizontalHeader()
        header.hide()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self._table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._table.verticalHeader().geometriesChanged.connect(self._fit)
        self._table.verticalHeader().sectionResized.connect(self._fit)
        self._filter = Choice("historyFilter")
        self._filter.offer(tuple((str(kind), "") for kind in HistoryKind))
        self._hidden = QLabel()
        self._hidden.setObjectName("historyHidden")
        self._hidden.setProperty("tone", "quiet")
        self._hidden.setWordWrap(True)
        self._hidden.hide()
        self.content.addWidget(self._filter, 0, Qt.AlignmentFlag.AlignLeft)
        self.content.addWidget(self._table)
        self.content.addWidget(self._hidden)
        self._filter.changed.connect(self._filtered)
        self.retranslate()

    def title(self) -> str:
        """What the card is for."""
        return _("History")

    def part_of(self, detail: VoterDetail) -> tuple[TimelineEntry, ...]:
        """The history."""
        return detail.timeline

    def redraw(self, part: tuple[TimelineEntry, ...]) -> Iterable[None]:
        """One line an event, of the kind that is chosen; how many others there are is said."""
        chosen = self._filter.chosen
        shown = tuple(entry for entry in part if not chosen or kind_of(entry.event) == chosen)
        self._model.show_entries(shown)
        hidden = len(part) - len(shown)
        words = ngettext("{count} other line is hidden.", "{count} other lines are hidden.", hidden)
        self._hidden.setText(words.format(count=hidden))
        self._hidden.setVisible(hidden > 0)
        self._fit()
        return ()

    def show_all(self) -> None:
        """Hide nothing any more: another voter is shown."""
        self._filter.choose("")

    def _filtered(self) -> None:
        if self._part is not None:
            self.redraw_at_once()
            shown = ngettext("{count} line", "{count} lines", self._model.rowCount())
            told = shown.format(count=self._model.rowCount())
            announce(self, f"{told}. {self._hidden.text()}" if self._hidden.isVisibleTo(self) else told)

    def retranslate(self) -> None:
        """Title, name and lines again."""
        super().retranslate()
        self._table.setAccessibleName(_("History"))
        self._filter.name_it(_("Show"), _("Everything"), _kind_text)
        self._model.retranslate()

    def _fit(self) -> None:
        lines = self._table.verticalHeader().length()
        most = self._table.fontMetrics().lineSpacing() * _LINES_SHOWN
        self._table.setFixedHeight(min(lines, most) + space(2))


def _kind_text(kind: str) -> str:
    return {
        HistoryKind.MAILS: _("Mails"),
        HistoryKind.LINKS: _("Links"),
        HistoryKind.PORTAL: _("On the portal"),
        HistoryKind.DESK: _("At the desk"),
    }[HistoryKind(kind)]

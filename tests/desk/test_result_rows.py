"""The list of voters found costs what is in sight, however many there are."""

from itertools import pairwise

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from helpdesk.desk.appearance import space, theme
from helpdesk.desk.pages.result_row import ResultRow
from helpdesk.desk.pages.search_results import SearchResults
from helpdesk.domain.states import AccountState
from helpdesk.domain.voters import SearchHit


def hits(count: int) -> tuple[SearchHit, ...]:
    return tuple(
        SearchHit(str(number), "Anne Le Goff", "", "a@b.fr", (), "name", AccountState.ACTIVE, "Collège")
        for number in range(count)
    )


def test_a_view_is_told_of_more_rows_only_when_it_is_scrolled_there(qtbot: QtBot):
    model, view = SearchResults(), QListView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.show()
    model.show_hits("le goff", hits(100_000))
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > 0)
    assert model.rowCount() == 100
    view.scrollToBottom()
    qtbot.waitUntil(lambda: model.rowCount() > 100)
    assert model.rowCount() < 1_000


def test_every_voter_found_can_be_scrolled_to(qtbot: QtBot):
    model = SearchResults()
    model.show_hits("le goff", hits(250))
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert model.rowCount() == 250
    last = model.hit(249)
    assert last is not None
    assert last.voter == "249"
    model.show_hits("le goff", hits(3))
    assert model.rowCount() == 3


def marked_columns(view: QListView) -> list[int]:
    """Where the second line of the first row has the colour of marks."""
    picture, mark = view.viewport().grab().toImage(), QColor(theme().mark).rgb()
    lower = view.visualRect(view.model().index(0, 0)).bottom() - space(3.5)
    return [x for x in range(picture.width()) if any(picture.pixel(x, y) == mark for y in (lower, lower - 3))]


def test_what_the_query_met_is_marked_where_it_stands(qtbot: QtBot):
    model, view = SearchResults(), QListView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.setItemDelegate(ResultRow(view))
    view.resize(900, 300)
    view.show()
    school, mail = "Collège de Rennes (X)", "anne@ac-rennes.fr"
    found_one = (SearchHit("1", "Anne Le Goff", "", mail, (), "name", AccountState.ACTIVE, school),)
    model.show_hits("rennes", found_one)
    found = marked_columns(view)
    gaps = [place for place, (left, right) in enumerate(pairwise(found)) if right - left > 20]
    assert len(gaps) == 1, "once in the address, once in the establishment"
    width = QFontMetricsF(view.font()).horizontalAdvance("rennes")
    assert abs(found[gaps[0]] - found[0] + 1 - width) < 3
    model.show_hits("zzz", found_one)
    assert not marked_columns(view)

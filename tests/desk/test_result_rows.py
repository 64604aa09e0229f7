"""The list of voters found costs what is in sight, however many there are."""

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

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

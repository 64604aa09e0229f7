"""Whatever is pasted into the search box, the desk goes on: no error, no trouble told, the next search finds."""

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLineEdit, QListView

from tests.desk.conftest import child
from tests.trials.naughty_strings import KINDS, pastes


@pytest.fixture
def window(open_desk, agent, add_voter):
    add_voter(first="Hélène", family="Lefèvre", tied="helene.lefevre@ac-rennes.fr")
    return open_desk(agent)


class Box:
    """The search box and what stands below it."""

    def __init__(self, qtbot, desk, window):
        self.qtbot, self.desk = qtbot, desk
        self.edit = child(window, QLineEdit, "searchBox")
        self.results = child(window, QListView, "searchResults")
        self.banner = child(window, QFrame, "statusBanner")

    def paste(self, text):
        QGuiApplication.clipboard().setText(text)
        self.edit.selectAll()
        self.edit.paste()

    def settle(self):
        self.qtbot.waitUntil(lambda: self.desk.tasks.running == 0, timeout=15_000)

    def finds(self, text):
        self.paste(text)
        self.qtbot.waitUntil(lambda: self.results.model().rowCount() == 1, timeout=15_000)


@pytest.fixture
def box(qtbot, desk, window):
    return Box(qtbot, desk, window)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_stops_nobody(box, kind):
    for text in KINDS[kind]:
        box.paste(text)
        box.settle()
        assert not box.banner.isVisible(), text
    box.finds("lefevre")


def test_a_paste_of_a_megabyte_is_cut_and_searched_for_as_any_text(box):
    for text in pastes():
        box.paste(text)
        box.settle()
        assert len(box.edit.text()) <= box.edit.maxLength()
        assert not box.banner.isVisible(), text[:20]
    box.finds("lefevre")

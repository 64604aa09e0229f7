"""The overview with its plots and lists, and the guide, through the window."""

import csv

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QLineEdit, QListWidget, QTableView, QTextBrowser, QWidget

from helpdesk.desk.pages.overview.figures import FigureCode
from helpdesk.desk.pages.overview.plot import ticks_up_to
from helpdesk.domain.states import AccountState
from tests.desk.conftest import child, go_to, press, type_text


def test_every_figure_is_drawn_and_told_in_numbers(qtbot, open_desk, agent, add_voter, tmp_path):
    add_voter(state=AccountState.ACTIVE)
    add_voter(academy="Nantes", department="44", state=AccountState.INVITED)
    window = open_desk(agent)
    page = go_to(qtbot, window, 4, "overviewPage")
    qtbot.waitUntil(lambda: child(page, QLabel, "overviewTotals").text() == "2 voters, 1 active (50%)")
    box, table = child(page, QComboBox, "figureBox"), child(page, QTableView, "figureTable")
    for place, code in enumerate(FigureCode):
        box.setCurrentIndex(place)
        plot = child(page, QWidget, "figurePlot")
        assert plot.accessibleName() == box.currentText()
        assert not plot.picture().isNull()
        if code is FigureCode.ACADEMY:
            assert [table.model().index(row, 0).data() for row in range(2)] == ["Nantes", "Rennes"]
    box.setCurrentIndex(list(FigureCode).index(FigureCode.ACADEMY))
    page.save_image(str(tmp_path / "figure.png"))
    page.save_csv(str(tmp_path / "figure.csv"))
    qtbot.waitUntil(lambda: (tmp_path / "figure.png").exists() and window._session.tasks.running == 0)
    assert not QImage(str(tmp_path / "figure.png")).isNull()
    with (tmp_path / "figure.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows == [["By académie", "Active", "Not active"], ["Nantes", "0", "1"], ["Rennes", "1", "0"]]


def test_enter_on_a_bar_lists_the_voters_behind_it(qtbot, open_desk, agent, add_voter):
    number = add_voter(academy="Nantes")
    add_voter(first="Paul")
    window = open_desk(agent)
    page = go_to(qtbot, window, 4, "overviewPage")
    child(page, QComboBox, "figureBox").setCurrentIndex(list(FigureCode).index(FigureCode.ACADEMY))
    table, behind = child(page, QTableView, "figureTable"), child(page, QTableView, "behindTable")
    qtbot.waitUntil(lambda: table.model().rowCount() == 2)
    table.setCurrentIndex(table.model().index(0, 0))
    press(table, Qt.Key.Key_Return)
    qtbot.waitUntil(behind.isVisible)
    assert behind.model().index(0, 0).data() == f"Marie Dupont ({number})"
    assert behind.model().rowCount() == 1


@pytest.mark.parametrize(
    ("most", "ticks"), [(0, [0, 1]), (3, [0, 1, 2, 3]), (7, [0, 2, 4, 6, 8]), (173, [0, 50, 100, 150, 200])]
)
def test_an_axis_has_few_and_round_numbers(most, ticks):
    assert ticks_up_to(most) == ticks


def test_f1_opens_the_guide_and_a_word_finds_a_topic(qtbot, open_desk, agent):
    window = open_desk(agent)
    window.activateWindow()
    press(window, Qt.Key.Key_F1)
    guide = child(window, QDialog, "helpWindow")
    topics = child(guide, QListWidget, "helpTopics")
    qtbot.waitUntil(lambda: topics.count() == 6)
    type_text(child(guide, QLineEdit, "helpSearch"), "evidence DIRECTORY")
    assert [topics.item(row).text() for row in range(topics.count())] == ["The tied address"]
    assert "48 hours" in child(guide, QTextBrowser, "helpText").toPlainText()
    child(guide, QLineEdit, "helpSearch").setText("ctrl shift")
    assert "Keys" in [topics.item(row).text() for row in range(topics.count())]
    guide.close()

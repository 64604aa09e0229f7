"""The overview with its plots and lists, and the guide, through the window."""

import csv
import subprocess
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QImage, QKeySequence
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QTableView,
    QTextBrowser,
    QWidget,
)

from helpdesk.desk.help.guide import found_topics, read_guide
from helpdesk.desk.help.keys import keys_of_the_desk
from helpdesk.desk.pages.overview.figures import FigureCode
from helpdesk.desk.pages.overview.plot import ticks_up_to
from helpdesk.domain.contacts import Channel, Contact, ContactOutcome, Motive
from helpdesk.domain.states import AccountState
from helpdesk.language.catalogue import speak
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


def test_behind_calls_mails_hours_and_states_are_the_voters_they_count(
    qtbot, open_desk, agent, add_voter, services, clock
):
    caller, other = add_voter(state=AccountState.ACTIVE), add_voter(first="Paul")
    call = Contact(clock.now, Channel.PHONE, Motive.NO_MAIL, ContactOutcome.ADVISED, "", None)
    for _twice in range(2):
        services.contacts.log(agent, caller, call)
    services.activation.resend(agent, other, reason="no mail came")
    page = go_to(qtbot, open_desk(agent), 4, "overviewPage")
    box, table, behind = (
        child(page, QComboBox, "figureBox"),
        child(page, QTableView, "figureTable"),
        child(page, QTableView, "behindTable"),
    )
    hour = clock.now.astimezone(ZoneInfo(services.elections.current().zone)).hour
    for code, row, listed in (
        (FigureCode.CALLS, 0, f"Marie Dupont ({caller})"),
        (FigureCode.LOAD, hour, f"Marie Dupont ({caller})"),
        (FigureCode.MAILS, 0, f"Paul Dupont ({other})"),
        (FigureCode.STATES, 1, f"Marie Dupont ({caller})"),
    ):
        box.setCurrentIndex(list(FigureCode).index(code))
        assert not behind.isVisible()
        table.setCurrentIndex(table.model().index(row, 0))
        press(table, Qt.Key.Key_Return)
        qtbot.waitUntil(behind.isVisible)
        assert [behind.model().index(each, 0).data() for each in range(behind.model().rowCount())] == [listed]


def test_a_bar_that_is_pressed_lists_its_voters(qtbot, open_desk, agent, add_voter):
    add_voter(academy="Nantes")
    number = add_voter(first="Paul")
    page = go_to(qtbot, open_desk(agent), 4, "overviewPage")
    child(page, QComboBox, "figureBox").setCurrentIndex(list(FigureCode).index(FigureCode.ACADEMY))
    plot, behind = child(page, QWidget, "figurePlot"), child(page, QTableView, "behindTable")
    plot.grab()
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(plot.width() // 2, round(plot.height() * 0.75)))
    qtbot.waitUntil(behind.isVisible)
    assert behind.model().index(0, 0).data() == f"Paul Dupont ({number})"
    assert child(page, QTableView, "figureTable").currentIndex().row() == 1


def test_a_figure_is_printed_with_its_numbers(qtbot, open_desk, agent, add_voter, tmp_path):
    add_voter(academy="Nantes", state=AccountState.ACTIVE)
    page = go_to(qtbot, open_desk(agent), 4, "overviewPage")
    button = child(page, QPushButton, "printFigureButton")
    qtbot.waitUntil(button.isEnabled)
    child(page, QComboBox, "figureBox").setCurrentIndex(list(FigureCode).index(FigureCode.ACADEMY))
    button.click()
    dialog = child(page, QPrintDialog, "printDialog")
    qtbot.waitUntil(dialog.isVisible)
    child(dialog, QComboBox, "printers").setCurrentText("Print to File (PDF)")
    child(dialog, QLineEdit, "filename").setText(str(tmp_path / "figure.pdf"))
    dialog.accept()
    qtbot.waitUntil(lambda: child(page, QLabel, "pageDone").text() == "Sent to the printer.")
    told = subprocess.run(["pdftotext", tmp_path / "figure.pdf", "-"], capture_output=True, text=True, check=True)
    for words in ("By académie", "1 voters, 1 active", "Nantes", "Not active"):
        assert words in told.stdout
    images = subprocess.run(["pdfimages", "-list", tmp_path / "figure.pdf"], capture_output=True, text=True, check=True)
    assert len(images.stdout.splitlines()) > 2


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


def test_every_key_of_the_window_stands_in_the_guide(open_desk, administrator):
    window = open_desk(administrator)
    told = {keys for keys, _meaning in keys_of_the_desk()}
    pages = {f"Ctrl+{number}" for number in range(1, 8)}
    for action in window.findChildren(QAction):
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.PortableText)
        assert not keys or keys in told or keys in pages, action.text()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_guide_is_whole_in_both_languages(language):
    speak(language)
    topics, other = read_guide(language), read_guide("en" if language == "fr" else "fr")
    assert len(topics) == len(other) > 4
    assert all(topic.title and len(topic.text) > 200 for topic in topics)
    word = "adresse liée" if language == "fr" else "tied address"
    assert found_topics(topics, word.upper())

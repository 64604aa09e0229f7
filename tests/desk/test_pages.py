"""Audit, roll and settings pages, and the incident dialog, each through the window."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QTabWidget,
    QWidget,
)

from helpdesk.domain.roles import Role
from tests.desk.conftest import child, go_to, opened, press, type_text, words_of
from tests.rolls import DEFAULTS, row, write_roll


def idle(qtbot, window):
    qtbot.waitUntil(lambda: window._session.tasks.running == 0)


def test_an_auditor_searches_proves_and_exports_the_trail(
    qtbot, open_desk, auditor, agent, add_voter, services, tmp_path
):
    number = add_voter()
    services.voters.open(agent, number)
    window = open_desk(auditor)
    idle(qtbot, window)
    page = child(window, QWidget, "auditPage")
    assert page.isVisible()
    table = child(page, QTableView, "auditTable")
    assert table.model().rowCount() > 3
    type_text(child(page, QLineEdit, "auditVoter"), number)
    child(page, QPushButton, "auditSearchButton").click()
    qtbot.waitUntil(lambda: table.model().rowCount() == 1)
    assert table.model().index(0, 3).data() == "Voter opened"
    assert agent.name in child(page, QLabel, "auditDetail").text()
    child(page, QPushButton, "verifyTrailButton").click()
    qtbot.waitUntil(lambda: "The trail is whole" in child(page, QLabel, "pageDone").text())
    page.export_to(str(tmp_path / "trail.csv"))
    qtbot.waitUntil(lambda: child(page, QLabel, "pageDone").text() == "1 row written.")
    assert number in (tmp_path / "trail.csv").read_text(encoding="utf-8")


def test_a_roll_is_imported_step_by_step(qtbot, open_desk, administrator, services, tmp_path):
    header = tuple("matricule" if column == "id_electeur" else column for column in DEFAULTS)
    path = write_roll(tmp_path / "roll.csv", [row(number) for number in range(1, 6)], header=header)
    window = open_desk(administrator)
    page = go_to(qtbot, window, 6, "rollPage")
    following = child(page, QPushButton, "rollNextButton")
    assert not following.isEnabled()
    page.take_file(str(path))
    qtbot.waitUntil(lambda: page.step == 1)
    assert "Voter number" in child(page, QLabel, "missingColumns").text()
    assert not following.isEnabled()
    box = child(page, QComboBox, "columnBox0")
    box.setCurrentIndex(box.findData("id_electeur"))
    assert following.isEnabled()
    following.click()
    qtbot.waitUntil(lambda: page.step == 2)
    assert "can be imported" in child(page, QLabel, "rollVerdict").text()
    assert services.search.search(administrator, "dupont") == ()
    following.click()
    qtbot.waitUntil(lambda: page.step == 3)
    assert "5 added" in child(page, QLabel, "rollCounts").text()
    assert len(services.search.search(administrator, "dupont")) == 5


def test_what_an_import_would_change_is_shown_voter_by_voter_before_it(
    qtbot, open_desk, administrator, services, tmp_path
):
    services.rolls.import_roll(administrator, write_roll(tmp_path / "old.csv", [row(1), row(2), row(3)]))
    path = write_roll(tmp_path / "new.csv", [row(1), row(2, corps="AESH"), row(4)])
    page = go_to(qtbot, open_desk(administrator), 6, "rollPage")
    page.take_file(str(path))
    qtbot.waitUntil(lambda: page.step == 1)
    child(page, QPushButton, "rollNextButton").click()
    qtbot.waitUntil(lambda: page.step == 2)
    shown = child(page, QTableView, "rollDifferences")
    assert shown.isVisible()
    cells = shown.model()
    lines = [[cells.index(line, place).data() for place in (0, 1, 3)] for line in range(cells.rowCount())]
    assert lines == [
        ["new", "10000004", ""],
        ["changed", "10000002", f"corps «{DEFAULTS['corps']}» → «AESH»"],
        ["missing from the file", "10000003", ""],
    ]
    assert not child(page, QLabel, "rollMore").isVisible()


def test_a_roll_with_errors_says_where_and_cannot_be_imported(qtbot, open_desk, administrator, tmp_path):
    path = write_roll(tmp_path / "roll.csv", [row(1), row(2, uai="0350001A")])
    window = open_desk(administrator)
    page = go_to(qtbot, window, 6, "rollPage")
    page.take_file(str(path))
    qtbot.waitUntil(lambda: page.step == 1)
    child(page, QPushButton, "rollNextButton").click()
    qtbot.waitUntil(lambda: page.step == 2)
    assert "1 error" in child(page, QLabel, "rollVerdict").text()
    assert "line 3" in child(page, QTableView, "rollProblems").model().index(0, 1).data()
    assert not child(page, QPushButton, "rollNextButton").isEnabled()


def test_closing_while_a_roll_is_checked_asks_and_stops_it(
    qtbot, open_desk, desk, administrator, services, watch, tmp_path
):
    path = write_roll(tmp_path / "roll.csv", [row(number) for number in range(1, 1502)])
    window = open_desk(administrator)
    page = go_to(qtbot, window, 6, "rollPage")
    page.take_file(str(path))
    qtbot.waitUntil(lambda: page.step == 1)
    going_on = threading.Event()
    watch.before["rolls.check"] = going_on.wait
    child(page, QPushButton, "rollNextButton").click()
    qtbot.waitUntil(lambda: page._job.running)
    window.close()
    assert window.isVisible()
    child(window, QMessageBox, "longWorkDialog")
    child(window, QPushButton, "stopAndCloseButton").click()
    going_on.set()
    qtbot.waitUntil(lambda: desk.window is None)
    assert services.search.search(administrator, "dupont") == ()


def test_an_administrator_adds_limits_and_closes_an_operator(qtbot, open_desk, administrator, services):
    window = open_desk(administrator)
    page = go_to(qtbot, window, 7, "settingsPage")
    child(page, QTabWidget, "settingsTabs").setCurrentIndex(1)
    idle(qtbot, window)
    child(page, QPushButton, "addOperatorButton").click()
    dialog = opened(qtbot, window, "addOperatorDialog")
    type_text(child(dialog, QLineEdit, "operatorName"), "Ronan Riou")
    type_text(child(dialog, QLineEdit, "operatorPassword"), "short")
    type_text(child(dialog, QLineEdit, "operatorAcademies"), "Rennes, Nantes")
    child(dialog, QPushButton, "confirmButton").click()
    qtbot.waitUntil(lambda: "too easy" in child(dialog, QLabel, "refusal").text())
    child(dialog, QLineEdit, "operatorPassword").setText("Correct-Horse-9-Battery")
    child(dialog, QPushButton, "confirmButton").click()
    qtbot.waitUntil(lambda: "can log in now" in child(page, QLabel, "pageDone").text())
    idle(qtbot, window)
    added = next(each for each in services.operators.list_all(administrator) if each.name == "Ronan Riou")
    assert (added.role, added.scope.academies) == (Role.AGENT, frozenset({"Rennes", "Nantes"}))
    table = child(page, QTableView, "operatorTable")
    place = [table.model().index(each, 0).data() for each in range(table.model().rowCount())].index("Ronan Riou")
    table.setCurrentIndex(table.model().index(place, 0))
    child(page, QPushButton, "operatorToggleButton").click()
    child(opened(qtbot, window, "operatorToggleDialog"), QPushButton, "confirmButton").click()
    qtbot.waitUntil(lambda: "is closed" in child(page, QLabel, "pageDone").text())


@pytest.mark.parametrize(("role", "tabs"), [(Role.AGENT, 1), (Role.ADMINISTRATOR, 3)])
def test_everybody_chooses_their_text_size_and_only_administrators_the_rest(qtbot, open_desk, add_operator, role, tabs):
    plain = QApplication.font().pointSizeF()
    window = open_desk(add_operator("Somebody Else", role))
    page = go_to(qtbot, window, 7, "settingsPage")
    assert child(page, QTabWidget, "settingsTabs").count() == tabs
    box = child(page, QComboBox, "textSizeBox")
    box.setCurrentIndex(3)
    box.activated.emit(3)
    assert QApplication.font().pointSizeF() == plain * 2
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert QApplication.font().pointSizeF() == plain


def test_the_calendar_changes_with_a_reason(qtbot, open_desk, administrator, services):
    window = open_desk(administrator)
    page = go_to(qtbot, window, 7, "settingsPage")
    child(page, QTabWidget, "settingsTabs").setCurrentIndex(2)
    idle(qtbot, window)
    before = services.elections.current()
    child(page, QLineEdit, "electionName").setText("Élections reportées")
    child(page, QPushButton, "saveCalendarButton").click()
    qtbot.waitUntil(lambda: "reason" in child(page, QLabel, "pageDone").text())
    type_text(child(page, QLineEdit, "calendarReason"), "arrêté du 24 novembre")
    child(page, QPushButton, "saveCalendarButton").click()
    qtbot.waitUntil(lambda: services.elections.current().name == "Élections reportées")
    assert services.elections.current().vote_opens == before.vote_opens


def test_a_supervisor_sets_and_ends_the_incident_notice(qtbot, open_desk, supervisor, services):
    window = open_desk(supervisor)
    window._set_incident.trigger()
    dialog = opened(qtbot, window, "incidentDialog")
    type_text(child(dialog, QPlainTextEdit, "incidentEdit"), "Portail lent")
    child(dialog, QPushButton, "confirmButton").click()
    banner = child(window, QWidget, "statusBanner")
    qtbot.waitUntil(lambda: "Portail lent" in words_of(banner))
    qtbot.waitUntil(lambda: window.findChild(QDialog, "incidentDialog") is None)
    window._set_incident.trigger()
    dialog = opened(qtbot, window, "incidentDialog")
    child(dialog, QWidget, "endIncidentCheck").click()
    child(dialog, QPushButton, "confirmButton").click()
    qtbot.waitUntil(lambda: services.incidents.current() is None and not banner.isVisible())


class Broken(QWidget):
    """A page that is made and cannot be shown."""

    def furnish(self):
        return iter(())

    def shown(self):
        raise LookupError

    def end(self):
        pass


def test_a_page_that_cannot_be_shown_holds_no_keys(qtbot, open_desk, supervisor):
    window = open_desk(supervisor)
    window._entries[2] = replace(window._entries[2], make=Broken)
    with qtbot.captureExceptions() as caught:
        press(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: window._session.tasks.running == 0)
    assert [kind for kind, _error, _trace in caught] == [LookupError]
    go_to(qtbot, window, 1, "votersPage")
    box = child(window, QLineEdit, "searchBox")
    box.setFocus()
    for char in "MARIE":
        QTest.keyClick(window.windowHandle(), Qt.Key(ord(char)))
    assert box.text() == "marie"


def test_a_page_that_cannot_be_made_holds_no_keys_and_can_be_asked_for_again(qtbot, open_desk, supervisor):
    window = open_desk(supervisor)
    box = child(window, QLineEdit, "searchBox")
    sound = window._entries[2]
    window._entries[2] = replace(sound, make=lambda: 1 // 0)
    with qtbot.captureExceptions() as caught:
        press(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: window._session.tasks.running == 0)
    assert [kind for kind, _error, _trace in caught] == [ZeroDivisionError]
    box.setFocus()
    for char in "MARIE":
        QTest.keyClick(window.windowHandle(), Qt.Key(ord(char)))
    assert box.text() == "marie"
    window._entries[2] = sound
    go_to(qtbot, window, 2, "mailPage")

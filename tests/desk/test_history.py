"""A voter's history, filtered by what it is about, with the number of lines that are hidden."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QTableView

from helpdesk.domain.contacts import Channel, Contact, ContactOutcome, Motive
from helpdesk.domain.states import AccountState
from tests.desk.conftest import child, open_voter, press
from tests.voters import verify_caller


@pytest.fixture
def number(add_voter, services, agent, clock):
    made = add_voter(state=AccountState.ACTIVE)
    services.activation.resend(agent, made, reason="no mail came")
    call = Contact(clock.now, Channel.PHONE, Motive.NO_MAIL, ContactOutcome.MAIL_SENT, "", None)
    services.contacts.log(agent, made, call)
    return made


def lines(page):
    model = child(page, QTableView, "timeline").model()
    return [model.index(row, 1).data() for row in range(model.rowCount())]


def test_by_keyboard_only_the_mails_are_shown_and_what_is_hidden_is_counted(qtbot, open_desk, agent, number):
    page = open_voter(qtbot, open_desk(agent), number)
    everything = lines(page)
    assert len(everything) == 3
    box, hidden = child(page, QComboBox, "historyFilter"), child(page, QLabel, "historyHidden")
    assert not hidden.isVisible()
    assert box.focusPolicy() & Qt.FocusPolicy.TabFocus
    box.setFocus()
    press(box, Qt.Key.Key_Down)
    assert lines(page) == ["Mail to choose a new password: put in the outbox"]
    assert hidden.text() == "2 other lines are hidden."
    assert hidden.isVisible()
    press(box, Qt.Key.Key_End)
    assert lines(page) == [line for line in everything if "outbox" not in line]
    assert hidden.text() == "1 other line is hidden."
    press(box, Qt.Key.Key_Home)
    assert lines(page) == everything
    assert not hidden.isVisible()


def test_a_filter_stays_while_the_voter_is_refreshed_and_ends_with_another_voter(
    qtbot, open_desk, agent, number, add_voter, services
):
    window = open_desk(agent)
    page = open_voter(qtbot, window, number)
    box = child(page, QComboBox, "historyFilter")
    box.setCurrentIndex(1)
    verify_caller(services, agent, number)
    page.refresh()
    qtbot.waitUntil(lambda: child(page, QLabel, "historyHidden").text() == "3 other lines are hidden.")
    assert box.currentIndex() == 1
    assert len(lines(page)) == 1
    window.voters_page.back()
    open_voter(qtbot, window, add_voter(first="Paul"))
    assert box.currentIndex() == 0

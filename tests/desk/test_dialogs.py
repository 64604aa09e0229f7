"""The three dialogs that act: what they show, what they refuse, and that they act once."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QLabel, QLineEdit, QPushButton, QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.desk.app import Desk
from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState
from helpdesk.services import Services
from tests.conftest import SetClock
from tests.desk.conftest import WatchedServices, child, opened, press, type_text
from tests.voters import VoterMaker, verify_caller

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
TIED = "helene.martin@ac-rennes.fr"


@pytest.fixture
def number(add_voter: VoterMaker) -> str:
    return add_voter(first="Hélène", family="Martin", tied=TIED, state=AccountState.ACTIVE)


class OpenVoter:
    """A desk with one voter open."""

    def __init__(self, qtbot: QtBot, desk: Desk, window: MainWindow, number: str) -> None:
        self.qtbot, self.desk, self.window = qtbot, desk, window
        self.page = child(window, QWidget, "voterPage")
        window.voters_page.open_voter(number)
        qtbot.waitUntil(self.page.isVisible)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.desk.tasks.running == 0)

    def dialog(self, name: str, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> QDialog:
        self.settle()
        self.window.activateWindow()  # as a window manager does when a dialog closes
        self.qtbot.waitUntil(self.window.isActiveWindow)
        press(self.page, key, *modifiers)
        found = opened(self.qtbot, self.window, name)
        self.qtbot.waitUntil(child(found, QPushButton, "confirmButton").isEnabled)
        return found

    def refusal(self, dialog: QDialog) -> str:
        self.qtbot.waitUntil(lambda: child(dialog, QLabel, "refusal").text() != "")
        return child(dialog, QLabel, "refusal").text()

    def done(self) -> str:
        return child(self.page, QLabel, "actionDone").text()


@pytest.fixture
def open_voter(
    qtbot: QtBot, desk: Desk, open_desk: Callable[[Operator], MainWindow], number: str
) -> Callable[[Operator], OpenVoter]:
    return lambda operator: OpenVoter(qtbot, desk, open_desk(operator), number)


def words(widget: QWidget) -> str:
    shown = [label.text() for label in widget.findChildren(QLabel)]
    return " ".join([*shown, *(browser.toPlainText() for browser in widget.findChildren(QTextBrowser))])


def test_the_preview_has_no_link_and_the_address_is_masked_until_the_caller_is_verified(
    open_voter, agent, services: Services, number
):
    opened = open_voter(agent)
    dialog = opened.dialog("resendDialog", Qt.Key.Key_R, CTRL)
    shown = words(dialog)
    assert "h•••.m•••@ac-rennes.fr" in shown
    assert TIED not in shown
    assert "[lien personnel" in shown
    assert "https://portail.example.org/reset/" not in shown
    dialog.reject()
    verify_caller(services, agent, number)
    opened.settle()
    assert TIED in words(opened.dialog("resendDialog", Qt.Key.Key_R, CTRL))


def test_a_double_click_queues_one_mail(open_voter, agent, services: Services, number, watch: WatchedServices):
    opened = open_voter(agent)
    go = threading.Event()
    watch.before["activation.resend"] = lambda: go.wait(10)
    dialog = opened.dialog("resendDialog", Qt.Key.Key_R, CTRL)
    type_text(child(dialog, QLineEdit, "reasonEdit"), "no mail came")
    button = child(dialog, QPushButton, "confirmButton")
    button.click()
    button.click()
    press(dialog, Qt.Key.Key_Escape)  # under way: its outcome must be told
    assert dialog.isVisible()
    go.set()
    opened.qtbot.waitUntil(lambda: "in the outbox" in opened.done())
    assert watch.count("activation.resend") == 1
    assert len(services.voters.refresh(agent, number).mails) == 1


def send_three(services: Services, operator: Operator, number: str, clock: SetClock) -> None:
    """As many mails as an hour allows, each sent so that the next one is not a repetition."""
    for _ in range(3):
        services.activation.resend(operator, number, reason="no mail came")
        (mail,) = services.outbox.claim("test", limit=1)
        services.outbox.record_accepted(mail, "2.0.0", "250 2.0.0 Ok")
        clock.advance(seconds=1)


def test_an_agent_is_told_when_the_next_mail_may_go(open_voter, agent, services, number, clock):
    send_three(services, agent, number, clock)
    opened = open_voter(agent)
    dialog = opened.dialog("resendDialog", Qt.Key.Key_R, CTRL)
    type_text(child(dialog, QLineEdit, "reasonEdit"), "again")
    child(dialog, QPushButton, "confirmButton").click()
    assert "09:00" in opened.refusal(dialog)
    assert not child(dialog, QCheckBox, "overrideCheck").isVisible()
    assert len(services.voters.refresh(agent, number).mails) == 3


def test_a_supervisor_may_override_with_the_reason(open_voter, supervisor, agent, services, number, clock):
    send_three(services, agent, number, clock)
    opened = open_voter(supervisor)
    dialog = opened.dialog("resendDialog", Qt.Key.Key_R, CTRL)
    type_text(child(dialog, QLineEdit, "reasonEdit"), "the rector called")
    child(dialog, QPushButton, "confirmButton").click()
    opened.refusal(dialog)
    override = child(dialog, QCheckBox, "overrideCheck")
    assert override.isVisible()
    override.setChecked(True)
    child(dialog, QPushButton, "confirmButton").click()
    opened.qtbot.waitUntil(lambda: "in the outbox" in opened.done())
    assert len(services.voters.refresh(supervisor, number).mails) == 4


def test_a_reason_is_asked_for(open_voter, agent, services, number):
    opened = open_voter(agent)
    dialog = opened.dialog("resendDialog", Qt.Key.Key_R, CTRL)
    child(dialog, QPushButton, "confirmButton").click()
    assert "reason" in opened.refusal(dialog).lower()
    assert services.voters.refresh(agent, number).mails == ()


def test_two_agents_at_once_the_second_learns_it(open_voter, agent, add_operator, services, number):
    other = add_operator("Bea Agent")
    opened = open_voter(agent)
    dialog = opened.dialog("resendDialog", Qt.Key.Key_R, CTRL)
    services.activation.resend(other, number, reason="first")
    (mail,) = services.outbox.claim("test", limit=1)
    services.outbox.record_accepted(mail, "2.0.0", "250 2.0.0 Ok")
    type_text(child(dialog, QLineEdit, "reasonEdit"), "second")
    child(dialog, QPushButton, "confirmButton").click()
    opened.refusal(dialog)
    assert not child(dialog, QPushButton, "confirmButton").isEnabled()
    assert len(services.voters.refresh(agent, number).mails) == 1


def test_a_caller_who_does_not_match_is_told_nothing_more_and_five_close_it(open_voter, agent, number):
    opened = open_voter(agent)
    for failures in range(1, 6):
        dialog = opened.dialog("verifyDialog", Qt.Key.Key_I, CTRL)
        type_text(child(dialog, QLineEdit, "claimBirthDate"), "5/3/1980")
        type_text(child(dialog, QLineEdit, "claimVoterNumber"), number)
        child(dialog, QPushButton, "confirmButton").click()
        said = opened.refusal(dialog)
        for value in ("1980", number, "Jean Moulin", "birth"):
            assert value not in said, failures
        dialog.reject()
    opened.qtbot.waitUntil(lambda: not child(opened.page, QPushButton, "verifyButton").isEnabled())
    assert not child(opened.page, QPushButton, "resetChallengeButton").isEnabled()


def test_no_stored_value_stands_in_the_verification(open_voter, agent, number):
    opened = open_voter(agent)
    dialog = opened.dialog("verifyDialog", Qt.Key.Key_I, CTRL)
    edits = dialog.findChildren(QLineEdit)
    assert len(edits) == 5
    assert [edit.text() for edit in edits] == [""] * 5
    assert not {"1980", "Jean Moulin", "certifié"} & set(words(dialog).split())


def test_a_reset_needs_the_tied_address_and_cancel_is_the_default(open_voter, agent, services, number):
    verify_caller(services, agent, number)
    opened = open_voter(agent)
    dialog = opened.dialog("resetChallengeDialog", Qt.Key.Key_R, CTRL, SHIFT)
    cancel, confirm = child(dialog, QPushButton, "cancelButton"), child(dialog, QPushButton, "confirmButton")
    assert cancel.isDefault()
    assert dialog.focusWidget() is cancel
    assert not confirm.isDefault()
    assert confirm.text() == "Reset the question"
    child(dialog, QLineEdit, "confirmAddressEdit").setFocus()
    type_text(child(dialog, QLineEdit, "confirmAddressEdit"), TIED.upper())
    press(child(dialog, QLineEdit, "confirmAddressEdit"), Qt.Key.Key_Return)  # goes on to the reason, does nothing
    assert dialog.isVisible()
    type_text(child(dialog, QLineEdit, "reasonEdit"), "forgotten")
    confirm.click()
    confirm.click()
    opened.qtbot.waitUntil(lambda: "new challenge question" in child(opened.page, QLabel, "voterState").text())
    resets = [mail for mail in services.voters.refresh(agent, number).mails if mail.kind == "question"]
    assert len(resets) == 1


def test_a_dialog_left_with_escape_did_nothing_and_gives_the_focus_back(open_voter, agent, services, number):
    opened = open_voter(agent)
    button = child(opened.page, QPushButton, "resendButton")
    button.setFocus()
    dialog = opened.dialog("resendDialog", Qt.Key.Key_R, CTRL)
    type_text(child(dialog, QLineEdit, "reasonEdit"), "no mail came")
    press(dialog, Qt.Key.Key_Escape)
    opened.settle()
    assert services.voters.refresh(agent, number).mails == ()
    opened.window.activateWindow()
    opened.qtbot.waitUntil(button.hasFocus)

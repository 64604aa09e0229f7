"""One call from login to resent mail, by keyboard."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.desk.app import Desk
from helpdesk.domain.roles import Operator
from helpdesk.services import Services
from tests.conftest import PASSWORD
from tests.desk.conftest import WatchedServices, child, opened, press, type_text
from tests.voters import VoterMaker

CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_call_from_login_to_resent_mail_needs_no_mouse(
    qtbot: QtBot, desk: Desk, agent: Operator, add_voter: VoterMaker, services: Services, watch: WatchedServices
) -> None:
    number = add_voter(first="Héloïse", family="Le Gall", tied="heloise.le-gall@ac-rennes.fr")
    desk.ask_login()
    assert desk.login is not None
    qtbot.waitExposed(desk.login)
    type_text(child(desk.login, QLineEdit, "loginName"), agent.name)
    type_text(child(desk.login, QLineEdit, "loginPassword"), PASSWORD)
    press(child(desk.login, QLineEdit, "loginPassword"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.window is not None)
    assert desk.window is not None
    window = desk.window
    qtbot.waitExposed(window)
    box, results = child(window, QLineEdit, "searchBox"), child(window, QListView, "searchResults")
    type_text(box, "héloïse")
    qtbot.waitUntil(lambda: results.model().rowCount() == 1)
    press(box, Qt.Key.Key_Return)
    page = child(window, QWidget, "voterPage")
    qtbot.waitUntil(page.isVisible)
    assert "Le Gall" in child(page, QLabel, "voterName").text()
    assert child(page, QLabel, "tiedAddress").text() == "heloise.le-gall@ac-rennes.fr"
    press(page, Qt.Key.Key_R, CTRL)
    dialog = opened(qtbot, window, "resendDialog")
    qtbot.waitUntil(child(dialog, QPushButton, "confirmButton").isEnabled)
    type_text(child(dialog, QLineEdit, "reasonEdit"), "pas reçu")
    press(child(dialog, QLineEdit, "reasonEdit"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "in the outbox" in child(page, QLabel, "actionDone").text())
    qtbot.waitUntil(lambda: child(page, QLabel, "mailFate").text() == "waiting to be sent")
    assert watch.count("activation.resend") == 1
    assert len(services.voters.refresh(agent, number).mails) == 1

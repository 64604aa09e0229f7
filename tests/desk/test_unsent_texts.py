"""A crash of the desk loses no reason, notice or wording: each comes back where it was typed, until it is sent."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from helpdesk.desk.app import Desk
from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.domain.mail_wording import Wording
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState, MailKind
from helpdesk.services import Services
from helpdesk.store.engine import Store
from helpdesk.store.schema import form_draft
from tests.desk.conftest import WatchedServices, child, go_to, open_voter, opened
from tests.voters import VoterMaker, verify_caller

REASON = "l'électrice n'a rien reçu"
SECRET = "son mot de passe : Azerty2022!"
Write = Callable[[QDialog, str], None]


def line(name: str) -> Write:
    return lambda dialog, text: child(dialog, QLineEdit, name).setText(text)


def note(name: str) -> Write:
    return lambda dialog, text: child(dialog, QPlainTextEdit, name).setPlainText(text)


def written(dialog: QDialog) -> str:
    lines = [edit.text() for edit in dialog.findChildren(QLineEdit)]
    return "\n".join([*lines, *(edit.toPlainText() for edit in dialog.findChildren(QPlainTextEdit))])


class Crashing:
    """A desk that dies with dialogs open, and is started again."""

    def __init__(
        self,
        qtbot: QtBot,
        desk: Desk,
        open_desk: Callable[[Operator], MainWindow],
        operator: Operator,
        services: Services,
        number: str,
    ) -> None:
        self.qtbot, self.desk, self.open_desk, self.operator = qtbot, desk, open_desk, operator
        self.services, self.number = services, number
        self.window = open_desk(operator)

    def dialog(self, name: str) -> QDialog:
        """Open the dialog in the way that its page offers."""
        self.window.activateWindow()  # as a window manager does when a dialog closes
        self.qtbot.waitUntil(self.window.isActiveWindow)
        actions = self.window.voter_actions
        of_voter: dict[str, QAction] = {
            "resendDialog": actions.resend,
            "resetChallengeDialog": actions.reset_challenge,
            "addressDialog": actions.change_address,
        }
        on_page = {
            "approveDialog": (3, "approvalsPage", "approveButton"),
            "refuseDialog": (3, "approvalsPage", "refuseButton"),
            "cancelMailDialog": (2, "mailPage", "cancelMailButton"),
            "inviteDialog": (2, "mailPage", "inviteButton"),
            "wordingDialog": (2, "mailPage", "wordingButton"),
        }
        if name in of_voter:
            open_voter(self.qtbot, self.window, self.number)
            self.qtbot.waitUntil(of_voter[name].isEnabled)
            of_voter[name].trigger()
        elif name in on_page:
            place, page_name, button_name = on_page[name]
            button = child(go_to(self.qtbot, self.window, place, page_name), QPushButton, button_name)
            self.qtbot.waitUntil(button.isEnabled)
            button.click()
        else:
            self.window._set_incident.trigger()
        dialog = opened(self.qtbot, self.window, name)
        self.settle()
        return dialog

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.desk.tasks.running == 0)

    def gone(self, name: str) -> None:
        self.qtbot.waitUntil(lambda: self.window.findChild(QDialog, name) is None)
        self.settle()

    def crash(self, dialog: QDialog) -> None:
        """Nothing is confirmed or cancelled; another window opens."""
        dialog.blockSignals(True)
        dialog.deleteLater()
        self.window.close()
        self.qtbot.waitUntil(lambda: self.desk.window is None)
        self.window = self.open_desk(self.operator)


@pytest.fixture
def desk_of(
    qtbot: QtBot,
    desk: Desk,
    open_desk: Callable[[Operator], MainWindow],
    services: Services,
    agent: Operator,
    supervisor: Operator,
    add_voter: VoterMaker,
) -> Crashing:
    """A supervisor's, with a voter to act on, a mail that waits and a request to decide."""
    number = add_voter(first="Anne", others=("anne.autre@ac-rennes.fr",), state=AccountState.ACTIVE)
    other = add_voter(first="Paul", others=("paul.autre@ac-rennes.fr",), state=AccountState.INVITED)
    services.activation.resend(agent, other, reason="message non reçu")
    verify_caller(services, agent, other)
    services.address_changes.request(agent, other, wanted="paul.autre@ac-rennes.fr", reason="Boîte fermée")
    verify_caller(services, supervisor, number)
    return Crashing(qtbot, desk, open_desk, supervisor, services, number)


def kept(database: Store) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(form_draft)) or 0


REASONS = ["resendDialog", "resetChallengeDialog", "addressDialog", "approveDialog", "refuseDialog", "cancelMailDialog"]
FORMS = [(name, line("reasonEdit")) for name in REASONS]
FORMS += [("inviteDialog", line("corpsEdit")), ("incidentDialog", note("incidentEdit"))]
FORMS += [("wordingDialog", note("wordingText"))]


@pytest.mark.parametrize(("name", "write"), FORMS, ids=[name for name, _write in FORMS])
def test_what_was_typed_comes_back_after_a_crash_and_cancel_forgets_it(
    qtbot: QtBot, desk_of: Crashing, database: Store, name: str, write: Write
) -> None:
    dialog = desk_of.dialog(name)
    assert not child(dialog, QLabel, "typedBefore").isVisible()
    write(dialog, REASON)
    qtbot.waitUntil(lambda: kept(database) == 1)
    desk_of.crash(dialog)
    dialog = desk_of.dialog(name)
    assert REASON in written(dialog)
    assert child(dialog, QLabel, "typedBefore").isVisible()
    dialog.reject()
    desk_of.gone(name)
    assert kept(database) == 0


@pytest.mark.parametrize(("name", "write"), FORMS, ids=[name for name, _write in FORMS])
def test_what_looks_like_a_secret_is_told_at_once_and_kept_nowhere(
    qtbot: QtBot, desk_of: Crashing, database: Store, name: str, write: Write
) -> None:
    dialog = desk_of.dialog(name)
    refusal = child(dialog, QLabel, "refusal")
    write(dialog, SECRET)
    qtbot.waitUntil(lambda: "looks as if it held a password" in refusal.text())
    assert kept(database) == 0
    write(dialog, REASON)
    qtbot.waitUntil(lambda: refusal.text() == "" and kept(database) == 1)


def test_a_reason_that_was_sent_is_no_draft_any_more_even_while_it_is_being_kept(
    qtbot: QtBot, desk_of: Crashing, database: Store, watch: WatchedServices
) -> None:
    dialog = desk_of.dialog("resendDialog")
    child(dialog, QLineEdit, "reasonEdit").setText(REASON)
    qtbot.waitUntil(lambda: kept(database) == 1)
    # One more letter is on its way to the store while the mail is sent.
    sending = threading.Event()
    watch.before |= {"form_drafts.keep": lambda: sending.wait(10), "activation.resend": sending.set}
    child(dialog, QLineEdit, "reasonEdit").setText(f"{REASON} !")
    dialog._keeper.keep()
    child(dialog, QPushButton, "confirmButton").click()
    desk_of.gone("resendDialog")
    assert kept(database) == 0


def test_a_notice_and_a_wording_that_are_sent_are_forgotten(qtbot: QtBot, desk_of: Crashing, database: Store) -> None:
    for name, write in (FORMS[-2], FORMS[-1]):
        dialog = desk_of.dialog(name)
        write(dialog, f"{REASON}\n\n{{link}}\n\n{{advice}}")
        qtbot.waitUntil(lambda: kept(database) == 1)
        qtbot.waitUntil(child(dialog, QPushButton, "confirmButton").isEnabled)
        child(dialog, QPushButton, "confirmButton").click()
        desk_of.gone(name)
        assert kept(database) == 0


def test_a_new_address_comes_back_with_its_evidence_and_is_chosen_again(qtbot: QtBot, desk_of: Crashing) -> None:
    dialog = desk_of.dialog("addressDialog")
    child(dialog, QRadioButton, "newAddressChoice").setChecked(True)
    child(dialog, QLineEdit, "newAddressEdit").setText("anne.neuve@ac-rennes.fr")
    child(dialog, QLineEdit, "evidenceEdit").setText("annuaire du 24 novembre")
    place = FormPlace(Form.ASK_ADDRESS, voter=desk_of.number)
    drafts, operator = desk_of.services.form_drafts, desk_of.operator
    qtbot.waitUntil(lambda: drafts.read(operator, place).get("evidence") == "annuaire du 24 novembre")
    desk_of.crash(dialog)
    dialog = desk_of.dialog("addressDialog")
    assert child(dialog, QRadioButton, "newAddressChoice").isChecked()
    assert child(dialog, QLineEdit, "newAddressEdit").text() == "anne.neuve@ac-rennes.fr"
    assert child(dialog, QLineEdit, "evidenceEdit").isVisible()


def test_each_mail_has_its_own_unsent_wording(qtbot: QtBot, desk_of: Crashing, database: Store) -> None:
    dialog = desk_of.dialog("wordingDialog")
    for place, text in enumerate(("Bienvenue", "Welcome")):
        child(dialog, QComboBox, "wordingLanguage").setCurrentIndex(place)
        desk_of.settle()
        child(dialog, QPlainTextEdit, "wordingText").setPlainText(text)
    qtbot.waitUntil(lambda: kept(database) == 2)
    desk_of.settle()
    desk_of.crash(dialog)
    dialog = desk_of.dialog("wordingDialog")
    assert "Bienvenue" in written(dialog)
    child(dialog, QComboBox, "wordingLanguage").setCurrentIndex(1)
    desk_of.settle()
    assert "Welcome" in written(dialog)
    dialog.reject()
    desk_of.gone("wordingDialog")
    assert kept(database) == 0


def test_an_unsent_wording_comes_back_beside_what_a_colleague_saved_since(
    qtbot: QtBot, desk_of: Crashing, database: Store, administrator: Operator
) -> None:
    dialog = desk_of.dialog("wordingDialog")
    child(dialog, QPlainTextEdit, "wordingText").setPlainText("Bienvenue")
    qtbot.waitUntil(lambda: kept(database) == 1)
    desk_of.crash(dialog)
    theirs = Wording("un sujet", "Leur texte\n\n{link}\n\n{advice}")
    desk_of.services.mail_wordings.save(administrator, MailKind.ACTIVATION, "fr", theirs, seen_version=0)
    dialog = desk_of.dialog("wordingDialog")
    assert "Bienvenue" in written(dialog)
    assert child(dialog, QWidget, "takeTheirsButton").isVisible()


@pytest.fixture
def administrators(
    qtbot: QtBot,
    desk: Desk,
    open_desk: Callable[[Operator], MainWindow],
    services: Services,
    administrator: Operator,
    agent: Operator,
) -> Crashing:
    """An administrator's, with an operator to look after."""
    del agent
    return Crashing(qtbot, desk, open_desk, administrator, services, "")


def operator_dialog(desk_of: Crashing, name: str) -> QDialog:
    page = go_to(desk_of.qtbot, desk_of.window, 7, "settingsPage")
    child(page, QTabWidget, "settingsTabs").setCurrentIndex(1)
    desk_of.settle()
    button = child(page, QPushButton, f"{name}Button")
    desk_of.qtbot.waitUntil(button.isEnabled)
    button.click()
    dialog = opened(desk_of.qtbot, desk_of.window, f"{name}Dialog")
    desk_of.settle()
    return dialog


@pytest.mark.parametrize(("name", "field"), [("addOperator", "operatorName"), ("operatorScope", "operatorAcademies")])
def test_what_was_typed_of_an_operator_comes_back_and_a_password_never_does(
    qtbot: QtBot, administrators: Crashing, database: Store, name: str, field: str
) -> None:
    dialog = operator_dialog(administrators, name)
    password = dialog.findChild(QLineEdit, "operatorPassword")
    if password is not None:
        password.setText("Planted-4711-Secret")
    child(dialog, QLineEdit, field).setText("Jeanne Martin")
    qtbot.waitUntil(lambda: kept(database) == 1)
    administrators.crash(dialog)
    dialog = operator_dialog(administrators, name)
    assert child(dialog, QLineEdit, field).text() == "Jeanne Martin"
    assert child(dialog, QLabel, "typedBefore").isVisible()
    assert "Planted-4711-Secret" not in written(dialog)
    with database.read() as connection:
        assert "Planted-4711-Secret" not in str(connection.execute(select(form_draft.c.texts)).all())
    dialog.reject()
    administrators.gone(f"{name}Dialog")
    assert kept(database) == 0


def test_a_calendar_that_was_being_changed_comes_back_with_its_moments(
    qtbot: QtBot, administrators: Crashing, database: Store
) -> None:
    def section() -> QWidget:
        page = go_to(qtbot, administrators.window, 7, "settingsPage")
        child(page, QTabWidget, "settingsTabs").setCurrentIndex(2)
        administrators.settle()
        return child(page, QWidget, "calendarSection")

    calendar = section()
    moment = child(calendar, QDateTimeEdit, "election_vote_opens").dateTime().addDays(1)
    child(calendar, QDateTimeEdit, "election_vote_opens").setDateTime(moment)
    child(calendar, QLineEdit, "calendarReason").setText("arrêté du 24 novembre")
    qtbot.waitUntil(lambda: kept(database) == 1)
    administrators.settle()
    administrators.window.close()
    qtbot.waitUntil(lambda: administrators.desk.window is None)
    administrators.window = administrators.open_desk(administrators.operator)
    calendar = section()
    assert child(calendar, QDateTimeEdit, "election_vote_opens").dateTime() == moment
    assert child(calendar, QLineEdit, "calendarReason").text() == "arrêté du 24 novembre"
    child(calendar, QPushButton, "saveCalendarButton").click()
    administrators.settle()
    assert kept(database) == 0
    assert child(calendar, QLineEdit, "calendarReason").text() == ""
    assert child(calendar, QDateTimeEdit, "election_vote_opens").dateTime() == moment

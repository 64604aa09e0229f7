"""The whole job through the window: two calls, real mails, and not one secret left anywhere."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import inspect, select, update

from helpdesk.demo.mail_catcher import MailCatcher
from helpdesk.desk.app import Desk
from helpdesk.desk.context import DeskContext
from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.links import token_hash
from helpdesk.domain.roles import Operator
from helpdesk.services import Services
from helpdesk.services.context import ServiceContext
from helpdesk.store.schema import account, challenge_question, one_time_link
from tests.conftest import PASSWORD, SetClock
from tests.desk.conftest import WatchedServices, child, opened, press, type_text, words_of
from tests.desk.delivering import delivering, delivery_to
from tests.rolls import row, write_roll

TIED, OTHER = "helene.martin@ac-rennes.fr", "helene.lefevre@ac-rennes.fr"
VOTER_PASSWORD, VOTER_ANSWER = "Voter-Secret-77!", "Zanzibar la tortue"
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk_context(
    desk_context: DeskContext, services: Services, context: ServiceContext, clock: SetClock, catcher: MailCatcher
) -> Iterator[DeskContext]:
    """The desk with its mailer inside, delivering to a real SMTP server."""
    make_delivery = partial(delivery_to, catcher.smtp_port, services, context)
    with delivering(desk_context, make_delivery) as desk:
        yield desk


@pytest.fixture
def roll(services: Services, administrator: Operator, tmp_path: Path) -> None:
    """A real roll file: Hélène, who had another name, among colleagues."""
    rows = [row(number, prenom="Anne", nom_famille=f"Voisin{number}") for number in range(2, 9)]
    rows.append(
        row(
            1,
            prenom="Hélène",
            nom_usage="Martin",
            nom_famille="Lefèvre",
            mel_identifiant=TIED,
            mel_secondaires=OTHER,
            date_naissance="04/03/1980",
        )
    )
    services.rolls.import_roll(administrator, write_roll(tmp_path / "roll.csv", rows))


def activate(context: ServiceContext) -> None:
    """What the voter does on the portal: open the link, choose a password and a question."""
    with context.store.write() as connection:
        values = {
            "state": "active",
            "password_hash": context.hasher.hash(VOTER_PASSWORD),
            "challenge_question_id": connection.scalar(select(challenge_question.c.id).limit(1)),
            "answer_hash": context.hasher.hash(VOTER_ANSWER),
        }
        invited = select(one_time_link.c.voter_id)
        connection.execute(update(account).where(account.c.voter_id.in_(invited)).values(values))


@dataclass
class Call:
    """The agent's hands on the window."""

    qtbot: QtBot
    desk: Desk
    watch: WatchedServices

    @property
    def window(self) -> MainWindow:
        assert self.desk.window is not None
        return self.desk.window

    @property
    def page(self) -> QWidget:
        return child(self.window, QWidget, "voterPage")

    def log_in(self, name: str, password: str) -> None:
        self.desk.ask_login()
        assert self.desk.login is not None
        type_text(child(self.desk.login, QLineEdit, "loginName"), name)
        type_text(child(self.desk.login, QLineEdit, "loginPassword"), password)
        press(child(self.desk.login, QLineEdit, "loginPassword"), Qt.Key.Key_Return)
        self.qtbot.waitUntil(lambda: self.desk.window is not None)

    def find(self, said: str) -> None:
        """Search for what the caller said and open the one voter found."""
        box, results = child(self.window, QLineEdit, "searchBox"), child(self.window, QListView, "searchResults")
        opened = self.watch.count("voters.open")
        self.activate()
        press(self.window, Qt.Key.Key_K, CTRL)
        box.selectAll()
        type_text(box, said)
        self.qtbot.waitUntil(lambda: self.desk.tasks.running == 0 and results.model().rowCount() == 1)
        press(box, Qt.Key.Key_Return)
        self.qtbot.waitUntil(lambda: self.watch.count("voters.open") == opened + 1)
        self.qtbot.waitUntil(lambda: self.page.isVisible() and self.desk.tasks.running == 0)

    def dialog(self, name: str, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> QDialog:
        self.activate()
        press(self.page, key, *modifiers)
        return opened(self.qtbot, self.window, name)

    def activate(self) -> None:
        """What a window manager does when a dialog closes; the offscreen platform has none."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)

    def confirm(self, dialog: QDialog, **typed: str) -> None:
        button = child(dialog, QPushButton, "confirmButton")
        self.qtbot.waitUntil(button.isEnabled)
        for name, text in typed.items():
            child(dialog, QLineEdit, name).clear()
            type_text(child(dialog, QLineEdit, name), text)
        button.click()
        button.click()

    def label(self, name: str) -> str:
        return child(self.page, QLabel, name).text()

    def said(self) -> str:
        return words_of(child(self.page, QWidget, "findings"))


def everything_stored(context: ServiceContext, folder: Path) -> bytes:
    """Every cell of every table, and on SQLite the bytes of the files, freed pages and log included."""
    cells = []
    with context.store.read() as connection:
        for name in inspect(connection).get_table_names():
            cells += [str(tuple(row)).encode() for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')]
    return b"".join(cells) + b"".join(path.read_bytes() for path in folder.glob("store.db*"))


@pytest.fixture
def call(qtbot: QtBot, desk: Desk, watch: WatchedServices) -> Call:
    return Call(qtbot, desk, watch)


def test_two_calls_from_login_to_the_mails_that_arrive(
    qtbot: QtBot,
    call: Call,
    agent: Operator,
    administrator: Operator,
    roll: None,
    services: Services,
    context: ServiceContext,
    catcher: MailCatcher,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "helpdesk")
    caplog.set_level(logging.DEBUG, "sqlalchemy.engine")
    call.log_in(agent.name, PASSWORD)

    # First call: "no mail came", with the address of her former name.
    call.find(f"Hélène Lefèvre <{OTHER.upper()}>")
    assert call.label("tiedAddress") == TIED
    assert "tied to another professional address" in call.said()
    assert "No activation mail has been sent yet" in call.said()
    dialog = call.dialog("resendDialog", Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(child(dialog, QPushButton, "confirmButton").isEnabled)
    assert "h•••.m•••@ac-rennes.fr" in words_of(dialog)
    assert TIED not in words_of(dialog)
    call.confirm(dialog, reasonEdit="message non reçu")
    qtbot.waitUntil(lambda: len(catcher.messages) == 1, timeout=10_000)
    (mail,) = catcher.messages
    assert mail.recipients == (TIED,)
    (token,) = set(re.findall(r"https://portail\.example\.org/activate/([\w-]{43})", mail.text))
    with context.store.read() as connection:
        assert connection.scalar(select(one_time_link.c.token_hash)) == token_hash(token)
    qtbot.waitUntil(lambda: call.label("mailFate") == "accepted by the mail server", timeout=10_000)

    # Second call, later: she has forgotten the answer to her question.
    activate(context)
    press(call.page, Qt.Key.Key_Escape)
    call.find("martin helene")
    assert call.label("voterState") == "Active"
    assert not child(call.page, QPushButton, "resetChallengeButton").isEnabled()
    dialog = call.dialog("verifyDialog", Qt.Key.Key_I, CTRL)
    call.confirm(dialog, claimBirthDate="4 mars 1980", claimEstablishment="college jean moullin")
    qtbot.waitUntil(child(call.page, QPushButton, "resetChallengeButton").isEnabled)
    dialog = call.dialog("resetChallengeDialog", Qt.Key.Key_R, CTRL, SHIFT)
    assert child(dialog, QPushButton, "cancelButton").isDefault()
    call.confirm(dialog, confirmAddressEdit=OTHER, reasonEdit="réponse oubliée")
    qtbot.waitUntil(lambda: "not the address tied" in child(dialog, QLabel, "refusal").text())
    assert child(dialog, QLineEdit, "reasonEdit").text() == "réponse oubliée"
    call.confirm(dialog, confirmAddressEdit=TIED)
    qtbot.waitUntil(lambda: len(catcher.messages) == 4, timeout=10_000)
    qtbot.waitUntil(lambda: "new challenge question" in call.label("voterState"))
    links = [(each.recipients[0], re.findall(r"/question/([\w-]{43})", each.text)) for each in catcher.messages[1:]]
    assert sorted((to, bool(found)) for to, found in links) == [(OTHER, False), (TIED, False), (TIED, True)]

    # It is all in the trail, and no secret is anywhere.
    told = [(event.action, event.outcome) for event in reversed(services.trail.show(administrator, by=agent.name))]
    assert told == [
        ("login", "done"),
        ("voter_viewed", "done"),
        ("link_resent", "done"),
        ("voter_viewed", "done"),
        ("caller_verified", "done"),
        ("challenge_reset", "refused"),
        ("challenge_reset", "done"),
    ]
    services.trail.verify(administrator)
    stored = everything_stored(context, tmp_path)
    assert TIED.encode() in stored
    tokens = [token, *(each for _to, found in links for each in found)]
    secrets = (*tokens, VOTER_PASSWORD, VOTER_ANSWER, "zanzibar", PASSWORD)
    assert [secret for secret in secrets if secret.encode() in stored or secret in caplog.text] == []

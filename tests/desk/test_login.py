"""Logging in at the desk: uniform refusals, and what the keyring keeps."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from helpdesk.desk.app import Desk
from helpdesk.desk.login import LoginDialog
from helpdesk.domain.roles import Operator
from helpdesk.services import Services
from tests.conftest import PASSWORD
from tests.desk.conftest import Keyring, WatchedServices, child, press, type_text


@pytest.fixture
def ask(qtbot: QtBot, desk: Desk) -> Callable[[], LoginDialog]:
    """Shows the login, once the keyring has answered."""

    def show() -> LoginDialog:
        desk.ask_login()
        assert desk.login is not None
        qtbot.waitExposed(desk.login)
        qtbot.waitUntil(lambda: desk.tasks.running == 0)
        return desk.login

    return show


def field(dialog: LoginDialog, name: str) -> QLineEdit:
    return child(dialog, QLineEdit, name)


def submit(qtbot: QtBot, desk: Desk, dialog: LoginDialog, name: str, password: str) -> str:
    """Type, press Enter; the refusal shown, empty after a login."""
    for edit, text in ((field(dialog, "loginName"), name), (field(dialog, "loginPassword"), password)):
        edit.clear()
        type_text(edit, text)
    press(field(dialog, "loginPassword"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.tasks.running == 0)
    return child(dialog, QLabel, "refusal").text()


def test_a_wrong_password_and_an_unknown_name_get_one_answer_and_keep_the_name(qtbot, desk, ask, agent):
    dialog = ask()
    wrong = submit(qtbot, desk, dialog, agent.name, "not-the-password")
    assert wrong
    assert field(dialog, "loginName").text() == agent.name
    assert field(dialog, "loginPassword").hasFocus()
    assert submit(qtbot, desk, dialog, "Nobody", "not-the-password") == wrong
    assert desk.window is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # a server slows guessing down by itself
def test_too_many_failures_say_until_when(qtbot, desk, ask, agent):
    dialog = ask()
    for _ in range(5):
        submit(qtbot, desk, dialog, agent.name, "not-the-password")
    said = submit(qtbot, desk, dialog, agent.name, PASSWORD)
    assert said == "Too many failed logins for this name. Try again on 20 Oct 2026, 08:15."
    assert desk.window is None


def test_the_keyring_keeps_the_name_and_the_password_only_if_asked_to(qtbot, desk, ask, agent, keyring: Keyring):
    dialog = ask()
    assert submit(qtbot, desk, dialog, agent.name, PASSWORD) == ""
    qtbot.waitUntil(lambda: desk.window is not None)
    assert agent.name in keyring.kept.values()
    assert PASSWORD not in keyring.kept.values()
    desk.window.log_out()
    qtbot.waitUntil(lambda: desk.window is None and desk.tasks.running == 0)
    again = desk.login
    assert field(again, "loginName").text() == agent.name
    assert field(again, "loginPassword").text() == ""
    child(again, QCheckBox, "loginRemember").setChecked(True)
    submit(qtbot, desk, again, agent.name, PASSWORD)
    qtbot.waitUntil(lambda: desk.window is not None)
    assert PASSWORD in keyring.kept.values()


def test_a_remembered_login_takes_one_key_and_can_be_forgotten(qtbot, desk, ask, agent, keyring: Keyring):
    keyring.kept |= {"operator": agent.name, f"operator-password:{agent.name}": PASSWORD}
    dialog = ask()
    assert field(dialog, "loginPassword").text() == PASSWORD
    child(dialog, QCheckBox, "loginRemember").setChecked(False)
    child(dialog, QPushButton, "loginButton").click()
    qtbot.waitUntil(lambda: desk.window is not None and desk.tasks.running == 0)
    assert keyring.kept == {"operator": agent.name}


def test_without_a_keyring_the_desk_asks_and_says_why(qtbot, desk, ask, agent, keyring: Keyring):
    keyring.away = True
    dialog = ask()
    said = child(dialog, QLabel, "loginKeyring")
    assert said.isVisible()
    assert "No system keyring answers" in said.text()
    assert not child(dialog, QCheckBox, "loginRemember").isEnabled()
    submit(qtbot, desk, dialog, agent.name, PASSWORD)
    qtbot.waitUntil(lambda: desk.window is not None)
    assert keyring.kept == {}


def test_a_double_click_logs_in_once(
    qtbot: QtBot, desk: Desk, ask: Callable[[], LoginDialog], agent: Operator, watch: WatchedServices
):
    dialog = ask()
    go = threading.Event()
    watch.before["operators.log_in"] = lambda: go.wait(5)
    type_text(field(dialog, "loginName"), agent.name)
    type_text(field(dialog, "loginPassword"), PASSWORD)
    button = child(dialog, QPushButton, "loginButton")
    button.click()
    button.click()
    press(field(dialog, "loginPassword"), Qt.Key.Key_Return)
    press(dialog, Qt.Key.Key_Escape)
    go.set()
    qtbot.waitUntil(lambda: desk.window is not None)
    assert watch.count("operators.log_in") == 1


def test_the_login_of_a_disabled_operator_is_refused(qtbot, desk, ask, agent, administrator, services: Services):
    services.operators.disable(administrator, agent.name)
    assert submit(qtbot, desk, ask(), agent.name, PASSWORD)
    assert desk.window is None

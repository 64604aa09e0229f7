"""For everyone: every control has a name, and longer words are not cut."""

from gettext import NullTranslations

import pytest
from PySide6.QtWidgets import QDialog, QTabWidget

from helpdesk.domain.states import AccountState
from helpdesk.language import catalogue
from tests.desk.conftest import child, open_voter
from tests.desk.looks import cut, nameless
from tests.voters import verify_caller


def visit(qtbot, window, services, operator, number, look):
    """Every page and every dialog of an administrator."""
    for entry in window._entries.values():
        window._navigation.choose(entry.number)
        qtbot.waitUntil(lambda: window._session.tasks.running == 0)
        page = window._pages.currentWidget()
        tabs = page.findChild(QTabWidget)
        for tab in range(tabs.count() if tabs is not None else 1):
            if tabs is not None:
                tabs.setCurrentIndex(tab)
                qtbot.waitUntil(lambda: window._session.tasks.running == 0)
            look(page)
    window._navigation.choose(1)
    page = open_voter(qtbot, window, number)
    verify_caller(services, operator, number)
    page.refresh()
    qtbot.waitUntil(window.voter_actions.change_address.isEnabled)
    qtbot.waitUntil(lambda: window._session.tasks.running == 0)
    look(page)
    for action, name in (
        (window.voter_actions.verify, "verifyDialog"),
        (window.voter_actions.resend, "resendDialog"),
        (window.voter_actions.reset_challenge, "resetChallengeDialog"),
        (window.voter_actions.change_address, "addressDialog"),
        (window.voter_actions.log_call, "callDialog"),
    ):
        qtbot.waitUntil(action.isEnabled)
        action.trigger()
        dialog = child(window, QDialog, name)
        qtbot.waitUntil(lambda: window._session.tasks.running == 0)
        look(dialog)
        dialog.reject()
        qtbot.waitUntil(lambda n=name: window.findChild(QDialog, n) is None)


@pytest.fixture
def number(add_voter):
    return add_voter(others=("marie.martin@ac-rennes.fr",), state=AccountState.ACTIVE)


def test_every_control_has_a_name(qtbot, open_desk, administrator, services, number):
    found = []
    window = open_desk(administrator)
    visit(qtbot, window, services, administrator, number, lambda root: found.extend(nameless(root)))
    assert found == []


def test_words_longer_by_two_fifths_are_not_cut(qtbot, open_desk, administrator, services, number, monkeypatch):
    def longer(text: str) -> str:
        extra = round(len(text) * 0.4)
        return text + " " + "é" * max(0, extra - 1) if extra > 1 and "{" not in text[-1:] else text

    class Longer(NullTranslations):
        def gettext(self, message):
            return longer(message)

        def ngettext(self, one, many, count):
            return longer(one if count == 1 else many)

    words = Longer()
    monkeypatch.setattr(catalogue, "_translations", lambda _language: words)
    found = []
    window = open_desk(administrator)
    visit(qtbot, window, services, administrator, number, lambda root: found.extend(cut(root)))
    assert found == []

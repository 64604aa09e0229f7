"""A walk through every page and dialog of the desk, over a store with something in every one of them."""

from collections.abc import Callable
from datetime import timedelta

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QPushButton, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.desk.main_window import MainWindow
from helpdesk.desk.pages.catalogue import APPROVALS, MAIL, SETTINGS, VOTERS
from helpdesk.domain.contacts import Channel, Contact, ContactOutcome, Motive
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState
from helpdesk.services import Services
from tests.conftest import SetClock
from tests.desk.conftest import child, open_voter, opened
from tests.voters import VoterMaker, verify_caller

Look = Callable[[QWidget], object]

OF_A_VOTER = {
    "verifyDialog": "verify",
    "resendDialog": "resend",
    "resetChallengeDialog": "reset_challenge",
    "addressDialog": "change_address",
    "callDialog": "log_call",
}
"""The dialogs of a voter's page, each with the action that opens it."""
OF_MAIL, OF_APPROVALS = ("invite", "campaigns", "wording"), ("approve", "refuse")
OF_OPERATORS = ("addOperator", "operatorScope", "operatorPassword", "operatorToggle")
"""What the dialogs of these pages, and the buttons that open them, are called before `Dialog` and `Button`."""
OF_MENUS = {"incidentDialog": "_set_incident", "helpWindow": "_guide"}
DIALOGS = (*OF_A_VOTER, *(f"{name}Dialog" for name in (*OF_MAIL, *OF_APPROVALS, *OF_OPERATORS)), *OF_MENUS)
"""Every dialog that an administrator comes to."""


def furnish(services: Services, agent: Operator, add_voter: VoterMaker, clock: SetClock) -> str:
    """Voters, calls, mails, a request and notes, as after a morning; the number of a voter with most of it."""
    number = add_voter(
        first="Marie-Antoinette",
        family="de La Rochefoucauld",
        usage="Vandenbroucke",
        others=("marie-antoinette.vandenbroucke@ac-orleans-tours.fr",),
        state=AccountState.ACTIVE,
        school="Lycée polyvalent Jean-Baptiste Charcot de la mer",
    )
    asked = add_voter(first="Paul", others=("paul.martin@ac-rennes.fr",), state=AccountState.INVITED)
    for hours, follows in ((26, False), (2, True)):
        started = clock.now - timedelta(hours=hours)
        day = clock.now.date() if follows else None
        outcome = ContactOutcome.TO_FOLLOW if follows else ContactOutcome.MAIL_SENT
        note = "Boîte pleine ; a fait de la place et rappellera si rien n'arrive d'ici ce soir."
        services.contacts.log(agent, number, Contact(started, Channel.PHONE, Motive.NO_MAIL, outcome, note, day))
    services.drafts.keep(agent, asked, "Demande si le scrutin")
    services.shortlist.pin(agent, number)
    services.voters.open(agent, number)
    services.activation.resend(agent, asked, reason="message non reçu")
    verify_caller(services, agent, asked)
    services.address_changes.request(agent, asked, wanted="paul.martin@ac-rennes.fr", reason="Boîte fermée")
    return number


class Tour:
    """Shows page after page and dialog after dialog to whoever looks."""

    def __init__(self, qtbot: QtBot, window: MainWindow, services: Services, operator: Operator, look: Look) -> None:
        self.qtbot, self.window, self.services, self.operator, self.look = qtbot, window, services, operator, look

    def everything(self, number: str) -> None:
        """All that an administrator can see."""
        self.pages()
        self.voter(number)
        self.page_dialogs()

    def pages(self) -> None:
        """Every page of the navigation, with each of its tabs."""
        for place in self.window._entries:
            page = self.go_to(place)
            tabs = page.findChild(QTabWidget)
            for tab in range(tabs.count() if tabs is not None else 1):
                if tabs is not None:
                    tabs.setCurrentIndex(tab)
                    self._settle()
                self.look(page)

    def voter(self, number: str) -> None:
        """A voter's page and the dialogs of the actions there."""
        self.go_to(VOTERS)
        page = open_voter(self.qtbot, self.window, number)
        verify_caller(self.services, self.operator, number)
        page.refresh()
        actions = self.window.voter_actions
        self.qtbot.waitUntil(actions.change_address.isEnabled)
        self._settle()
        self.look(page)
        for name, action in OF_A_VOTER.items():
            self._trigger(getattr(actions, action), name)

    def page_dialogs(self) -> None:
        """The dialogs that pages and menus open."""
        page = self.go_to(MAIL)
        for name in OF_MAIL:
            self._press(page, f"{name}Button", f"{name}Dialog")
        page = self.go_to(APPROVALS)
        for name in OF_APPROVALS:
            self._press(page, f"{name}Button", f"{name}Dialog")
        page = self.go_to(SETTINGS)
        child(page, QTabWidget, "settingsTabs").setCurrentIndex(1)
        self._settle()
        for name in OF_OPERATORS:
            self._press(page, f"{name}Button", f"{name}Dialog")
        for name, action in OF_MENUS.items():
            self._trigger(getattr(self.window, action), name)

    def go_to(self, place: int) -> QWidget:
        """Show a page of the navigation."""
        self.window._navigation.choose(place)
        self._settle()
        page = self.window._pages.currentWidget()
        assert page is not None
        return page

    def _press(self, page: QWidget, button: str, dialog: str) -> None:
        found = child(page, QPushButton, button)
        self.qtbot.waitUntil(found.isEnabled)
        found.click()
        self._see(dialog)

    def _trigger(self, action: QAction, dialog: str) -> None:
        self.qtbot.waitUntil(action.isEnabled)
        action.trigger()
        self._see(dialog)

    def _see(self, name: str) -> None:
        dialog = opened(self.qtbot, self.window, name)
        self._settle()
        self.look(dialog)
        dialog.reject()
        self.qtbot.waitUntil(lambda: self.window.findChild(QDialog, name) is None)

    def _settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.window._session.tasks.running == 0)

"""The voter's page is as high as what it shows, whoever was shown before and however wide the window was."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.contacts import Channel, Contact, ContactOutcome, Motive
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState
from helpdesk.services import Services
from tests.conftest import SetClock
from tests.desk.conftest import open_voter
from tests.desk.looks import cut
from tests.voters import VoterMaker


@pytest.fixture
def quiet_voter(add_voter: VoterMaker) -> str:
    """Somebody with two addresses and no call."""
    return add_voter(first="Hélène", others=("helene.martin@ac-rennes.fr",), state=AccountState.INVITED)


@pytest.fixture
def talkative_voter(add_voter: VoterMaker, services: Services, agent: Operator, clock: SetClock) -> str:
    """Somebody who has called three times."""
    number = add_voter(first="Yann", state=AccountState.ACTIVE)
    for hours in (50, 26, 2):
        started = clock.now - timedelta(hours=hours)
        day = clock.now.date() if hours == 2 else None
        outcome = ContactOutcome.TO_FOLLOW if day else ContactOutcome.ADVISED
        note = "Boîte pleine ; a fait de la place et rappellera si rien n'arrive. " * 3
        call = Contact(started, Channel.PHONE, Motive.NO_MAIL, outcome, note, day)
        services.contacts.log(agent, number, call)
    return number


@pytest.mark.parametrize("widths", [(1280,), (760,), (760, 1280), (1280, 760)])
def test_nothing_of_a_voter_is_squashed_when_another_was_shown_before(
    qtbot: QtBot,
    open_desk: Callable[[Operator], MainWindow],
    agent: Operator,
    quiet_voter: str,
    talkative_voter: str,
    widths: tuple[int, ...],
):
    window = open_desk(agent)
    for width in widths:
        window.resize(width, 800)
        QApplication.processEvents()
    for number in (quiet_voter, talkative_voter, quiet_voter, talkative_voter):
        window.voters_page.back()
        page = open_voter(qtbot, window, number)
        qtbot.waitUntil(lambda: window._session.tasks.running == 0)
        assert cut(page) == []
        for card in window.voters_page._voter._cards:
            needed = card.heightForWidth(card.width()) if card.hasHeightForWidth() else card.sizeHint().height()
            assert card.height() == needed, card.objectName() or type(card).__name__

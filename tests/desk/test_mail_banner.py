"""The mailer inside the desk: a server that is away, the banner that says so, and the mail that still arrives."""

import socket
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from PySide6.QtWidgets import QFrame
from pytestqt.qtbot import QtBot

from helpdesk.desk.context import DeskContext
from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.domain.mailer_status import MailerState, MailerStatus
from helpdesk.domain.roles import Operator
from helpdesk.mailer.delivery import Delivery
from helpdesk.mailer.loop import Report
from helpdesk.services import Services
from helpdesk.services.context import ServiceContext
from tests.desk.conftest import child
from tests.desk.delivering import catching, delivering, delivery_to
from tests.voters import VoterMaker


class Mailing:
    """A mailer whose server and keyring the test takes away and gives back."""

    def __init__(self, services: Services, context: ServiceContext) -> None:
        self.services, self.context = services, context
        self.keyring_locked = self.mailbox_away = False
        self.mailbox_back = Event()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]

    def read_bounces(self, report: Report, stop: Event) -> None:
        """A mailbox that is away until the test gives it back."""
        if self.mailbox_away:
            report(MailerStatus(MailerState.MAILBOX_UNREACHABLE, "login"))
            self.mailbox_back.wait(10)
        report(MailerStatus(MailerState.MAILBOX_READ))

    def make(self) -> Delivery:
        if self.keyring_locked:
            raise SecretStoreUnavailable
        return delivery_to(self.port, self.services, self.context)


@pytest.fixture
def mailing(services: Services, context: ServiceContext) -> Mailing:
    return Mailing(services, context)


@pytest.fixture
def desk_context(desk_context: DeskContext, mailing: Mailing) -> Iterator[DeskContext]:
    with delivering(desk_context, mailing.make, read_bounces=mailing.read_bounces) as desk:
        yield desk


@pytest.fixture
def window(
    open_desk: Callable[[Operator], MainWindow], agent: Operator, services: Services, add_voter: VoterMaker
) -> Callable[[], MainWindow]:
    """Opens the desk with one mail in the outbox."""

    def show() -> MainWindow:
        services.activation.resend(agent, add_voter(), reason="no mail came")
        return open_desk(agent)

    return show


def test_without_a_server_the_mail_waits_the_banner_says_so_and_it_arrives_later(
    qtbot: QtBot, window: Callable[[], MainWindow], mailing: Mailing, services: Services
):
    banner = child(window(), QFrame, "statusBanner")
    qtbot.waitUntil(lambda: "1 mail waits, nothing is lost" in banner.text())
    assert "Mail server unreachable" in banner.text()
    assert "Next try at" in banner.text()
    assert services.outbox.status().waiting == 1
    with catching(port=mailing.port) as catcher:
        qtbot.waitUntil(lambda: len(catcher.messages) == 1, timeout=15_000)
        qtbot.waitUntil(lambda: not banner.isVisible(), timeout=15_000)
        assert services.outbox.status().waiting == 0


def test_a_locked_keyring_is_told_and_the_mail_waits(
    qtbot: QtBot, window: Callable[[], MainWindow], mailing: Mailing, services: Services
):
    mailing.keyring_locked = True
    banner = child(window(), QFrame, "statusBanner")
    qtbot.waitUntil(lambda: "keyring" in banner.text() and "1 mail waits" in banner.text())
    assert services.outbox.status().waiting == 1


def test_a_bounce_mailbox_that_is_away_is_told_until_it_is_read_again(
    qtbot: QtBot, window: Callable[[], MainWindow], mailing: Mailing
):
    mailing.mailbox_away = True
    with catching(port=mailing.port):
        banner = child(window(), QFrame, "statusBanner")
        qtbot.waitUntil(lambda: "bounce mailbox cannot be read" in banner.text())
        assert "the user or the password" in banner.text()
        mailing.mailbox_back.set()
        qtbot.waitUntil(lambda: "bounce mailbox" not in banner.text())

"""The mailer inside the desk: a server that is away, the banner that says so, and the mail that still arrives."""

import socket
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QFrame
from pytestqt.qtbot import QtBot

from helpdesk.adapters.smtp import SmtpTransport
from helpdesk.demo.mail_catcher import MailCatcher
from helpdesk.desk.context import DeskContext
from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.domain.roles import Operator
from helpdesk.mailer.delivery import Delivery
from helpdesk.mailer.letter import Letterhead
from helpdesk.mailer.loop import EmbeddedMailer
from helpdesk.services import Services
from helpdesk.services.context import ServiceContext
from tests.conftest import SetClock
from tests.desk.conftest import child
from tests.voters import VoterMaker


class Mailing:
    """A mailer whose server and keyring the test takes away and gives back."""

    def __init__(self, services: Services, context: ServiceContext, clock: SetClock) -> None:
        self.services, self.context, self.clock = services, context, clock
        self.keyring_locked = False
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]

    def make(self) -> Delivery:
        if self.keyring_locked:
            raise SecretStoreUnavailable
        return Delivery(
            outbox=self.services.outbox,
            transport=SmtpTransport(host="127.0.0.1", port=self.port, security="none"),
            renderer=self.context.renderer,
            clock=self.clock,
            key=bytes(range(32)),
            letterhead=Letterhead("elections@ac-rennes.example", "", "https://portail.example.org"),
            worker="desk",
            lease_seconds=60,
        )


@pytest.fixture
def mailing(services: Services, context: ServiceContext, clock: SetClock) -> Mailing:
    return Mailing(services, context, clock)


@pytest.fixture
def desk_context(desk_context: DeskContext, mailing: Mailing, clock: SetClock):
    mailer = EmbeddedMailer(mailing.make, clock)
    yield replace(desk_context, mailer=mailer)
    mailer.stop()


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
    catcher = MailCatcher(smtp_port=mailing.port)
    catcher.start()
    try:
        qtbot.waitUntil(lambda: len(catcher.messages) == 1, timeout=15_000)
        qtbot.waitUntil(lambda: not banner.isVisible(), timeout=15_000)
        assert services.outbox.status().waiting == 0
    finally:
        catcher.stop()


def test_a_locked_keyring_is_told_and_the_mail_waits(
    qtbot: QtBot, window: Callable[[], MainWindow], mailing: Mailing, services: Services
):
    mailing.keyring_locked = True
    banner = child(window(), QFrame, "statusBanner")
    qtbot.waitUntil(lambda: "keyring" in banner.text() and "1 mail waits" in banner.text())
    assert services.outbox.status().waiting == 1

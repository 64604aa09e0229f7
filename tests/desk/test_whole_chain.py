"""The whole chain: an agent resends in the window, a mail arrives, a real browser activates, the window shows it."""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from helpdesk.demo.mail_catcher import MailCatcher
from helpdesk.desk.app import Desk
from helpdesk.desk.context import DeskContext
from helpdesk.domain.roles import Operator
from helpdesk.portal.app import create_app
from helpdesk.portal.context import PortalContext
from helpdesk.portal.server import PortalServer, listen
from helpdesk.services import Services
from helpdesk.services.context import ServiceContext
from tests.conftest import CHEAP_ARGON2, PASSWORD, SetClock
from tests.desk.conftest import WatchedServices, press
from tests.desk.delivering import delivering, delivery_to
from tests.desk.test_whole_job import CTRL, Call
from tests.portal.browser import Reader, chromium
from tests.voters import VoterMaker

ADDRESS = "helene.martin@ac-rennes.fr"
VOTER_PASSWORD, VOTER_ANSWER = "Quatre-Chats-Gris-7", "Zanzibar la tortue"


@pytest.fixture
def site(services: Services, clock: SetClock) -> Iterator[str]:
    """The portal on a port of its own."""
    listening = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    context = PortalContext(
        services=services, clock=clock, limits=CHEAP_ARGON2, key=bytes(range(32)), url=url, shows_captcha=True
    )
    server = PortalServer(create_app(context), listening, threads=4)
    server.start()
    yield url
    server.stop()


@pytest.fixture
def desk_context(
    desk_context: DeskContext,
    services: Services,
    context: ServiceContext,
    clock: SetClock,
    catcher: MailCatcher,
    site: str,
) -> Iterator[DeskContext]:
    """The desk with its mailer inside; the links in its mails lead to the portal."""
    make_delivery = partial(delivery_to, catcher.smtp_port, services, context, portal=site)
    with delivering(desk_context, make_delivery) as desk:
        yield desk


@pytest.fixture
def call(qtbot: QtBot, desk: Desk, watch: WatchedServices) -> Call:
    return Call(qtbot, desk, watch)


def link_of(catcher: MailCatcher, site: str) -> str:
    (path,) = set(re.findall(re.escape(site) + r"(/activate/[\w-]{43})", catcher.messages[0].text))
    return path


def activate(reader: Reader, path: str) -> None:
    """What the voter does on the portal."""
    reader.open(path)
    reader.fill(Password=VOTER_PASSWORD, The_same_password_again=VOTER_PASSWORD)
    reader.solve_captcha()
    reader.press("Connect")
    reader.page.get_by_label("Challenge question").select_option("first_pet")
    reader.fill(Your_answer=VOTER_ANSWER)
    reader.press("Activate my account")
    assert reader.heading == "My voter space"


def test_resend_mail_browser_active_and_the_desk_shows_it(
    qtbot: QtBot, call: Call, agent: Operator, add_voter: VoterMaker, catcher: MailCatcher, site: str
) -> None:
    add_voter(tied=ADDRESS, first="Hélène", family="Martin")
    with chromium() as browser:
        call.log_in(agent.name, PASSWORD)
        call.find(ADDRESS)
        assert call.label("voterState") == "Never invited"
        dialog = call.dialog("resendDialog", Qt.Key.Key_R, CTRL)
        call.confirm(dialog, reasonEdit="message non reçu")
        qtbot.waitUntil(lambda: len(catcher.messages) == 1, timeout=10_000)
        activate(Reader(browser.new_page(locale="en"), site), link_of(catcher, site))
        looked = call.watch.count("voters.refresh")
        qtbot.waitUntil(lambda: call.label("voterState") == "Active", timeout=15_000)
        assert call.watch.count("voters.refresh") > looked  # the page looked again by itself
        qtbot.waitUntil(lambda: len(catcher.messages) == 2, timeout=10_000)
        assert "Votre compte électeur est activé" in catcher.messages[1].text
        press(call.page, Qt.Key.Key_Escape)

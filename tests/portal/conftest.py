"""The portal over real stores: a visitor with a cookie jar, who reads pages and mails as a voter does."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from helpdesk.domain.limits import Limits
from helpdesk.domain.links import derive_token, link_url, token_hash
from helpdesk.domain.states import LINK_MAILS
from helpdesk.portal.app import create_app
from helpdesk.portal.context import PortalContext
from helpdesk.portal.link_worker import LINK_WORKER
from helpdesk.services import Services
from helpdesk.services.context import ServiceContext
from tests.conftest import CHEAP_ARGON2, SetClock

KEY = bytes(range(32))
PASSWORD, ANSWER = "Quatre-Chats-Gris-7", "Bérénice de Troie"
TIED = "marie.dupont@ac-rennes.fr"


@dataclass(frozen=True)
class Letter:
    """A mail as it would arrive: its kind, its address, its words, and the path of its link."""

    kind: str
    to: str
    subject: str
    text: str
    path: str


@dataclass
class Mailbox:
    """Delivers the outbox into memory, with links that really work."""

    context: ServiceContext
    services: Services

    def __call__(self) -> list[Letter]:
        """What has come since the last look."""
        self.services.link_requests.work_off()
        arrived = []
        while mails := self.services.outbox.claim("test", limit=20):
            for mail in mails:
                link = None
                if mail.carries_link:
                    token = derive_token(KEY, message_id=mail.message_id, generation=mail.generation)
                    assert self.services.outbox.mint_link(mail, token_hash(token))
                    link = link_url("", purpose=LINK_MAILS[mail.kind], token=token)
                facts = self.services.outbox.facts(mail, link)
                assert facts is not None
                content = self.context.renderer.render(facts)
                assert self.services.outbox.record_accepted(mail, "2.0.0", "250 Ok")
                arrived.append(Letter(mail.kind, mail.to, content.subject, content.text, link or ""))
        return arrived


class _Fields(HTMLParser):
    """The hidden fields of the page's last form, and the demo's CAPTCHA."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.captcha = ""
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("type") == "hidden":
            self.hidden[found["name"] or ""] = found.get("value") or ""
        self.captcha = found.get("data-demo-captcha") or self.captcha
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title, self._in_title = data.strip(), False


@dataclass
class Visitor:
    """Somebody at the portal: reads a page, fills in its form, follows where it leads."""

    client: FlaskClient
    page: TestResponse = field(init=False)

    def get(self, path: str, **more: object) -> TestResponse:
        self.page = self.client.get(path, follow_redirects=True, **more)  # type: ignore[arg-type]
        return self.page

    def send(self, path: str | None = None, **typed: str) -> TestResponse:
        """Send the form of the page that is shown, hidden fields and CAPTCHA included."""
        fields = self.fields
        data = fields.hidden | ({"captcha": fields.captcha} if fields.captcha else {}) | typed
        target = path or self.page.request.path
        self.page = self.client.post(target, data=data, follow_redirects=True)
        return self.page

    @property
    def fields(self) -> _Fields:
        parser = _Fields()
        parser.feed(self.page.text)
        return parser

    @property
    def at(self) -> str:
        return self.page.request.path

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.page.text.replace("&#39;", "'"))).strip()


@pytest.fixture
def limits() -> Limits:
    """Cheap hashes, and room for as many requests as a test makes."""
    return replace(CHEAP_ARGON2, portal_forms_per_network_per_minute=10_000)


@pytest.fixture
def portal_context(services: Services, clock: SetClock, limits: Limits) -> PortalContext:
    return PortalContext(
        services=services,
        clock=clock,
        limits=limits,
        key=KEY,
        url="http://portal.example.org",
        desk_phone="02 23 21 77 77",
        desk_hours="8h-18h",
        shows_captcha=True,
    )


@pytest.fixture
def app(portal_context: PortalContext) -> Flask:
    made = create_app(portal_context)
    made.testing = False  # errors are answered with pages, as they are to voters
    made.extensions[LINK_WORKER].stop()  # requests are worked off when a test looks at its mails, not meanwhile
    return made


@pytest.fixture
def visit(app: Flask) -> Callable[[], Visitor]:
    """Makes visitors who read English, each with a cookie jar of their own."""
    return lambda: Visitor(_english(app))


@pytest.fixture
def visitor(visit: Callable[[], Visitor]) -> Visitor:
    return visit()


@pytest.fixture
def mails(context: ServiceContext, services: Services) -> Mailbox:
    return Mailbox(context, services)


def _english(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def ask_for_link(visitor: Visitor, address: str) -> None:
    visitor.get("/")
    visitor.send("/link", address=address)
    assert visitor.at == "/sent", visitor.words


def activate(visitor: Visitor, mails: Mailbox, address: str = TIED) -> None:
    """The whole way from the first page to the voter space."""
    ask_for_link(visitor, address)
    (letter,) = mails()
    visitor.get(letter.path)
    visitor.send(password=PASSWORD, password2=PASSWORD)
    assert visitor.at == "/question", visitor.words
    visitor.send(question="first_pet", answer=ANSWER)
    assert visitor.at == "/space", visitor.words


def log_in(visitor: Visitor, password: str = PASSWORD, address: str = TIED) -> None:
    visitor.get("/login")
    visitor.send(address=address, password=password)

"""Every step in a real browser, with and without JavaScript, in two widths, in light and dark, checked by axe-core."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from helpdesk.adapters.ballot_file import read_ballots
from helpdesk.domain.calendar import Election
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState
from helpdesk.portal.server import PortalServer, listen
from helpdesk.resource_files import resource
from helpdesk.services import Services
from helpdesk.store.engine import Store
from tests.conftest import SetClock
from tests.portal.browser import Reader, chromium, picture, violations
from tests.portal.conftest import ANSWER, PASSWORD, TIED, Mailbox
from tests.voters import VOTER_ANSWER, VOTER_PASSWORD, VoterMaker, verify_caller

pytestmark = pytest.mark.filterwarnings("ignore:.*unclosed.*:ResourceWarning")


@pytest.fixture
def database(sqlite_store: Store) -> Store:
    """A browser sees no difference between databases."""
    return sqlite_store


@pytest.fixture(scope="module")  # Playwright's loop must have ended before another module starts its own
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The portal on a real socket, served as `helpdesk portal` serves it."""
    listening = listen("127.0.0.1", 0)
    server = PortalServer(app, listening, threads=4)
    server.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.stop()


@pytest.fixture
def sit_down(browser: Browser, site: str) -> Iterator[Callable[..., Reader]]:
    """Makes readers, each in a browser profile of their own."""
    profiles = []

    def make(*, javascript: bool = True, language: str = "en") -> Reader:
        profile = browser.new_context(java_script_enabled=javascript, locale=language, reduced_motion="reduce")
        profile.set_default_timeout(10_000)
        profiles.append(profile)
        return Reader(profile.new_page(), site)

    yield make
    for profile in profiles:
        profile.close()


@pytest.fixture
def number(add_voter: VoterMaker, services: Services, administrator: Operator) -> str:
    sample = read_ballots(resource("ballots", "sample.toml"))
    services.ballots.import_ballots(administrator, sample, file_name="sample.toml")
    return add_voter(
        tied=TIED, others=("marie.martin@ac-rennes.fr",), language="en", ballots=("CSA-MEN", "CSA-A", "CAPN-2D")
    )


@dataclass
class Walk:
    """A voter's walk through every page; pictures and axe-core where scripts can measure, the way alone elsewhere."""

    reader: Reader
    mails: Mailbox
    javascript: bool

    def check(self, name: str) -> None:
        if self.javascript:
            picture(self.reader.page, name)
            assert violations(self.reader.page) == []

    def said(self, role: str = "alert") -> str:
        return self.reader.page.inner_text(f"[role={role}]")

    def link(self) -> str:
        return next(letter.path for letter in self.mails() if letter.path)

    def ask_for_link(self) -> None:
        reader = self.reader
        reader.fill(Professional_mail_address=TIED)
        reader.solve_captcha()
        reader.press("Send me the link")
        assert reader.heading == "A mail has just been sent to you"

    def choose_password(self, password: str) -> None:
        reader = self.reader
        reader.fill(Password=password, The_same_password_again=password)
        reader.solve_captcha()
        reader.press("Connect")

    def log_in(self, password: str) -> None:
        reader = self.reader
        reader.fill(Professional_mail_address=TIED, Password=password)
        reader.solve_captcha()
        reader.press("Log in")

    def identify(self) -> None:
        """Step 1."""
        reader = self.reader
        reader.open("/")
        assert reader.heading == "Access to the elections portal"
        self.check("01-identification")
        reader.fill(Professional_mail_address=TIED, Four_digits_of_the_picture_or_the_sound="0000 no")
        reader.press("Send me the link")
        assert "The digits were not the right ones" in self.said()
        self.check("02-wrong-digits")
        assert reader.page.get_by_label("Professional mail address").input_value() == TIED
        self.ask_for_link()
        self.check("03-sent")

    def activate(self) -> str:
        """Steps 2 to 5; the path of the link that was used."""
        reader, path = self.reader, self.link()
        reader.open(path)
        self.check("04-password")
        self.choose_password("trop-court-7")
        assert "an upper-case letter" in self.said()
        self.check("05-password-refused")
        self.choose_password(PASSWORD)
        assert reader.heading == "Choose a challenge question"
        self.check("06-question")
        reader.page.get_by_label("Challenge question").select_option("first_pet")
        reader.fill(Your_answer="Marie")
        reader.press("Activate my account")
        assert "your own name" in self.said()
        self.check("07-answer-refused")
        reader.fill(Your_answer=ANSWER)
        reader.press("Activate my account")
        assert reader.heading == "My voter space"
        assert "Your voter account is active." in self.said("status")
        self.check("08-space-before-lists")
        return path

    def come_back(self) -> None:
        """Step 6, to begin with: the session has ended, a login is refused, another is not."""
        self.reader.open("/space")
        assert self.reader.heading == "Log in"
        self.check("09-session-ended")
        self.log_in("Wrong-Password-1!")
        assert "Address or password not accepted." in self.said()
        self.check("10-login-refused")
        self.log_in(PASSWORD)
        assert self.reader.heading == "My voter space"
        self.check("11-space")

    def look_around(self) -> None:
        reader = self.reader
        reader.follow("5 candidate lists – CSA académique")
        assert "Union des Écoles et des Savoirs" in reader.page.inner_text("main")
        self.check("12-ballot")
        reader.follow("Back to my voter space")
        reader.follow("All ballots on one page, to print")
        self.check("13-print")
        reader.follow("My account")
        self.check("14-account")

    def change_password(self, password: str) -> None:
        reader = self.reader
        reader.follow("Change my password")
        self.check("15-change-password")
        reader.fill(Your_current_password=PASSWORD, New_password=password, The_same_password_again=password)
        reader.press("Change my password")
        assert "Your password has been changed." in self.said("status")
        reader.follow("Change my challenge question")
        self.check("16-change-question")

    def have_a_code_issued(self) -> None:
        reader, question = self.reader, "What was the name of your first pet?"
        reader.follow("Voter code")
        self.check("17-code")
        reader.page.get_by_label(question).fill("Rex")
        reader.press("Issue a new code, void the old one")
        assert "You can try 4 more times" in self.said()
        self.check("18-wrong-answer")
        reader.page.get_by_label(question).fill(ANSWER)
        reader.press("Issue a new code, void the old one")
        assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", reader.page.inner_text("#voter-code"))
        self.check("19-new-code")

    def choose_another_question(self, password: str) -> None:
        """After the desk reset it: the sessions have ended, the link asks for the password."""
        reader = self.reader
        reader.open("/space")
        assert reader.heading == "Log in"
        reader.open(self.link())
        self.check("20-question-link")
        reader.fill(Your_password=password, Your_answer="Astronaute")
        reader.page.get_by_label("Challenge question").select_option("dream_job")
        reader.solve_captcha()
        reader.press("Save the question")
        assert reader.heading == "My voter space"
        reader.press("Log out")
        assert "You are logged out." in self.said("status")

    def forget_the_password(self) -> None:
        self.reader.follow("Password forgotten?")
        self.check("21-forgotten")
        self.ask_for_link()
        self.reader.open(self.link())
        self.choose_password(PASSWORD)
        assert self.reader.heading == "My voter space"

    def get_lost(self, used: str) -> None:
        reader = self.reader
        reader.open(used)
        assert reader.heading == "This link has been used"
        self.check("22-used-link")
        reader.open("/activate/" + "x" * 43)
        assert reader.heading == "This link is not known"
        reader.open("/nowhere")
        self.check("23-no-such-page")
        reader.open("/accessibility")
        self.check("24-accessibility")


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_all_steps_of_the_leaflet(
    sit_down: Callable[..., Reader],
    mails: Mailbox,
    number: str,
    clock: SetClock,
    election: Election,
    services: Services,
    agent: Operator,
    *,
    javascript: bool,
) -> None:
    walk = Walk(sit_down(javascript=javascript), mails, javascript)
    walk.identify()
    used = walk.activate()
    clock.now = election.vote_opens + timedelta(hours=3)
    walk.come_back()
    walk.look_around()
    changed = PASSWORD + "bis"
    walk.change_password(changed)
    walk.have_a_code_issued()
    verify_caller(services, agent, number)
    services.challenge.reset(agent, number, reason="answer forgotten")
    walk.choose_another_question(changed)
    walk.forget_the_password()
    walk.get_lost(used)
    refusals = "the server responded with a status of"
    assert [error for error in walk.reader.errors if refusals not in error] == []


def test_french_pages_in_pictures(
    sit_down: Callable[..., Reader],
    mails: Mailbox,
    number: str,
    add_voter: VoterMaker,
    clock: SetClock,
    election: Election,
) -> None:
    """The leaflet's words, in the language of most readers."""
    reader = sit_down(language="fr-FR")
    reader.open("/")
    assert reader.heading == "Accès au portail Élections"
    picture(reader.page, "30-identification", note="-fr")
    assert violations(reader.page) == []
    digits = reader.page.locator("[data-demo-captcha]").get_attribute("data-demo-captcha") or ""
    reader.page.get_by_label("Adresse mail professionnelle").fill(TIED)
    reader.page.get_by_label("Les quatre chiffres de l'image ou du son").fill(digits)
    reader.press("Recevoir le lien")
    assert reader.heading == "Un mail vient de vous être envoyé"
    picture(reader.page, "31-sent", note="-fr")
    reader.open(mails()[0].path)
    reader.page.get_by_label("Mot de passe", exact=True).press_sequentially("Quatre-chats")
    picture(reader.page, "32-password", note="-fr")
    assert violations(reader.page) == []
    clock.now = election.vote_opens
    add_voter(tied="anne.active@ac-rennes.fr", state=AccountState.ACTIVE, ballots=("CSA-MEN", "CSA-A", "CAPN-2D"))
    reader.open("/login")
    digits = reader.page.locator("[data-demo-captcha]").get_attribute("data-demo-captcha") or ""
    reader.page.get_by_label("Adresse mail professionnelle").fill("anne.active@ac-rennes.fr")
    reader.page.get_by_label("Mot de passe", exact=True).fill(VOTER_PASSWORD)
    reader.page.get_by_label("Les quatre chiffres de l'image ou du son").fill(digits)
    reader.press("Se connecter")
    assert reader.heading == "Mon espace électeur"
    picture(reader.page, "33-space", note="-fr")
    reader.page.emulate_media(color_scheme="dark")
    picture(reader.page, "33-space", note="-fr-dark")
    reader.page.emulate_media(color_scheme="light")
    reader.open("/code")
    picture(reader.page, "34-code", note="-fr")
    assert VOTER_ANSWER not in reader.page.content()


def test_criteria_are_ticked_while_typing_and_spoken(
    sit_down: Callable[..., Reader], mails: Mailbox, number: str, services: Services, agent: Operator
) -> None:
    services.activation.resend(agent, number, reason="no mail came")
    reader = sit_down()
    reader.open(mails()[0].path)
    met = reader.page.locator("#criteria li.met")
    field = reader.page.get_by_label("Password", exact=True)
    for text, count in (("a", 1), ("aB", 2), ("aB3", 3), ("aB3-", 4), ("aB3-aB3-aB3-", 5), ("é", 1), ("", 0)):
        field.fill(text)
        expect(met).to_have_count(count)
    field.fill("aB3-")
    expect(reader.page.locator("[data-criteria-status]")).to_have_text("4 of 5 criteria met")
    expect(reader.page.locator('[data-criterion="length"] .state')).to_have_text(", missing")
    shown = reader.page.get_by_role("button", name="Show – Password", exact=True)
    shown.click()
    assert field.get_attribute("type") == "text"


def test_other_digits_come_in_place_and_are_the_ones_that_count(
    sit_down: Callable[..., Reader], number: str, portal_context: object
) -> None:
    reader = sit_down()
    reader.open("/")
    reader.fill(Professional_mail_address=TIED)
    before = reader.page.locator("[data-demo-captcha]").get_attribute("data-demo-captcha") or ""
    with reader.page.expect_response(re.compile("captcha.png.*new")) as answer:
        reader.page.get_by_role("link", name="Other digits", exact=True).click()
    assert answer.value.status == 200
    expect(reader.page.get_by_label("Four digits of the picture or the sound")).to_be_focused()
    assert reader.page.get_by_label("Professional mail address").input_value() == TIED
    reader.fill(Four_digits_of_the_picture_or_the_sound=before)
    reader.press("Send me the link")
    assert "The digits were not the right ones" in reader.page.inner_text("main")


def test_the_sound_can_be_played(sit_down: Callable[..., Reader], number: str) -> None:
    reader = sit_down()
    reader.open("/")
    playable = reader.page.locator("audio").evaluate(
        """audio => new Promise((resolve, reject) => {
            audio.addEventListener('loadedmetadata', () => resolve(audio.duration));
            audio.addEventListener('error', () => reject(new Error('no sound')));
            audio.load(); audio.preload = 'metadata';
        })"""
    )
    assert 3 < playable < 40


def test_the_keyboard_alone_asks_for_a_link(sit_down: Callable[..., Reader], number: str) -> None:
    reader = sit_down()
    reader.open("/")
    page, focused = reader.page, []
    for _ in range(14):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
        focused.append(name)
        if name == "address":
            page.keyboard.type(TIED)
        if name == "captcha":
            page.keyboard.type(page.locator("[data-demo-captcha]").get_attribute("data-demo-captcha") or "")
            page.keyboard.press("Enter")
            break
    assert focused[0] == "Skip to the content"
    page.wait_for_url("**/sent")

"""What the portal refuses, and how: replayed, forged, oversized, concurrent and nonsensical requests."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from helpdesk.adapters.argon2 import Argon2Hasher
from helpdesk.domain.errors import Overloaded
from helpdesk.domain.limits import Limits
from helpdesk.domain.states import AccountState
from helpdesk.portal.app import MOST_BYTES, create_app
from helpdesk.portal.context import PortalContext
from helpdesk.services import Services
from helpdesk.services.link_requests import LinkRequests
from helpdesk.store.engine import Store
from helpdesk.store.schema import audit_event, link_request, portal_session, voter_code
from tests.conftest import CHEAP_ARGON2
from tests.portal.conftest import ANSWER, KEY, PASSWORD, TIED, Mailbox, Visitor, ask_for_link, log_in
from tests.voters import VOTER_ANSWER, VOTER_PASSWORD, VoterMaker

PAGES = ("/", "/forgot", "/login", "/sent", "/accessibility", "/nowhere", "/activate/" + "x" * 43, "/health")


@pytest.fixture
def number(add_voter: VoterMaker) -> str:
    return add_voter(tied=TIED, language="en")


def test_every_page_carries_the_headers_that_guard_it(visitor: Visitor, number: str) -> None:
    for path in (*PAGES, "/captcha.png", "/captcha.wav", "/static/portal.css"):
        answer = visitor.client.get(path)
        answer.close()
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Strict-Transport-Security" not in answer.headers
        assert ("no-store" in answer.headers["Cache-Control"]) == (not path.startswith("/static"))
        if answer.mimetype == "text/html":
            assert "<script>" not in answer.text
            assert " style=" not in answer.text


def test_behind_tls_cookies_are_for_tls_only(portal_context: PortalContext, number: str) -> None:
    app = create_app(replace(portal_context, url="https://elections.example.org"))
    answer = app.test_client().get("/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-helpdesk=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_host_of_a_request_is_never_believed(visitor: Visitor, mails: Mailbox, number: str) -> None:
    page = visitor.client.get("/", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in page.text
    answer = visitor.client.get("/space", headers={"Host": "evil.example"})
    assert answer.headers["Location"] == "/login"


def test_forms_without_a_token_or_from_other_sites_do_nothing(visitor: Visitor, number: str, database: Store) -> None:
    visitor.get("/")
    fields = visitor.fields
    without = visitor.client.post("/link", data={"address": TIED, "captcha": fields.captcha})
    assert without.status_code == 400
    assert "This form can no longer be used" in without.text
    forged = visitor.client.post(
        "/link",
        data=fields.hidden | {"address": TIED, "captcha": fields.captcha},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert forged.status_code == 403
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(link_request)) == 0
    assert visitor.send("/link", address=TIED).status_code == 200
    assert visitor.at == "/sent"


def test_oversized_and_malformed_forms_get_their_page(visitor: Visitor, number: str) -> None:
    visitor.get("/")
    token = visitor.fields.hidden
    assert visitor.client.post("/link", data=token | {"address": "a" * (MOST_BYTES + 1)}).status_code == 413
    many = {f"field{place}": "x" for place in range(40)}
    assert visitor.client.post("/link", data=token | many, content_type="multipart/form-data").status_code == 413
    broken = visitor.client.post("/link", data=b"\xff\xfe\x00", content_type="multipart/form-data; boundary=x")
    assert broken.status_code == 400
    for address in ("", "marie", "marie@", "a@b@c.fr", "\x00", "😀@ac-rennes.fr", "x" * 300 + "@ac-rennes.fr"):
        visitor.get("/")
        assert visitor.send("/link", address=address).status_code == 422, address
        assert "This is not a mail address" in visitor.words


def test_digits_count_once_even_with_an_old_cookie(visit: Callable[[], Visitor], number: str, database: Store) -> None:
    visitor = visit()
    visitor.get("/")
    fields = visitor.fields
    cookie = visitor.client.get_cookie("helpdesk")
    assert cookie is not None
    data = fields.hidden | {"captcha": fields.captcha, "address": TIED}
    answers = []
    for _ in range(3):
        visitor.client.set_cookie("helpdesk", cookie.value)
        answers.append(visitor.client.post("/link", data=data).status_code)
    assert answers == [303, 422, 422]


def test_wrong_digits_are_spent_and_digits_grow_old(
    visitor: Visitor, number: str, clock: object, limits: Limits
) -> None:
    visitor.get("/login")
    fields = visitor.fields
    visitor.send(captcha="x", address=TIED, password=PASSWORD)
    assert visitor.page.status_code == 422
    assert visitor.send(captcha=fields.captcha, address=TIED, password=PASSWORD).status_code == 422
    visitor.get("/")
    clock.advance(seconds=limits.captcha_seconds)  # type: ignore[attr-defined]
    assert visitor.send("/link", address=TIED).status_code == 422


def at_once(count: int, work: Callable[[int], int]) -> list[int]:
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(work, range(count)))


def test_of_many_who_use_a_link_at_once_exactly_one_wins(
    visit: Callable[[], Visitor], mails: Mailbox, number: str, database: Store
) -> None:
    ask_for_link(visit(), TIED)
    (letter,) = mails()
    visitors = [visit() for _ in range(6)]
    for each in visitors:
        each.get(letter.path)
    forms = [each.fields for each in visitors]

    def use(place: int) -> int:
        password = f"{PASSWORD}-{place}"
        data = forms[place].hidden | {"captcha": forms[place].captcha, "password": password, "password2": password}
        return visitors[place].client.post(letter.path, data=data).status_code

    statuses = at_once(6, use)
    assert sorted(statuses) == [303, 410, 410, 410, 410, 410]
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(portal_session)) == 1
    log_in(visit(), f"{PASSWORD}-{statuses.index(303)}")
    other = visit()
    log_in(other, f"{PASSWORD}-{statuses.index(410)}")
    assert other.page.status_code == 403


def test_of_many_who_ask_for_a_code_at_once_one_is_issued(
    visit: Callable[[], Visitor], add_voter: VoterMaker, clock: object, election: object, database: Store
) -> None:
    add_voter(tied=TIED, state=AccountState.ACTIVE)
    clock.now = election.vote_opens  # type: ignore[attr-defined]
    visitors = [visit() for _ in range(4)]
    for each in visitors:
        log_in(each, VOTER_PASSWORD)
        each.get("/code")
    forms = [each.fields.hidden for each in visitors]

    def ask(place: int) -> int:
        return visitors[place].client.post("/code", data=forms[place] | {"answer": VOTER_ANSWER}).status_code

    assert sorted(at_once(4, ask)) == [200, 409, 409, 409]
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(voter_code)) == 1


def test_wrong_passwords_given_at_once_all_count(
    visit: Callable[[], Visitor], add_voter: VoterMaker, services: Services, database: Store
) -> None:
    add_voter(tied=TIED, state=AccountState.ACTIVE)
    visitors = [visit() for _ in range(8)]
    for each in visitors:
        each.get("/login")
    forms = [each.fields for each in visitors]

    def guess(place: int) -> int:
        data = forms[place].hidden | {
            "captcha": forms[place].captcha,
            "address": TIED,
            "password": f"Guess-{place}-xyz",
        }
        return visitors[place].client.post("/login", data=data).status_code

    assert at_once(8, guess) == [403] * 8
    last = visit()
    log_in(last, VOTER_PASSWORD)
    assert last.page.status_code == 403  # locked after the fifth


@pytest.mark.parametrize("address", [TIED, "nobody@ac-rennes.fr"])
def test_an_address_is_tried_so_often_and_no_more_known_or_not(
    visitor: Visitor, portal_context: PortalContext, number: str, address: str
) -> None:
    limits = replace(portal_context.limits, portal_links_per_address_per_hour=3)
    client = create_app(replace(portal_context, limits=limits)).test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    other = Visitor(client)
    for _ in range(3):
        ask_for_link(other, address)
    other.get("/")
    assert other.send("/link", address=f" {address.upper()}").status_code == 429
    assert "Too many tries" in other.words
    assert int(other.page.headers["Retry-After"]) > 0
    other.get("/")
    other.send("/link", address="somebody.else@ac-rennes.fr")
    assert other.at == "/sent"


def test_a_network_is_limited_and_forwarded_addresses_count_only_behind_a_proxy(
    portal_context: PortalContext, number: str
) -> None:
    limits = replace(portal_context.limits, portal_pages_per_network_per_minute=5)

    def statuses(proxies: int, *sources: str) -> list[int]:
        client = create_app(replace(portal_context, limits=limits, proxies=proxies)).test_client()
        return [client.get("/sent", headers={"X-Forwarded-For": source}).status_code for source in sources]

    pretended = [f"203.0.{place}.9" for place in range(7)]
    assert statuses(0, *pretended) == [200] * 5 + [429] * 2
    assert statuses(1, *pretended) == [200] * 7
    neighbours = [f"203.0.113.{place}" for place in range(7)]
    assert statuses(1, *neighbours) == [200] * 5 + [429] * 2
    assert statuses(1, *[f"2001:db8:0:{place}::1" for place in range(7)]) == [200] * 5 + [429] * 2


def test_hashing_is_bounded_and_the_rest_is_asked_to_wait(
    visitor: Visitor, portal_context: PortalContext, services: Services, add_voter: VoterMaker, context: object
) -> None:
    hasher = Argon2Hasher(replace(CHEAP_ARGON2, argon2_at_once=2, argon2_wait_seconds=0))
    held, let_go = [Event(), Event()], Event()

    def hold(event: Event) -> None:
        with hasher._turn():
            event.set()
            let_go.wait(10)

    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(hold, event) for event in held]
        assert all(event.wait(10) for event in held)
        with pytest.raises(Overloaded):
            hasher.hash("x")
        with pytest.raises(Overloaded):
            hasher.matches("x", "x")
        let_go.set()
        for each in waiting:
            each.result()
    assert hasher.matches(hasher.hash("x"), "x")


def test_a_busy_portal_says_so_and_does_nothing(
    visitor: Visitor, add_voter: VoterMaker, context: object, monkeypatch: pytest.MonkeyPatch, database: Store
) -> None:
    add_voter(tied=TIED, state=AccountState.ACTIVE)

    def refuse(*_arguments: object) -> bool:
        raise Overloaded

    monkeypatch.setattr(Argon2Hasher, "matches", refuse)
    log_in(visitor, VOTER_PASSWORD)
    assert visitor.page.status_code == 503
    assert "Nothing was done" in visitor.words
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(portal_session)) == 0


def test_a_store_that_is_away_is_a_page_and_no_trace(
    visitor: Visitor, number: str, database: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk.domain.errors import StoreUnreachable  # noqa: PLC0415

    def away(*_arguments: object) -> object:
        raise StoreUnreachable

    monkeypatch.setattr(Store, "read", away)
    for path in ("/", "/health", "/activate/" + "x" * 43):
        answer = visitor.client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "Traceback" not in answer.text


def test_a_defect_is_an_incident_and_says_nothing_of_what_was_typed(
    visitor: Visitor, number: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(_self: object, given_address: str, **_more: object) -> None:
        raise ValueError(given_address)

    monkeypatch.setattr(LinkRequests, "ask", break_down)
    visitor.get("/")
    assert visitor.send("/link", address=TIED).status_code == 500
    assert "incident" in visitor.words
    (incident,) = (record for record in caplog.records if hasattr(record, "where"))
    assert "ValueError" in incident.where
    assert TIED not in visitor.page.text + caplog.text + incident.where


def test_the_portal_imports_no_qt() -> None:
    code = "import helpdesk.portal.server, sys; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


ROUTES = (
    "/", "/forgot", "/link", "/sent", "/login", "/logout", "/question", "/space", "/space/print", "/space/ballots/{}",
    "/account", "/account/password", "/account/question", "/code", "/activate/{}", "/reset/{}", "/question/{}",
    "/captcha.png", "/captcha.wav", "/health", "/accessibility", "/static/{}", "/{}",
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", "'", "../../etc/passwd", "%00", "{{7*7}}", "<script>", "\ud800", "\x00", "9" * 500, TIED, "²"]
    ),
)
FIELDS = ("address", "captcha", "password", "password2", "current", "question", "answer", "seen", "forgotten")


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    route=st.sampled_from(ROUTES),
    part=TEXTS,
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"]),
    typed=st.dictionaries(st.sampled_from(FIELDS), TEXTS),
    lang=st.one_of(st.none(), TEXTS),
    active=st.booleans(),
)
def test_no_request_is_an_error_of_ours(
    fuzzed: tuple[Visitor, Visitor],
    route: str,
    part: str,
    method: str,
    typed: dict[str, str],
    lang: str | None,
    *,
    active: bool,
) -> None:
    visitor = fuzzed[active]
    path = route.format(quote(part.encode("utf-8", "surrogatepass")))
    visitor.client.get("/space/print" if active else "/")
    page = visitor.client.get("/account/password" if active else "/login")
    visitor.page = page
    fields = visitor.fields
    data = {name: text.encode("utf-8", "replace") for name, text in typed.items()}
    data = {name: text.encode() for name, text in fields.hidden.items()} | {"captcha": fields.captcha.encode()} | data
    query = {"lang": lang.encode("utf-8", "replace").decode("utf-8")} if lang is not None else {}
    answer = visitor.client.open(path, method=method, data=data if method == "POST" else None, query_string=query)
    answer.close()
    assert answer.status_code < 500, (method, path, typed)


@pytest.fixture
def fuzzed(
    visit: Callable[[], Visitor], add_voter: VoterMaker, app: Flask, clock: object, election: object
) -> tuple[Visitor, Visitor]:
    """Somebody unknown, and a voter who is logged in while the vote is open."""
    add_voter(tied=TIED, state=AccountState.ACTIVE)
    clock.now = election.vote_opens  # type: ignore[attr-defined]
    stranger, voter = visit(), visit()
    log_in(voter, VOTER_PASSWORD)
    return stranger, voter


def test_the_trail_holds_no_address_of_strangers(visitor: Visitor, number: str, database: Store) -> None:
    log_in(visitor, ANSWER, "stranger@example.org")
    with database.read() as connection:
        rows = [str(tuple(row)) for row in connection.execute(select(audit_event))]
    assert rows
    assert not [row for row in rows if "stranger" in row]
    assert KEY

"""Who has no link, no session, no page of ours: gets an answer, changes nothing, learns nothing."""

import secrets

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.domain.links import token_hash
from helpdesk.store.schema import account, one_time_link, portal_session
from tests.portal.conftest import ANSWER, PASSWORD, TIED, activate, ask_for_link, log_in
from tests.trials.naughty_strings import KINDS

STRANGE = [text for kind in KINDS.values() for text in kind if not any("\ud800" <= char <= "\udfff" for char in text)]


@pytest.fixture
def database(sqlite_store):
    return sqlite_store


@pytest.fixture
def marie(add_voter):
    return add_voter(tied=TIED)


def stored(context):
    with context.store.read() as connection:
        return [connection.execute(select(table)).all() for table in (account, one_time_link, portal_session)]


def cookies(client):
    return {cookie.key: cookie.value for cookie in client._cookies.values()}


def test_a_session_that_was_there_before_the_login_is_not_the_one_after_it(visit, mails, marie):
    """Session fixation: whatever an attacker put into the browser is worth nothing once its owner has logged in."""
    owner, attacker = visit(), visit()
    activate(owner, mails)
    owner.send("/logout")
    attacker.get("/login")
    planted = cookies(attacker.client)
    assert planted
    for name, value in planted.items():
        owner.client.set_cookie(name, value)
    log_in(owner)
    assert owner.get("/space").status_code == 200
    assert cookies(owner.client) != planted
    for name, value in planted.items():
        attacker.client.set_cookie(name, value)
    assert attacker.get("/space").request.path != "/space"


def test_a_form_of_another_site_changes_nothing(app: Flask, visitor, mails, marie, context):
    """CSRF: a POST with the visitor's cookies, without what our own page put into its form."""
    activate(visitor, mails)
    before = stored(context)
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()) and not rule.arguments]
    assert len(posts) >= 5
    for rule in posts:
        typed = {
            "current": PASSWORD,
            "password": "Autre-Secret-2026!",
            "password2": "Autre-Secret-2026!",
            "address": TIED,
        }
        answer = visitor.client.post(rule.rule, data=typed | {"question": "first_pet", "answer": ANSWER})
        assert answer.status_code < 500, rule.rule
    assert list(stored(context)) == before


def test_guessed_links_open_nothing(visitor, mails, marie, context):
    ask_for_link(visitor, TIED)
    mails()
    before = stored(context)
    with context.store.read() as connection:
        kept = connection.scalar(select(one_time_link.c.token_hash))
    guesses = [secrets.token_urlsafe(32) for _ in range(200)] + [
        kept,
        kept[:43],
        token_hash(kept),
        "",
        "A" * 43,
        "%00",
        "../login",
    ]
    for guess in guesses:
        for path in ("activate", "reset", "question"):
            answer = visitor.client.get(f"/{path}/{guess}")
            assert answer.status_code < 500
            assert "password2" not in answer.text
    assert stored(context) == before


def test_strange_texts_in_every_field_and_path_are_answered(app: Flask, visitor, mails, marie, context):
    activate(visitor, mails)
    forms = ("/link", "/login", "/code", "/question", "/settings/password", "/settings/question", "/language")
    fields = (
        "address",
        "password",
        "password2",
        "question",
        "answer",
        "captcha",
        "current",
        "seen",
        "language",
        "next",
    )
    visitor.send("/logout")
    before = stored(context)[0]
    for place, text in enumerate(STRANGE):
        form = forms[place % len(forms)]
        assert visitor.client.get(f"/activate/{text.replace('/', '')[:200]}").status_code < 500, text
        visitor.get("/login" if place % 2 else "/")
        sent = visitor.send(form, **dict.fromkeys(fields, text))
        assert sent.status_code < 500, (form, text)
    assert visitor.client.post("/link", data={"address": "a" * 1_000_000}).status_code < 500
    assert stored(context)[0] == before

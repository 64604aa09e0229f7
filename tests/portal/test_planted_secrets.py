"""Marked secrets go the whole voter's way; none comes out in a log, a figure, the trail or the outbox."""

import logging
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from sqlalchemy import select

from helpdesk.cli.log import JsonLines, TextLines
from helpdesk.cli.watching import LinkRequestFigures, MailFigures, RequestCounter
from helpdesk.portal.app import create_app
from helpdesk.portal.link_worker import LINK_WORKER
from helpdesk.store.schema import outbox
from tests.portal.conftest import TIED, Visitor, ask_for_link

PLANTED_PASSWORD, PLANTED_ANSWER = "Planted-Password-4711!", "Planted Answer Of Old"


@pytest.fixture
def number(add_voter):
    return add_voter(tied=TIED, language="en")


@pytest.fixture
def logged():
    """Everything that is logged, in both forms of the log and as a plain library would have it."""
    lines = []
    forms = (TextLines(), JsonLines("portal"), logging.Formatter("%(levelname)s %(name)s %(message)s"))
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: lines.extend(form.format(record) for form in forms)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


def test_no_planted_secret_comes_out(
    portal_context, context, mails, number, services, administrator, tmp_path, logged, clock, monkeypatch
):
    registry = CollectorRegistry()
    app = create_app(replace(portal_context, count_request=RequestCounter(registry)))
    app.extensions[LINK_WORKER].stop()  # requests are worked off when the test looks at its mails
    visitor = Visitor(app.test_client())
    ask_for_link(visitor, TIED)
    (letter,) = mails()
    visitor.get(letter.path)
    visitor.send(password=PLANTED_PASSWORD, password2=PLANTED_PASSWORD)
    visitor.send(question="first_pet", answer=PLANTED_ANSWER)
    assert visitor.at == "/space"
    token = letter.path.rpartition("/")[2]
    visitor.get(letter.path)
    visitor.get(f"/nowhere/{TIED}/{token}")
    monkeypatch.setattr(services.link_requests, "ask", lambda *_, **__: {}[f"{TIED} {token}"])
    other = Visitor(app.test_client())
    other.get("/")
    other.send("/link", address=TIED)  # meets a bug whose message quotes both
    assert "incident" in "\n".join(logged)
    registry.register(MailFigures(services, clock))
    registry.register(LinkRequestFigures(services, clock))
    figures = generate_latest(registry).decode()
    assert 'status="404"' in figures
    export = tmp_path / "trail.csv"
    services.trail.export(administrator, export)
    with context.store.read() as connection:
        rows = [str(tuple(row)) for row in connection.execute(select(outbox))]
    trail = export.read_text(encoding="utf-8")
    said = {"log": "\n".join(logged), "figures": figures, "trail": trail, "outbox": "\n".join(rows)}
    for secret in (PLANTED_PASSWORD, PLANTED_ANSWER, PLANTED_ANSWER.casefold(), token):
        assert [place for place, text in said.items() if secret in text] == []
    for personal in (TIED, number):
        assert [place for place in ("log", "figures") if personal in said[place]] == []

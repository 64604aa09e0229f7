"""What one desk hears of another on a server: voters that changed, and who else is on a page."""

from queue import Queue

import pytest
from sqlalchemy import text

from helpdesk.services.live import Live, LiveChange
from helpdesk.store.engine import Store
from tests.conftest import PASSWORD

SECONDS = 10


@pytest.fixture
def database(postgresql_store):
    return postgresql_store


@pytest.fixture
def at_desk(database):
    """Opens a desk's connections under an operator's own login: its live changes, and the queue they come in."""
    opened = []

    def sit(operator):
        store = Store(str(database.url))
        store.sign_in(operator.name.lower(), PASSWORD)
        live, heard = Live(store), Queue()
        opened.append((live, store))
        live.start(heard.put)
        assert heard.get(timeout=SECONDS) == LiveChange("listening")
        return live, heard

    yield sit
    for live, store in opened:
        live.stop()
        store.close()


def say(database, words):
    with database.write() as connection:
        connection.execute(text("SELECT pg_notify('helpdesk', :words)"), {"words": words})


def key_of(services, operator, number):
    return services.voters.open(operator, number).key


def test_a_desk_hears_who_opens_and_leaves_a_voters_page(at_desk, services, agent, supervisor, add_voter):
    key = key_of(services, agent, add_voter())
    mine, _mine_heard = at_desk(agent)
    _theirs, heard = at_desk(supervisor)
    mine.be_on(key)
    here = heard.get(timeout=SECONDS)
    mine.leave(key)
    gone = heard.get(timeout=SECONDS)
    assert (here.topic, here.voter, here.who[1]) == ("here", key, agent.name)
    assert gone == LiveChange("gone", key, here.who)


def test_an_act_is_heard_once_it_is_committed(at_desk, services, agent, supervisor, add_voter):
    number = add_voter()
    _live, heard = at_desk(supervisor)
    services.activation.resend(agent, number, reason="no mail came")
    assert heard.get(timeout=SECONDS) == LiveChange("voter", key_of(services, agent, number))


def test_words_that_mean_nothing_are_passed_over(at_desk, agent, database):
    _live, heard = at_desk(agent)
    for nonsense in (
        "",
        " ",
        "voter x",
        "voter ²",
        "voter 1 2",
        "here 1",
        "voter -1",
        "here 1 2 3",
        "here 1 " + "9" * 30,
    ):
        say(database, nonsense)
    say(database, "incident")
    assert heard.get(timeout=SECONDS) == LiveChange("incident")


def test_an_operator_nobody_knows_is_shown_as_a_question_mark(at_desk, agent, database):
    _live, heard = at_desk(agent)
    say(database, "here 7 999999")
    assert heard.get(timeout=SECONDS) == LiveChange("here", 7, (999999, "?"))


def test_after_it_is_stopped_a_desk_hears_nothing(at_desk, agent, supervisor, database):
    live, heard = at_desk(agent)
    _other, still = at_desk(supervisor)
    live.stop()
    say(database, "incident")
    assert still.get(timeout=SECONDS) == LiveChange("incident")
    assert heard.empty()
    live.stop()


def test_a_connection_that_breaks_is_told_and_made_again(at_desk, agent, database):
    _live, heard = at_desk(agent)
    with database.write() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :name"),
            {"name": agent.name.lower()},
        )
    assert heard.get(timeout=SECONDS) == LiveChange("lost")
    assert heard.get(timeout=SECONDS) == LiveChange("listening")

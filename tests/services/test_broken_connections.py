"""When the server, or the way to it, breaks: what was done is told as done, what was not as not done, nothing twice."""

import threading

import pytest
from sqlalchemy import make_url, select, text

from helpdesk.domain.errors import OutcomeUnknown, StoreBusy, StoreFull, StoreUnreachable
from helpdesk.services import build_services
from helpdesk.store.engine import Store
from helpdesk.store.schema import outbox
from tests.conftest import PASSWORD, make_context
from tests.wire import Wire


@pytest.fixture
def database(postgresql_store):
    return postgresql_store


@pytest.fixture
def wire(postgresql_server):
    made = Wire(make_url(postgresql_server).port)
    yield made
    made.close()


@pytest.fixture
def desk(database, wire, clock, agent):
    """Services of a desk at the other end of the wire."""
    store = Store(f"postgresql+psycopg://127.0.0.1:{wire.port}/{database.url.database}")
    services = build_services(make_context(store, clock))
    services.operators.log_in(agent.name, PASSWORD)
    yield services
    store.close()


def mails(database):
    with database.read() as connection:
        return len(connection.execute(select(outbox.c.id)).all())


def resend(desk, agent, number):
    return desk.activation.resend(agent, number, reason="no mail came", request="request-1")


def test_a_commit_whose_answer_was_lost_is_told_as_done(desk, agent, add_voter, wire, database):
    number = add_voter()
    wire.cut_at = b"COMMIT"
    assert not resend(desk, agent, number).repeated
    assert mails(database) == 1


def test_a_commit_that_never_arrived_is_told_as_not_done_and_can_be_asked_again(desk, agent, add_voter, wire, database):
    number = add_voter()
    wire.cut_at, wire.cut_after = b"COMMIT", False
    with pytest.raises(StoreUnreachable):
        resend(desk, agent, number)
    assert mails(database) == 0
    assert not resend(desk, agent, number).repeated
    assert mails(database) == 1


def test_a_commit_that_nobody_can_ask_about_is_told_so_and_never_done_twice(
    desk, agent, add_voter, wire, database, monkeypatch
):
    monkeypatch.setattr("helpdesk.services.guard._ASK_AGAIN_SECONDS", (0.01, 0.01))
    number = add_voter()
    wire.cut_at, wire.refusing = b"COMMIT", True
    with pytest.raises(OutcomeUnknown):
        resend(desk, agent, number)
    wire.refusing = False
    assert resend(desk, agent, number).repeated
    assert mails(database) == 1


def test_a_cut_in_the_middle_does_nothing_and_the_next_try_connects_again(desk, agent, add_voter, wire, database):
    number = add_voter()
    wire.cut_at, wire.cut_after = b"append_audit", False
    with pytest.raises(StoreUnreachable):
        resend(desk, agent, number)
    assert mails(database) == 0
    wire.cut()
    assert desk.voters.open(agent, number).number == number


def test_of_two_addresses_the_one_that_answers_is_used(database, postgresql_server, clock, agent, add_voter):
    number = add_voter()
    first, second = (Wire(make_url(postgresql_server).port) for _ in range(2))
    url = f"postgresql+psycopg:///{database.url.database}?host=127.0.0.1:{first.port}&host=127.0.0.1:{second.port}"
    store = Store(url)
    services = build_services(make_context(store, clock))
    services.operators.log_in(agent.name, PASSWORD)
    first.close()
    assert services.voters.open(agent, number).number == number
    second.close()
    with pytest.raises(StoreUnreachable):
        services.voters.open(agent, number)
    store.close()


def test_a_deadlock_and_a_serialization_failure_are_said_to_be_busy_and_do_nothing(database, add_voter):
    one, other = add_voter(), add_voter()
    gate, outcomes = threading.Barrier(2), []
    update = text("UPDATE voter SET status = status || 'x' WHERE number = :number")

    def cross(first, second):
        try:
            with database.write() as connection:
                connection.execute(update, {"number": first})
                gate.wait(10)
                connection.execute(update, {"number": second})
            outcomes.append("done")
        except StoreBusy:
            outcomes.append("busy")

    threads = [threading.Thread(target=cross, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["busy", "done"]
    with pytest.raises(StoreBusy):
        overtake(database, update, one)
    with database.read() as connection:
        assert connection.scalars(text("SELECT status FROM voter ORDER BY number")).all() == ["xx", "x"]


def overtake(database, update, number):
    """A transaction that saw what another one changes before it can."""
    with database.write() as slow:
        slow.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
        slow.execute(text("SELECT count(*) FROM voter")).all()
        with database.write() as quick:
            quick.execute(update, {"number": number})
        slow.execute(update, {"number": number})


def test_a_full_disk_of_the_server_is_said_to_be_full_and_does_nothing(database, desk, agent, add_voter):
    """The server says it with its own code, as it does when a file cannot grow."""
    number = add_voter()
    with database.write() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
        )
        connection.exec_driver_sql("CREATE TRIGGER no_room BEFORE INSERT ON outbox EXECUTE FUNCTION no_room()")
    with pytest.raises(StoreFull):
        resend(desk, agent, number)
    with database.write() as connection:
        connection.exec_driver_sql("DROP FUNCTION no_room CASCADE")
    assert not resend(desk, agent, number).repeated
    assert mails(database) == 1

"""What `helpdesk init` does with a calendar, and what a store says of its own time."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from helpdesk.services.elections import store_is_trial
from helpdesk.store.schema import audit_event, election
from tests.elections import election_around


def test_a_calendar_is_set_replaced_and_told_in_the_trail(services, database):
    with database.write() as connection:
        connection.execute(delete(election))
    assert not services.setup.has_election()
    value = election_around(datetime(2026, 11, 24, 10, tzinfo=UTC))
    services.setup.set_election(value)
    assert services.setup.has_election()
    services.setup.set_election(value, trial=True)
    assert store_is_trial(database)
    with database.read() as connection:
        rows = connection.execute(select(audit_event).where(audit_event.c.action == "store_initialised")).all()
    assert [(row.actor, row.detail["trial"]) for row in rows] == [("init", "False"), ("init", "True")]
    assert services.elections.current() == value


def test_the_time_of_the_store_is_the_servers_or_of_its_newest_act(services, database, agent, add_voter, clock):
    told = services.health.server_time()
    if database.keeps_logins:
        assert abs(told - datetime.now(UTC)) < timedelta(minutes=5)
        assert services.health.newest_act() is None
        return
    assert told is None
    services.voters.open(agent, add_voter())
    assert services.health.newest_act() == clock.now

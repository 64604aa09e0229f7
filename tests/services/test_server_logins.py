"""Operators as logins of the database server: in, out, closed, changed, and nobody else's login taken."""

import time

import pytest
from sqlalchemy import text

from helpdesk.domain.errors import (
    CredentialsRefused,
    LoginRefused,
    OperatorExists,
    OperatorNotFound,
    SessionEnded,
)
from helpdesk.domain.roles import Role
from helpdesk.services import build_services
from helpdesk.store.engine import Store
from tests.conftest import PASSWORD, make_context

NEW_PASSWORD = "Another-Horse-8-Staple"


@pytest.fixture
def database(postgresql_store):
    return postgresql_store


@pytest.fixture
def at_the_desk(database, clock, agent):
    """Services of one desk, with Alix logged in; the store behind them."""
    store = Store(str(database.url))
    services = build_services(make_context(store, clock))
    services.operators.log_in(agent.name, PASSWORD)
    yield services
    store.close()


def pids_of(database, login):
    with database.read() as connection:
        query = text("SELECT pid FROM pg_stat_activity WHERE usename = :login")
        return connection.scalars(query, {"login": login}).all()


def has_gone(database, login):
    """True once no session is left: the server takes a moment to end one."""
    deadline = time.monotonic() + 5
    while pids_of(database, login) and time.monotonic() < deadline:
        time.sleep(0.01)
    return pids_of(database, login) == []


def test_a_login_works_as_itself_and_signs_as_itself(at_the_desk, administrator, services, agent, add_voter, database):
    number = add_voter()
    at_the_desk.voters.open(agent, number)
    with database.read() as connection:
        last = connection.execute(text("SELECT actor, action FROM audit_event ORDER BY seq DESC LIMIT 1")).one()
    assert tuple(last) == (agent.name, "voter_viewed")
    assert pids_of(database, "alix agent")


def test_disabling_ends_the_sessions_and_enabling_opens_them_again(
    at_the_desk, administrator, services, agent, add_voter, database
):
    number = add_voter()
    at_the_desk.voters.open(agent, number)
    services.operators.disable(administrator, agent.name)
    assert has_gone(database, "alix agent")
    with pytest.raises(SessionEnded):
        at_the_desk.voters.open(agent, number)
    with pytest.raises(LoginRefused):
        at_the_desk.operators.log_in(agent.name, PASSWORD)
    services.operators.enable(administrator, agent.name)
    assert at_the_desk.voters.open(at_the_desk.operators.log_in(agent.name, PASSWORD), number).number == number


def test_a_password_changed_meanwhile_is_told_and_the_new_one_goes_on(
    at_the_desk, administrator, services, agent, add_voter, database
):
    number = add_voter()
    services.operators.set_password(administrator, agent.name, NEW_PASSWORD)
    with database.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'alix agent'"))
    with pytest.raises(CredentialsRefused):
        at_the_desk.voters.open(agent, number)
    with pytest.raises(LoginRefused):
        at_the_desk.operators.log_in(agent.name, PASSWORD)
    again = at_the_desk.operators.log_in(agent.name, NEW_PASSWORD)
    assert at_the_desk.voters.open(again, number).number == number


def test_a_logged_out_desk_holds_no_connection(at_the_desk, administrator, agent, database):
    at_the_desk.operators.log_out()
    assert has_gone(database, "alix agent")


def test_a_login_of_the_server_is_no_operator_by_that(database, clock, services, administrator):
    with database.write() as connection:
        connection.exec_driver_sql(f"CREATE ROLE eve LOGIN PASSWORD '{PASSWORD}' IN ROLE helpdesk_desk")
    store = Store(str(database.url))
    with pytest.raises(LoginRefused):
        build_services(make_context(store, clock)).operators.log_in("eve", PASSWORD)
    store.close()


def test_no_login_is_taken_over_but_a_plain_one_that_was_made_for_it(database, services, administrator):
    with database.write() as connection:
        connection.exec_driver_sql(f"CREATE ROLE zoe LOGIN PASSWORD '{NEW_PASSWORD}'")
        connection.exec_driver_sql(f"CREATE ROLE mighty LOGIN CREATEDB PASSWORD '{NEW_PASSWORD}'")
    add = services.operators.add
    try:
        for name, password in (("zoe", PASSWORD), ("postgres", PASSWORD), ("postgres", None), ("mighty", None)):
            with pytest.raises(OperatorExists):
                add(administrator, name, role=Role.AGENT, password=password)
        add(administrator, "Zoé", role=Role.AGENT, password=None)
        assert services.operators.log_in("zoe", NEW_PASSWORD).name == "Zoé"
    finally:
        with database.write() as connection:
            connection.exec_driver_sql("DROP ROLE mighty")


def test_a_name_that_no_login_can_have_is_no_operator(services, administrator):
    with pytest.raises(OperatorNotFound):
        services.operators.add(administrator, "x" * 64, role=Role.AGENT, password=PASSWORD)


def test_passwords_reach_the_server_as_scram_verifiers_only(database, services, administrator, agent):
    with database.read() as connection:
        kept = connection.scalars(
            text("SELECT rolpassword FROM pg_authid WHERE rolname IN ('ada admin', 'alix agent')")
        ).all()
        hashes = connection.scalars(text("SELECT password_hash FROM operator")).all()
    assert [each.startswith("SCRAM-SHA-256$4096:") for each in kept] == [True, True]
    assert hashes == [None, None]

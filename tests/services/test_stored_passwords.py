"""Passwords that the store keeps itself: guessing is slowed down for each name."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.adapters.argon2 import Argon2Hasher
from helpdesk.domain.errors import LoginRefused, LoginThrottled, WeakPassword
from helpdesk.domain.roles import Role
from helpdesk.services import build_services
from helpdesk.store.schema import operator
from tests.conftest import PASSWORD


@pytest.fixture
def database(sqlite_store):
    """A server keeps passwords and slows down guessing by itself: see test_server_logins.py."""
    return sqlite_store


@pytest.mark.parametrize("name", ["Ada Admin", "Nobody At All"])
def test_five_failures_close_a_name_whether_it_exists_or_not(services, administrator, clock, name):
    for _ in range(5):
        with pytest.raises(LoginRefused):
            services.operators.log_in(name, "wrong")
    with pytest.raises(LoginThrottled) as refused:
        services.operators.log_in(name, PASSWORD)
    assert refused.value.until == clock.now + timedelta(minutes=15)
    clock.advance(minutes=15)
    if name == "Ada Admin":
        assert services.operators.log_in(name, PASSWORD).id == administrator.id


def test_a_login_forgives_earlier_failures(services, administrator):
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(LoginRefused):
                services.operators.log_in(administrator.name, "wrong")
        services.operators.log_in(administrator.name, PASSWORD)


def test_guesses_made_at_once_are_no_more_than_guesses_in_turn(services, administrator):
    gate = threading.Barrier(12)

    def guess(number):
        gate.wait()
        try:
            services.operators.log_in(administrator.name, f"guess-{number}")
        except (LoginRefused, LoginThrottled) as refused:
            return type(refused)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(12)))
    assert (answers.count(LoginRefused), answers.count(LoginThrottled)) == (5, 7)


def test_a_login_renews_a_hash_of_older_parameters(services, administrator, context, database):
    stronger = replace(context.limits, argon2_time_cost=2)
    later = build_services(replace(context, limits=stronger, hasher=Argon2Hasher(stronger)))
    before = stored_hash(database)
    assert later.operators.log_in("Ada Admin", PASSWORD).id == administrator.id
    renewed = stored_hash(database)
    assert before != renewed
    assert "t=2" in renewed
    assert later.operators.log_in("Ada Admin", PASSWORD).id == administrator.id
    assert stored_hash(database) == renewed


def test_an_operator_of_an_embedded_store_has_a_password(services, administrator):
    with pytest.raises(WeakPassword):
        services.operators.add(administrator, "Alix Agent", role=Role.AGENT, password=None)


def stored_hash(database):
    with database.read() as connection:
        return connection.scalar(select(operator.c.password_hash))

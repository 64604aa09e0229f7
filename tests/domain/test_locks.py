"""Locks grow with every wrong password, up to a day."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.domain.limits import Limits
from helpdesk.domain.locks import locked_until

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
LIMITS = Limits(portal_password_failures=5, portal_lock_seconds=900, portal_lock_longest_seconds=86_400)


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(5, 15), (6, 30), (7, 60), (11, 960), (12, 1_440), (13, 1_440), (35, 1_440), (36, 1_440), (10**9, 1_440)],
)
def test_the_fifth_locks_a_quarter_of_an_hour_and_each_further_one_twice_as_long(failures, minutes):
    assert locked_until(failures, NOW, LIMITS) == NOW + timedelta(minutes=minutes)


def test_four_wrong_passwords_lock_nothing():
    assert [locked_until(failures, NOW, LIMITS) for failures in (-1, 0, 4)] == [None, None, None]

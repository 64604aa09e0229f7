"""The CAPTCHA: digits that only the portal can derive, good for a time, forgiving of spaces and of nothing else."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.domain.captcha import captcha_digits, is_fresh, is_solved, new_captcha

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)


def test_an_id_says_when_it_was_made_and_is_never_the_same():
    captcha = new_captcha(NOW)
    made, _, chance = captcha.partition(".")
    assert int(made) == NOW.timestamp()
    assert re.fullmatch(r"[\w-]{22}", chance)
    assert captcha != new_captcha(NOW)


def test_its_digits_are_four_and_depend_on_key_and_id():
    assert captcha_digits(KEY, "1.a") == "9588"
    assert {len(captcha_digits(KEY, f"1.{each}")) for each in range(200)} == {4}
    assert all(captcha_digits(KEY, f"1.{each}").isdecimal() for each in range(50))
    many = {captcha_digits(KEY, f"1.{each}") for each in range(200)}
    assert len(many) > 150
    assert captcha_digits(OTHER_KEY, "1.a") != captcha_digits(KEY, "1.a")


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(0, True), (899, True), (900, False), (901, False), (-60, True), (-61, False), (-3600, False)],
)
def test_it_is_good_for_its_time_and_for_a_minute_of_a_clock_that_is_ahead(age, fresh):
    captcha = f"{int(NOW.timestamp()) - age}.x"
    assert is_fresh(captcha, NOW, seconds=900) is fresh


@pytest.mark.parametrize("captcha", ["", ".", "x.y", "-5.a", "1e9.a", "².a", "١٢.a"])
def test_an_id_of_somebody_elses_making_is_never_fresh(captcha):
    assert is_fresh(captcha, NOW, seconds=10**10) is False
    assert is_fresh(new_captcha(NOW - timedelta(seconds=1)), NOW, seconds=2)


def test_spaces_do_not_matter_and_everything_else_does():
    digits = captcha_digits(KEY, "1.a")
    assert is_solved(KEY, "1.a", digits)
    assert is_solved(KEY, "1.a", f" {digits[:2]} {digits[2:]}\t")
    for wrong in ("", digits[:3], digits + "0", digits[::-1], "١٢٣٤", "\ud800", captcha_digits(KEY, "1.b")):
        assert not is_solved(KEY, "1.a", wrong)
    assert not is_solved(OTHER_KEY, "1.a", digits)

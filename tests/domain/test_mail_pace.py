"""How fast mails go to a domain that complained, and when campaigns rest."""

from datetime import UTC, datetime, time

import pytest

from helpdesk.domain.mail_pace import QuietHours, burst, domain_of, faster, slower, slows_domain


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("4.7.1", "come back later"),
        ("4.7.650", "policy"),
        ("4.3.1", ""),
        ("4.3.2", "system not accepting mail"),
        ("4.4.1", ""),
        ("4.4.3", ""),
        ("4.4.4", ""),
        ("4.4.5", "congestion"),
        ("421", "service not available"),
        ("451", "local error"),
        ("4.2.2", "Greylisted, try again"),
        ("450", "gray-listing in force"),
        ("450", "GREYLIST"),
        ("450", "too many connections"),
        ("450", "rate limit exceeded"),
        ("450", "you are being throttled"),
        ("450", "please slow down"),
    ],
)
def test_what_a_domain_says_of_all_its_mail(code, answer):
    assert slows_domain(code, answer)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("4.2.2", "mailbox full"),
        ("4.2.1", "mailbox disabled"),
        ("4.3.3", "not capable"),
        ("4.4.2", "bad connection"),
        ("4.1.1", ""),
        ("450", "mailbox busy"),
        ("452", "insufficient storage"),
        ("", ""),
        ("5.7.1", "refused for good"),
        ("x4.7.1", ""),
    ],
)
def test_what_concerns_one_mailbox_or_nothing(code, answer):
    assert not slows_domain(code, answer)


def test_the_gap_doubles_up_to_the_longest_and_halves_until_it_is_gone():
    gaps = [0]
    for _complaint in range(7):
        gaps.append(slower(gaps[-1], first_ms=2_000, longest_ms=60_000))
    assert gaps == [0, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]
    assert slower(500, first_ms=2_000, longest_ms=60_000) == 2_000
    assert [faster(gap, first_ms=2_000) for gap in (60_000, 4_000, 4_001, 3_999, 2_000)] == [
        30_000, 2_000, 2_000, None, None,
    ]  # fmt: skip


def test_a_second_of_mails_may_go_at_once():
    assert [burst(gap) for gap in (1, 3, 500, 501, 1_000, 1_001, 60_000)] == [1_000, 333, 2, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("begins", "ends", "at", "rests"),
    [
        (time(22), time(7), "21:59", False),
        (time(22), time(7), "22:00", True),
        (time(22), time(7), "00:00", True),
        (time(22), time(7), "06:59", True),
        (time(22), time(7), "07:00", False),
        (time(12), time(14), "11:59", False),
        (time(12), time(14), "12:00", True),
        (time(12), time(14), "13:59", True),
        (time(12), time(14), "14:00", False),
        (time(8), time(8), "08:00", False),
    ],
)
def test_campaigns_rest_by_the_clock_of_the_elections_zone(begins, ends, at, rests):
    hours = QuietHours(begins, ends)
    winter = datetime.fromisoformat(f"2026-11-25T{at}:00+01:00").astimezone(UTC)
    summer = datetime.fromisoformat(f"2026-07-25T{at}:00+02:00").astimezone(UTC)
    assert hours.rests(winter, "Europe/Paris") is rests
    assert hours.rests(summer, "Europe/Paris") is rests


def test_a_lane_is_named_by_the_domain_after_the_last_at():
    assert domain_of("Marie@AC-Rennes.fr ") == "ac-rennes.fr"
    assert domain_of('"a@b"@ac-nantes.fr') == "ac-nantes.fr"
    assert domain_of("nobody") == "nobody"

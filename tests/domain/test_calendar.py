"""Phases and moves of the calendar, to the second."""

from datetime import UTC, date, datetime, timedelta

import pytest

from helpdesk.domain.calendar import Election
from helpdesk.domain.states import Phase

SECOND = timedelta(seconds=1)


def paris(text):
    return datetime.fromisoformat(text).astimezone(UTC)


ELECTION = Election(
    name="2026", zone="Europe/Paris", portal_opens=paris("2026-10-13T08:00+02:00"),
    lists_published=paris("2026-11-16T09:00+01:00"), codes_from=paris("2026-11-07T10:00+01:00"),
    codes_until=paris("2026-11-17T17:00+01:00"), vote_opens=paris("2026-12-03T08:00+01:00"),
    vote_closes=paris("2026-12-10T17:00+01:00"), voting_url="https://vote.example.org/",
)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "moment", "after"),
    [
        (Phase.BEFORE_OPENING, ELECTION.portal_opens, Phase.ACTIVATION),
        (Phase.ACTIVATION, ELECTION.vote_opens, Phase.VOTE),
        (Phase.VOTE, ELECTION.vote_closes, Phase.CLOSED),
    ],
)
def test_a_phase_begins_at_its_very_second(before, moment, after):
    assert (ELECTION.phase(moment - SECOND), ELECTION.phase(moment)) == (before, after)


def test_every_time_moves_by_as_many_days_and_keeps_its_clock_time():
    moved = ELECTION.moved(vote_opens_on=date(2026, 12, 10))
    assert moved == Election(
        name="2026", zone="Europe/Paris", portal_opens=paris("2026-10-20T08:00+02:00"),
        lists_published=paris("2026-11-23T09:00+01:00"), codes_from=paris("2026-11-14T10:00+01:00"),
        codes_until=paris("2026-11-24T17:00+01:00"), vote_opens=paris("2026-12-10T08:00+01:00"),
        vote_closes=paris("2026-12-17T17:00+01:00"), voting_url="https://vote.example.org/",
    )  # fmt: skip
    assert moved.moved(vote_opens_on=date(2026, 12, 3)) == ELECTION


def test_the_day_of_the_vote_is_the_day_in_the_elections_zone():
    tahiti = Election(**{name: getattr(ELECTION, name) for name in Election.__slots__} | {"zone": "Pacific/Tahiti"})
    assert tahiti.moved(vote_opens_on=date(2026, 12, 2)) == tahiti  # 21:00 of the day before there


def test_opened_last_is_open_now_and_was_not_a_day_ago():
    for hour in range(24):
        now = paris(f"2026-11-25T{hour:02}:30+01:00")
        opened = ELECTION.opened_last(now)
        assert opened.portal_opens <= now < opened.portal_opens + timedelta(days=1)
        assert opened.vote_opens - opened.portal_opens in {timedelta(days=51), timedelta(days=51, hours=1)}

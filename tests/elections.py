"""The calendar that tests live in."""

from datetime import UTC, datetime, timedelta

from helpdesk.domain.calendar import Election

OPENING = datetime(2026, 10, 13, 6, tzinfo=UTC)


def election_around(opening: datetime = OPENING) -> Election:
    """The reference election's calendar, with the portal opening at `opening`."""
    return Election(
        name="Élections professionnelles 2026",
        zone="Europe/Paris",
        portal_opens=opening,
        lists_published=opening + timedelta(days=34),
        codes_from=opening + timedelta(days=25),
        codes_until=opening + timedelta(days=35),
        vote_opens=opening + timedelta(days=49),
        vote_closes=opening + timedelta(days=56, hours=9),
        voting_url="https://vote.example.org/",
    )

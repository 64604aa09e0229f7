"""The calendar of an election, and the phase a moment falls into. Data of the store, never constants."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.domain.states import Phase


@dataclass(frozen=True, slots=True)
class Election:
    """One election; all times are UTC, `zone` is the IANA name of the zone they are shown in."""

    name: str
    zone: str
    portal_opens: datetime
    lists_published: datetime
    codes_from: datetime
    codes_until: datetime
    vote_opens: datetime
    vote_closes: datetime
    voting_url: str = ""

    def phase(self, now: datetime) -> Phase:
        """The phase at `now`; the closing moment itself is already closed."""
        if now < self.portal_opens:
            return Phase.BEFORE_OPENING
        if now < self.vote_opens:
            return Phase.ACTIVATION
        if now < self.vote_closes:
            return Phase.VOTE
        return Phase.CLOSED

    def local(self, moment: datetime) -> datetime:
        """The moment in the election's zone."""
        return moment.astimezone(ZoneInfo(self.zone))

    def moved(self, *, vote_opens_on: date) -> "Election":
        """The same calendar, day by day, with the vote opening on another day; clock times in the zone stay."""
        zone = ZoneInfo(self.zone)
        shift = vote_opens_on - self.vote_opens.astimezone(zone).date()

        def move(moment: datetime) -> datetime:
            naive = moment.astimezone(zone).replace(tzinfo=None) + shift
            return naive.replace(tzinfo=zone).astimezone(UTC)

        return replace(
            self,
            portal_opens=move(self.portal_opens),
            lists_published=move(self.lists_published),
            codes_from=move(self.codes_from),
            codes_until=move(self.codes_until),
            vote_opens=move(self.vote_opens),
            vote_closes=move(self.vote_closes),
        )

    def opened_last(self, now: datetime) -> "Election":
        """The same calendar, moved to the latest days by which the portal is open at `now`, at any hour of the day."""
        span = self.local(self.vote_opens).date() - self.local(self.portal_opens).date()
        today = self.local(now).date()
        moved = self.moved(vote_opens_on=today + span)
        return moved if moved.portal_opens <= now else self.moved(vote_opens_on=today + span - timedelta(days=1))

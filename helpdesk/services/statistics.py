"""Counting: accounts by state, place, ballot and day; calls; mails. Always within the operator's scope."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Connection, Select, func, literal_column, select

from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import AccountState, shown_state
from helpdesk.domain.statistics import Day, Dimension, Fact, Overview, Slice
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import operator_at_work
from helpdesk.services.scopes import within_scope
from helpdesk.services.shortlist import ListedVoter
from helpdesk.store.engine import utc_hour
from helpdesk.store.schema import account, ballot, contact, enrolment, establishment, one_time_link, outbox, voter

_ESTABLISHMENTS = 40
_LISTED = 500
_HOURS = 24


class Statistics:
    """Figures for the overview page and `helpdesk stats`."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def overview(self, actor: Operator) -> Overview:
        """Every figure in one consistent view. Raises RoleRefused, SessionEnded.

        Of establishments, the forty largest.
        """
        now = self._context.clock()
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.READ_STATISTICS)
            scope = within_scope(who.scope)
            zone = ZoneInfo(current_election(connection).zone)
            states: Counter[AccountState] = Counter()
            academies = _slices(connection, _by(voter.c.academy, voter.c.academy).where(scope))
            for each in academies:
                states.update(each.states)
            places = _by(establishment.c.code, establishment.c.name).join(
                establishment, establishment.c.id == voter.c.establishment_id
            )
            ballots = (
                _by(ballot.c.code, ballot.c.name)
                .join(enrolment, enrolment.c.voter_id == voter.c.id)
                .join(ballot, ballot.c.id == enrolment.c.ballot_id)
            )
            slices = {
                Dimension.ACADEMY: academies,
                Dimension.DEPARTMENT: _slices(connection, _by(voter.c.department, voter.c.department).where(scope)),
                Dimension.ESTABLISHMENT: _slices(connection, places.where(scope))[:_ESTABLISHMENTS],
                Dimension.BALLOT: _slices(connection, ballots.where(scope)),
            }
            calls = connection.execute(
                select(contact.c.motive, func.count())
                .join(voter, voter.c.id == contact.c.voter_id)
                .where(scope)
                .group_by(contact.c.motive)
            )
            mails = connection.execute(
                select(outbox.c.fate, func.count())
                .join(voter, voter.c.id == outbox.c.voter_id)
                .where(scope)
                .group_by(outbox.c.fate)
            )
            begun = connection.execute(_calls_of_today(now, zone).where(scope))
            hours = Counter(row.started.astimezone(zone).hour for row in begun)
            return Overview(
                states=dict(states),
                slices=slices,
                days=_days(connection, zone, scope),
                calls={row[0]: row[1] for row in calls},
                mails={row[0]: row[1] for row in mails},
                load=tuple(hours[hour] for hour in range(_HOURS)),
            )

    def voters(
        self, actor: Operator, behind: Dimension | Fact, code: str, *, state: AccountState | None = None
    ) -> tuple[ListedVoter, ...]:
        """The voters behind a bar, by name, each once, at most 500.

        Raises RoleRefused: it takes the right to search voters.
        """
        now = self._context.clock()
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.SEARCH_VOTERS)
            query = (
                select(
                    voter.c.number,
                    voter.c.first_name,
                    voter.c.usage_name,
                    voter.c.family_name,
                    establishment.c.name,
                    account.c.state,
                    account.c.locked_until,
                )
                .join(account, account.c.voter_id == voter.c.id)
                .join(establishment, establishment.c.id == voter.c.establishment_id)
                .where(_behind(connection, behind, code, now), within_scope(who.scope))
                .order_by(voter.c.family_name, voter.c.first_name, voter.c.id)
                .limit(_LISTED)
            )
            if state is not None:
                query = query.where(account.c.state == state)
            return tuple(
                ListedVoter(
                    row.number,
                    f"{row.first_name} {row.usage_name or row.family_name}",
                    row.name,
                    shown_state(AccountState(row.state), row.locked_until, now),
                )
                for row in connection.execute(query)
            )


def _behind(connection: Connection, behind: Dimension | Fact, code: str, now: datetime) -> ColumnElement[bool]:
    """Who is counted in the bar of this code."""
    match behind:
        case Fact.MOTIVE:
            return voter.c.id.in_(select(contact.c.voter_id).where(contact.c.motive == code))
        case Fact.FATE:
            return voter.c.id.in_(select(outbox.c.voter_id).where(outbox.c.fate == code))
        case Fact.HOUR:
            zone = ZoneInfo(current_election(connection).zone)
            calls = connection.execute(_calls_of_today(now, zone))
            return voter.c.id.in_({row.id for row in calls if row.started.astimezone(zone).hour == int(code)})
        case Dimension.BALLOT:
            enrolled = select(enrolment.c.voter_id).join(ballot, ballot.c.id == enrolment.c.ballot_id)
            return voter.c.id.in_(enrolled.where(ballot.c.code == code))
    columns: dict[Dimension | Fact, Column[Any]] = {
        Fact.STATE: account.c.state,
        Dimension.ACADEMY: voter.c.academy,
        Dimension.DEPARTMENT: voter.c.department,
        Dimension.ESTABLISHMENT: establishment.c.code,
    }
    return columns[behind] == code


def _calls_of_today(now: datetime, zone: ZoneInfo) -> Select[Any]:
    """When calls of today began, with their voters."""
    today = datetime.combine(now.astimezone(zone).date(), time.min, zone).astimezone(UTC)
    begun = select(voter.c.id, contact.c.started).join(voter, voter.c.id == contact.c.voter_id)
    return begun.where(contact.c.started >= today, contact.c.started < today + timedelta(days=1))


def _by(code: Column[str], name: Column[str]) -> Select[Any]:
    """Voters counted by a column and their state."""
    counted = select(code.label("code"), name.label("name"), account.c.state, func.count().label("voters"))
    grouped = counted.select_from(voter.join(account, account.c.voter_id == voter.c.id))
    return grouped.group_by(*dict.fromkeys((code, name)), account.c.state)


def _slices(connection: Connection, query: Select[Any]) -> tuple[Slice, ...]:
    """Bars, the largest first."""
    found: dict[str, dict[AccountState, int]] = defaultdict(dict)
    names: dict[str, str] = {}
    for row in connection.execute(query):
        found[row.code][AccountState(row.state)] = row.voters
        names[row.code] = row.name
    slices = [Slice(code, names[code], states) for code, states in found.items()]
    return tuple(sorted(slices, key=lambda each: (-each.voters, each.code)))


def _days(connection: Connection, zone: ZoneInfo, scope: Any) -> tuple[Day, ...]:  # noqa: ANN401 (a condition)
    """Day by day, each voter once a column, without gaps."""
    first_mail = (
        select(func.min(outbox.c.sent_at).label("at"))
        .join(voter, voter.c.id == outbox.c.voter_id)
        .where(scope, outbox.c.sent_at.is_not(None))
        .group_by(outbox.c.voter_id)
    )
    first_open = (
        select(func.min(one_time_link.c.opened).label("at"))
        .join(voter, voter.c.id == one_time_link.c.voter_id)
        .where(scope, one_time_link.c.opened.is_not(None))
        .group_by(one_time_link.c.voter_id)
    )
    activated = (
        select(account.c.activated_at.label("at"))
        .join(voter, voter.c.id == account.c.voter_id)
        .where(scope, account.c.activated_at.is_not(None))
    )
    counts = [_by_day(connection, query, zone) for query in (first_mail, first_open, activated)]
    every = sorted({day for each in counts for day in each})
    if not every:
        return ()
    span = (every[-1] - every[0]).days + 1
    all_days = [every[0] + timedelta(days=number) for number in range(span)]
    return tuple(Day(day, *(each[day] for each in counts)) for day in all_days)


def _by_day(connection: Connection, moments: Select[Any], zone: ZoneInfo) -> Counter[date]:
    """Moments counted by day of the zone; the database counts hours, so that a million voters are a few rows."""
    inner = moments.subquery()
    rows = connection.execute(
        select(utc_hour(connection, inner.c.at).label("hour"), func.count()).group_by(literal_column("hour"))
    )
    counted: Counter[date] = Counter()
    for text, count in rows:
        moment = datetime.strptime(str(text), "%Y-%m-%d %H").replace(tzinfo=UTC)
        counted[moment.astimezone(zone).date()] += count
    return counted

"""The lanes of the outbox: one for each priority and receiving domain, each with its own pace.

Choosing costs one step of an index for each lane, however many mails wait in it; a domain that wants fewer mails
slows its own lane and no other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Text, delete, select, text, update

from helpdesk.domain.limits import Limits
from helpdesk.domain.mail_pace import BULK_LANE, burst, faster, slower
from helpdesk.domain.states import SENT_PRIORITIES, MailPriority
from helpdesk.store.due_mails import WAITING_SQL
from helpdesk.store.engine import upsert
from helpdesk.store.schema import UtcDateTime, mail_pace

# A loose index scan: from one domain to the next, without a look at the mails between them.
_LANES = text(
    f"""
    WITH RECURSIVE lane(domain) AS (
        SELECT min(domain) FROM outbox WHERE {WAITING_SQL} AND priority = :priority
        UNION ALL
        SELECT (SELECT min(domain) FROM outbox
                WHERE {WAITING_SQL} AND priority = :priority AND domain > lane.domain)
        FROM lane WHERE lane.domain IS NOT NULL
    )
    SELECT lane.domain AS domain,
           (SELECT min(next_attempt_at) FROM outbox
            WHERE {WAITING_SQL} AND priority = :priority AND outbox.domain = lane.domain) AS due
    FROM lane WHERE lane.domain IS NOT NULL
    """
).columns(domain=Text, due=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Lane:
    """Mails of one priority to one domain; `due` is when the first of them is, `pace` the gap in milliseconds."""

    priority: MailPriority
    domain: str
    due: datetime
    pace: int | None = None

    @property
    def quota(self) -> int | None:
        """How many mails may go at once; None for as many as there are."""
        return None if self.pace is None else burst(self.pace)


@dataclass(frozen=True, slots=True)
class _Pace:
    gap_ms: int
    next_at: datetime


def all_lanes(connection: Connection) -> list[Lane]:
    """Every lane in which a mail waits, those of asked mails first, the longest waiting first in each priority."""
    lanes = [
        Lane(priority, row.domain, row.due)
        for priority in SENT_PRIORITIES
        for row in connection.execute(_LANES, {"priority": int(priority)})
    ]
    return sorted(lanes, key=lambda lane: (lane.priority, lane.due, lane.domain))


def open_lanes(connection: Connection, limits: Limits, now: datetime, *, bulk_rests: bool) -> list[Lane]:
    """The lanes from which a mail may be taken now."""
    due = [lane for lane in all_lanes(connection) if lane.due <= now]
    if not due:
        return []
    paces = _paces(connection)
    bulk = paces.get(BULK_LANE)
    if bulk_rests or (limits.bulk_per_minute and bulk is not None and bulk.next_at > now):
        due = [lane for lane in due if lane.priority is not MailPriority.BULK]
    return [
        Lane(lane.priority, lane.domain, lane.due, _gap(paces.get(lane.domain), limits))
        for lane in due
        if (pace := paces.get(lane.domain)) is None or pace.next_at <= now
    ]


def bulk_quota(limits: Limits) -> int | None:
    """How many mails of campaigns may be taken at once; None for as many as there are."""
    return burst(_per_minute(limits.bulk_per_minute)) if limits.bulk_per_minute else None


def note_taken(connection: Connection, limits: Limits, now: datetime, taken: Sequence[Lane]) -> None:
    """Keep the lanes' paces: `taken` names a lane once for each mail taken from it."""
    for lane in sorted(set(taken), key=lambda each: each.domain):
        if lane.pace is not None:
            _hold(connection, lane.domain, lane.pace, now, taken.count(lane))
    bulk = sum(lane.priority is MailPriority.BULK for lane in taken)
    if bulk and limits.bulk_per_minute:
        _hold(connection, BULK_LANE, _per_minute(limits.bulk_per_minute), now, bulk)


def note_answers(
    connection: Connection, limits: Limits, now: datetime, *, slowed: Mapping[str, str], took: Iterable[str]
) -> None:
    """Slow down the domains of `slowed` (their answers are kept), let those that `took` mails have more."""
    took = set(took) - set(slowed)
    known = _paces(connection, {*slowed, *took})
    first_ms, longest_ms = limits.pace_first_seconds * 1000, limits.pace_longest_seconds * 1000
    for domain in sorted(slowed):
        before = known[domain].gap_ms if domain in known else 0
        gap = slower(before, first_ms=first_ms, longest_ms=longest_ms)
        values = {"lane": domain, "gap_ms": gap, "next_at": now + _span(gap), "answer": slowed[domain]}
        connection.execute(upsert(connection, mail_pace, values, key="lane", renew=("gap_ms", "next_at", "answer")))
    floor = _per_minute(limits.domain_per_minute) if limits.domain_per_minute else None
    for domain in sorted(took & set(known)):
        gap_now = faster(known[domain].gap_ms, first_ms=first_ms) or floor
        row = mail_pace.c.lane == domain
        if gap_now is None:
            connection.execute(delete(mail_pace).where(row))
        else:
            connection.execute(update(mail_pace).where(row).values(gap_ms=gap_now))


def open_again(connection: Connection, *, later_than: datetime, now: datetime) -> None:
    """Let lanes go on that are held longer than any pace could: by a clock that was ahead."""
    connection.execute(update(mail_pace).where(mail_pace.c.next_at > later_than).values(next_at=now))


def _paces(connection: Connection, lanes: Iterable[str] | None = None) -> dict[str, _Pace]:
    query = select(mail_pace.c.lane, mail_pace.c.gap_ms, mail_pace.c.next_at)
    if lanes is not None:
        query = query.where(mail_pace.c.lane.in_(sorted(lanes))).with_for_update()
    return {row.lane: _Pace(row.gap_ms, row.next_at) for row in connection.execute(query)}


def _gap(pace: _Pace | None, limits: Limits) -> int | None:
    floor = _per_minute(limits.domain_per_minute) if limits.domain_per_minute else 0
    gap = max(floor, pace.gap_ms if pace is not None else 0)
    return gap or None


def _hold(connection: Connection, lane: str, gap: int, now: datetime, count: int) -> None:
    values = {"lane": lane, "gap_ms": gap, "next_at": now + _span(gap * count)}
    connection.execute(upsert(connection, mail_pace, values, key="lane", renew=("next_at",)))


def _per_minute(count: int) -> int:
    return max(1, 60_000 // count)


def _span(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=milliseconds)

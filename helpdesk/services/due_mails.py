"""Which mails are due, and whose turn it is: a share for each lane, asked mails before those of campaigns."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, text

from helpdesk.domain.states import SENT_PRIORITIES, MailPriority
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.mail_lanes import WAITING, WAITING_SQL, Lane, bulk_quota, open_lanes
from helpdesk.store.schema import UtcDateTime, account, outbox, voter

_SMALLEST_SHARE = 8  # mails of one lane at least: a look at a lane costs more than a mail of it


def any_due(context: ServiceContext, now: datetime) -> bool:
    """A look that takes no lock: on the embedded store, an idle mailer must not keep the desk from writing."""
    with context.store.read() as connection:
        return any(
            connection.scalar(_ANY_DUE, {"priority": int(lane.priority), "domain": lane.domain, "now": now}) is not None
            for lane in _open(context, connection, now)
        )


def lock_due(context: ServiceContext, connection: Connection, now: datetime, limit: int) -> list[tuple[Row[Any], Lane]]:
    """Due mails that no other transaction has its hands on: a share of each lane, then more of the first ones."""
    lanes = _open(context, connection, now)
    found: dict[int, Lane] = {}
    bulk_left = bulk_quota(context.limits)
    for priority in SENT_PRIORITIES:
        of_priority = [lane for lane in lanes if lane.priority is priority]
        before = len(found)
        room = limit - before if priority is MailPriority.ASKED or bulk_left is None else min(limit - before, bulk_left)
        share = max(_SMALLEST_SHARE, room // max(1, len(of_priority)))
        wanted = dict.fromkeys(of_priority, share)
        found |= _locked(connection, wanted, now, found, room)
        had = Counter(found.values())
        wanted = {lane: room for lane in of_priority if had[lane] == share}
        found |= _locked(connection, wanted, now, found, room - len(found) + before)
    rows: Sequence[Any] = connection.execute(_CLAIMED_ROWS, {"ids": list(found)}).all() if found else []
    place = {mail_id: each for each, mail_id in enumerate(found)}
    return [(row, found[row.id]) for row in sorted(rows, key=lambda row: place[row.id])]


def _open(context: ServiceContext, connection: Connection, now: datetime) -> list[Lane]:
    quiet = context.mail.quiet
    rests = quiet is not None and quiet.rests(now, current_election(connection).zone)
    return open_lanes(connection, context.limits, now, bulk_rests=rests)


def _locked(
    connection: Connection, wanted: Mapping[Lane, int], now: datetime, found: Mapping[int, Lane], room: int
) -> dict[int, Lane]:
    """Up to so many mails more of each lane, `room` in all, the longest waiting first in each."""
    had = Counter(found.values())
    left = {lane: most if lane.quota is None else min(most, lane.quota - had[lane]) for lane, most in wanted.items()}
    left = {lane: most for lane, most in left.items() if most > 0}
    if not left or room <= 0:
        return {}
    if connection.dialect.name == "postgresql":
        return _locked_at_once(connection, left, now, list(found), room)
    more: dict[int, Lane] = {}
    for lane, most in left.items():
        values = {
            "priority": int(lane.priority),
            "domain": lane.domain,
            "now": now,
            "had": list(found),
            "most": min(most, room - len(more)),
        }
        if values["most"]:
            more |= dict.fromkeys(connection.scalars(_DUE_IDS, values), lane)
    return more


def _locked_at_once(
    connection: Connection, wanted: Mapping[Lane, int], now: datetime, had: Collection[int], room: int
) -> dict[int, Lane]:
    lanes = list(wanted)
    values = {
        "priorities": [int(lane.priority) for lane in lanes],
        "domains": [lane.domain for lane in lanes],
        "most": list(wanted.values()),
        "had": list(had),
        "now": now,
        "room": room,
    }
    return {row.id: lanes[row.place - 1] for row in connection.execute(_DUE_AT_ONCE, values)}


_NOW = bindparam("now", type_=UtcDateTime)
_DUE = and_(
    WAITING,
    outbox.c.priority == bindparam("priority"),
    outbox.c.domain == bindparam("domain"),
    outbox.c.next_attempt_at <= _NOW,
    or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= _NOW),
)
_ANY_DUE = select(outbox.c.id).where(_DUE).limit(1)
_DUE_IDS = (
    select(outbox.c.id)
    .where(_DUE, outbox.c.id.not_in(bindparam("had", expanding=True)))
    .order_by(outbox.c.next_attempt_at)
    .limit(bindparam("most"))
)
_DUE_AT_ONCE = text(
    f"""
    SELECT mail.id, lane.place
    FROM unnest(CAST(:priorities AS integer[]), CAST(:domains AS text[]), CAST(:most AS integer[]))
         WITH ORDINALITY AS lane(priority, domain, most, place)
    CROSS JOIN LATERAL (
        SELECT id FROM outbox
        WHERE {WAITING_SQL} AND priority = lane.priority AND domain = lane.domain AND next_attempt_at <= :now
              AND (leased_until IS NULL OR leased_until <= :now) AND id <> ALL (CAST(:had AS bigint[]))
        ORDER BY next_attempt_at LIMIT lane.most FOR UPDATE SKIP LOCKED
    ) AS mail
    LIMIT :room
    """
).bindparams(_NOW)
_CLAIMED_ROWS = (
    select(
        outbox.c.id,
        outbox.c.message_id,
        outbox.c.kind,
        outbox.c.language,
        outbox.c.to_address,
        outbox.c.generation,
        outbox.c.attempts,
        outbox.c.domain,
        outbox.c.priority,
        outbox.c.answer_code,
        outbox.c.expires_at,
        account.c.link_generation,
        voter.c.number,
    )
    .join(voter, voter.c.id == outbox.c.voter_id)
    .join(account, account.c.voter_id == outbox.c.voter_id)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
)

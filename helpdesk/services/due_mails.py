"""Which mails are due, and whose turn it is: a share for each lane, asked mails before those of campaigns."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from helpdesk.domain.states import SENT_PRIORITIES, MailPriority
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.mail_lanes import Lane, bulk_quota, open_lanes
from helpdesk.store.among import among
from helpdesk.store.due_mails import DueShare, is_due, lock_due_mails
from helpdesk.store.schema import account, outbox, voter

_SMALLEST_SHARE = 8  # mails of one lane at least: a look at a lane costs more than a mail of it


def any_due(context: ServiceContext, now: datetime) -> bool:
    """A look that takes no lock: on the embedded store, an idle mailer must not keep the desk from writing."""
    with context.store.read() as connection:
        lanes = _open(context, connection, now)
        return any(is_due(connection, int(lane.priority), lane.domain, now) for lane in lanes)


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
    lanes = list(left)
    shares = [DueShare(int(lane.priority), lane.domain, left[lane]) for lane in lanes]
    return {mail_id: lanes[place] for mail_id, place in lock_due_mails(connection, shares, now, found, room)}


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
    .where(among(outbox.c.id, "ids"))
)

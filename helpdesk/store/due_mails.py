"""Mails that wait: found by the index of each lane (priority and domain), and locked for one mailer at a time."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select, text

from helpdesk.domain.states import MailFate
from helpdesk.store.schema import UtcDateTime, outbox

# Written into the SQL as `ix_outbox_due` has it: with bound values, SQLite would not use a partial index.
WAITING: ColumnElement[bool] = outbox.c.fate.in_(
    bindparam(
        "waiting",
        (MailFate.QUEUED, MailFate.FAILED_TEMPORARILY, MailFate.SENDING),
        expanding=True,
        literal_execute=True,
    )
)
WAITING_SQL = "fate IN ('queued', 'failed_temporarily', 'sending')"

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


class DueShare(NamedTuple):
    """How many due mails of a lane are wanted at most."""

    priority: int
    domain: str
    most: int


def is_due(connection: Connection, priority: int, domain: str, now: datetime) -> bool:
    """Whether a mail of this lane is due and nobody's; takes no lock."""
    return connection.scalar(_ANY_DUE, {"priority": priority, "domain": domain, "now": now}) is not None


def lock_due_mails(
    connection: Connection, shares: Sequence[DueShare], now: datetime, had: Collection[int], room: int
) -> Iterator[tuple[int, int]]:
    """Ids of due mails, each with the place of its share, `room` in all; the longest waiting first in each.

    None of `had`, and none that another transaction has its hands on: PostgreSQL locks them one by one, in one
    statement for all lanes; on the embedded store the transaction has locked everything.
    """
    if connection.dialect.name == "postgresql":
        values = {
            "priorities": [share.priority for share in shares],
            "domains": [share.domain for share in shares],
            "most": [share.most for share in shares],
            "had": list(had),
            "now": now,
            "room": room,
        }
        for row in connection.execute(_DUE_AT_ONCE, values):
            yield row.id, row.place - 1
        return
    for place, share in enumerate(shares):
        values = {"priority": share.priority, "domain": share.domain, "now": now, "had": list(had)}
        ids = connection.scalars(_DUE_IDS, values | {"most": min(share.most, room)}).all() if room else []
        room -= len(ids)
        for mail_id in ids:
            yield mail_id, place

"""The audit chain as the store holds it: appending inside the transaction that acts, and walking it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, cast, func, insert, select

from helpdesk.domain.audit import GENESIS, Action, AuditEvent, ChainHead, Outcome, chain_hash, content_hash
from helpdesk.store.schema import Document, UtcDateTime, audit_event
from helpdesk.store.schema import voter as voters

_BATCH = 2_000


def append(
    connection: Connection,
    *,
    at: datetime,
    actor: str,
    action: Action,
    outcome: Outcome = Outcome.DONE,
    voter: str | None = None,
    reason: str | None = None,
    detail: dict[str, str] | None = None,
    request: str | None = None,
) -> None:
    """Add a row to the end of the chain, in the caller's transaction; a refusal names a voter only if there is one.

    Call it last before the commit: it takes the chain's lock, which is held until then. On PostgreSQL the database
    makes the row itself, in one round trip, and signs it with the name of whose login this is.
    """
    detail = detail or {}
    if connection.dialect.name == "postgresql":
        made = func.helpdesk.append_audit(
            cast(at, UtcDateTime),
            actor,
            str(action),
            str(outcome),
            voter,
            reason,
            cast(detail, Document),
            request,
        )
        connection.execute(select(made))
        return
    if outcome is Outcome.REFUSED and not connection.scalar(select(voters.c.id).where(voters.c.number == voter)):
        voter = None
    last = chain_head(connection)
    seq = last.seq + 1
    content = content_hash(
        seq=seq,
        at=at,
        actor=actor,
        action=action,
        outcome=outcome,
        voter=voter,
        reason=reason,
        detail=detail,
        request=request,
    )
    connection.execute(
        insert(audit_event).values(
            seq=seq,
            at=at,
            actor=actor,
            action=action,
            outcome=outcome,
            voter=voter,
            reason=reason,
            detail=detail,
            request=request,
            content_hash=content,
            hash=chain_hash(last.hash, content),
        )
    )


def chain_head(connection: Connection) -> ChainHead:
    """The last row's number and hash; number 0 for an empty chain."""
    last = connection.execute(
        select(audit_event.c.seq, audit_event.c.hash).order_by(audit_event.c.seq.desc()).limit(1)
    ).first()
    return ChainHead(last.seq, last.hash) if last else ChainHead(0, GENESIS)


def done_before(connection: Connection, request: str | None) -> AuditEvent | None:
    """The row of an earlier run of the same request, None if it was not done yet."""
    if request is None:
        return None
    row = connection.execute(select(audit_event).where(audit_event.c.request == request)).first()
    return event_of(row) if row else None


def walk_chain(connection: Connection) -> Iterator[AuditEvent]:
    """Every row, oldest first, in batches."""
    last = 0
    while True:
        query = select(audit_event).where(audit_event.c.seq > last).order_by(audit_event.c.seq).limit(_BATCH)
        rows = connection.execute(query).all()
        if not rows:
            return
        for row in rows:
            yield event_of(row)
        last = rows[-1].seq


def event_of(row: Row[Any]) -> AuditEvent:
    """A row of the table as a value."""
    return AuditEvent(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        action=row.action,
        outcome=row.outcome,
        voter=row.voter,
        reason=row.reason,
        detail=row.detail,
        request=row.request,
        content_hash=row.content_hash,
        hash=row.hash,
    )

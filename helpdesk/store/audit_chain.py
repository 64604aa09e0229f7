"""The audit chain as the store holds it: appending inside the transaction that acts, and walking it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from helpdesk.domain.audit import GENESIS, Action, AuditEvent, ChainHead, Outcome, chain_hash, content_hash
from helpdesk.store.engine import lock_audit
from helpdesk.store.schema import audit_event

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
) -> AuditEvent:
    """Add a row to the end of the chain, in the caller's transaction.

    Call it last before the commit: on PostgreSQL it takes the chain's lock, which is held until then.
    """
    lock_audit(connection)
    last = connection.execute(
        select(audit_event.c.seq, audit_event.c.hash).order_by(audit_event.c.seq.desc()).limit(1)
    ).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    content = content_hash(
        seq=seq,
        at=at,
        actor=actor,
        action=action,
        outcome=outcome,
        voter=voter,
        reason=reason,
        detail=detail or {},
        request=request,
    )
    event = AuditEvent(
        seq=seq,
        at=at,
        actor=actor,
        action=action,
        outcome=outcome,
        voter=voter,
        reason=reason,
        detail=detail or {},
        request=request,
        content_hash=content,
        hash=chain_hash(previous, content),
    )
    connection.execute(
        insert(audit_event).values(
            seq=event.seq,
            at=event.at,
            actor=event.actor,
            action=event.action,
            outcome=event.outcome,
            voter=event.voter,
            reason=event.reason,
            detail=event.detail,
            request=event.request,
            content_hash=event.content_hash,
            hash=event.hash,
        )
    )
    return event


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

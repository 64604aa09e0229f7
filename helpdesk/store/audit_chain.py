"""The audit chain as the store holds it: appending inside the transaction that acts, and walking it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text

from helpdesk.domain.audit import (
    GENESIS,
    Action,
    AuditEvent,
    ChainHead,
    Outcome,
    canonical_content,
    chain_hash,
    content_hash,
)
from helpdesk.store.schema import Document, UtcDateTime, audit_event
from helpdesk.store.schema import voter as voters

_BATCH = 2_000

_APPEND = text("SELECT helpdesk.append_audit(:at, CAST(:actor AS text), :entries)").bindparams(
    bindparam("at", type_=UtcDateTime), bindparam("entries", type_=Document)
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a new row of the trail says."""

    action: Action
    outcome: Outcome = Outcome.DONE
    voter: str | None = None
    reason: str | None = None
    detail: dict[str, str] = field(default_factory=dict)
    request: str | None = None

    def values(self) -> dict[str, Any]:
        """The columns that it fills."""
        return {
            "action": self.action,
            "outcome": self.outcome,
            "voter": self.voter,
            "reason": self.reason,
            "detail": self.detail,
            "request": self.request,
        }


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
    append_all(
        connection,
        at=at,
        actor=actor,
        entries=[Entry(action, outcome, voter, reason, detail or {}, request)],
    )


def append_all(connection: Connection, *, at: datetime, actor: str, entries: Sequence[Entry]) -> None:
    """Add several rows at once, as `append` adds one."""
    if not entries:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(_APPEND, {"at": at, "actor": actor, "entries": [entry.values() for entry in entries]})
        return
    head, rows = chain_head(connection), []
    for entry in entries:
        known = entry.outcome is not Outcome.REFUSED or connection.scalar(
            select(voters.c.id).where(voters.c.number == entry.voter)
        )
        values = entry.values() | {"seq": head.seq + 1, "at": at, "actor": actor}
        values["voter"] = entry.voter if known else None
        content = content_hash(canonical_content(**values))
        head = ChainHead(head.seq + 1, chain_hash(head.hash, content))
        rows.append(values | {"content_hash": content, "hash": head.hash})
    connection.execute(insert(audit_event), rows)


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

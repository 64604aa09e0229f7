"""The audit trail: reading it and proving it."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from sqlalchemy import ColumnElement, select

from helpdesk.domain.audit import Action, AuditEvent, ChainHead, verify_chain
from helpdesk.domain.audit_search import TrailFilter
from helpdesk.domain.progress import Progress
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.spreadsheets import formula_safe
from helpdesk.private_file import private_file
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import operator_at_work
from helpdesk.store.audit_chain import append, chain_head, event_of, walk_chain
from helpdesk.store.schema import audit_event, operator

_PARTS = ("mailer", "portal", "init", "demo")
"""Parts of the program that sign rows."""

_TELL_EVERY = 500


class Trail:
    """Reading and proving the trail; for administrators and auditors."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def show(
        self, actor: Operator, *, voter: str | None = None, by: str | None = None, limit: int = 100
    ) -> tuple[AuditEvent, ...]:
        """The newest rows, newest first, of one voter or one actor if given. Raises RoleRefused."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.READ_AUDIT)
            query = select(audit_event).order_by(audit_event.c.seq.desc()).limit(limit)
            if voter is not None:
                query = query.where(audit_event.c.voter == voter)
            if by is not None:
                query = query.where(audit_event.c.actor == by)
            return tuple(event_of(row) for row in connection.execute(query))

    def search(
        self, actor: Operator, wanted: TrailFilter, *, before: int | None = None, limit: int = 200
    ) -> tuple[AuditEvent, ...]:
        """The newest rows that fit, newest first; those older than row `before` if given. Raises RoleRefused.

        Looking is itself recorded, once for each search: going on to older rows is not another one.
        """
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.READ_AUDIT)
            query = select(audit_event).where(*_fits(wanted)).order_by(audit_event.c.seq.desc()).limit(limit)
            if before is not None:
                query = query.where(audit_event.c.seq < before)
            found = tuple(event_of(row) for row in connection.execute(query))
        if before is None:
            detail = {name: str(value) for name, value in asdict(wanted).items() if value}
            with self._context.store.write() as connection:
                append(connection, at=self._context.clock(), actor=who.name, action=Action.AUDIT_READ, detail=detail)
        return found

    def actors(self, actor: Operator) -> tuple[str, ...]:
        """Who can have signed a row: every operator by name, then the program's own parts. Raises RoleRefused."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.READ_AUDIT)
            names = connection.scalars(select(operator.c.name).order_by(operator.c.folded)).all()
        return (*names, *_PARTS)

    def head(self, actor: Operator) -> ChainHead:
        """The end of the chain, to be kept elsewhere. Raises RoleRefused."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.READ_AUDIT)
            return chain_head(connection)

    def verify(
        self, actor: Operator, *, against: ChainHead | None = None, progress: Progress | None = None
    ) -> ChainHead:
        """Check every row in one consistent view; the head if all is well. Raises AuditBroken, RoleRefused."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.READ_AUDIT)
            rows = _told(walk_chain(connection), chain_head(connection).seq, progress)
            return verify_chain(rows, against=against)

    def export(
        self,
        actor: Operator,
        path: Path,
        *,
        wanted: TrailFilter | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Write the trail as CSV, oldest first, or what fits of it; the number of rows. The export is itself audited.

        Cells that a spreadsheet would take for a formula are prefixed with an apostrophe. The file is for its owner
        only, and appears when it is whole. Raises UnreadableFile, RoleRefused.
        """
        with self._context.store.write() as connection:
            who = operator_at_work(connection, actor, Permission.READ_AUDIT)
            append(connection, at=self._context.clock(), actor=who.name, action=Action.AUDIT_EXPORTED)
        with private_file(path) as file, self._context.store.read() as connection:
            text = TextIOWrapper(file, encoding="utf-8", newline="")
            rows = _told(walk_chain(connection), chain_head(connection).seq, progress)
            count = _write_rows(text, rows, wanted or TrailFilter())
            text.flush()
            text.detach()
        return count


def _write_rows(file: TextIO, rows: Iterable[AuditEvent], wanted: TrailFilter) -> int:
    out = csv.writer(file, delimiter=";")
    out.writerow(
        ("seq", "at", "actor", "action", "outcome", "voter", "reason", "detail", "request", "content_hash", "hash")
    )
    count = 0
    for event in rows:
        if not _matches(event, wanted):
            continue
        count += 1
        detail = json.dumps(event.detail, ensure_ascii=False, sort_keys=True)
        who = (event.at.isoformat(), event.actor, event.action, event.outcome, event.voter or "")
        what = (event.reason or "", detail, event.request or "", event.content_hash, event.hash)
        out.writerow((event.seq, *(formula_safe(cell) for cell in who + what)))
    return count


def _fits(wanted: TrailFilter) -> list[ColumnElement[bool]]:
    """The filter as conditions."""
    texts = (
        (audit_event.c.voter, wanted.voter),
        (audit_event.c.actor, wanted.actor),
        (audit_event.c.action, wanted.action),
        (audit_event.c.outcome, wanted.outcome),
    )
    conditions = [column == text for column, text in texts if text]
    if wanted.since is not None:
        conditions.append(audit_event.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(audit_event.c.at < wanted.until)
    return conditions


def _matches(event: AuditEvent, wanted: TrailFilter) -> bool:
    """The filter on a row that the chain's walk gives."""
    texts = (
        (event.voter, wanted.voter),
        (event.actor, wanted.actor),
        (event.action, wanted.action),
        (event.outcome, wanted.outcome),
    )
    within = (wanted.since is None or event.at >= wanted.since) and (wanted.until is None or event.at < wanted.until)
    return within and all(not text or value == text for value, text in texts)


def _told(rows: Iterable[AuditEvent], total: int, progress: Progress | None) -> Iterator[AuditEvent]:
    """The rows as they come, with progress told now and then."""
    for event in rows:
        if progress is not None and event.seq % _TELL_EVERY == 0:
            progress(event.seq, total)
        yield event

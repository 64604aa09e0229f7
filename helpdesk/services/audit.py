"""The audit trail: reading it and proving it."""

import csv
import json
from pathlib import Path

from sqlalchemy import select

from helpdesk.domain.audit import Action, AuditEvent, ChainHead, verify_chain
from helpdesk.domain.roles import Operator, Permission
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import operator_at_work
from helpdesk.store.audit_chain import append, chain_head, event_of, walk_chain
from helpdesk.store.schema import audit_event


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

    def head(self, actor: Operator) -> ChainHead:
        """The end of the chain, to be kept elsewhere. Raises RoleRefused."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.READ_AUDIT)
            return chain_head(connection)

    def verify(self, actor: Operator, *, against: ChainHead | None = None) -> ChainHead:
        """Check every row in one consistent view; the head if all is well. Raises AuditBroken, RoleRefused."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.READ_AUDIT)
            return verify_chain(walk_chain(connection), against=against)

    def export(self, actor: Operator, path: Path) -> int:
        """Write the whole trail as CSV, oldest first; the number of rows. The export is itself audited.

        Cells that a spreadsheet would take for a formula are prefixed with an apostrophe.
        """
        now = self._context.clock()
        with self._context.store.write() as connection:
            operator = operator_at_work(connection, actor, Permission.READ_AUDIT)
            append(connection, at=now, actor=operator.name, action=Action.AUDIT_EXPORTED)
        with self._context.store.read() as connection, path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, delimiter=";")
            out.writerow(
                (
                    "seq",
                    "at",
                    "actor",
                    "action",
                    "outcome",
                    "voter",
                    "reason",
                    "detail",
                    "request",
                    "content_hash",
                    "hash",
                )
            )
            count = 0
            for event in walk_chain(connection):
                count += 1
                detail = json.dumps(event.detail, ensure_ascii=False, sort_keys=True)
                who = (event.at.isoformat(), event.actor, event.action, event.outcome, event.voter or "")
                what = (event.reason or "", detail, event.request or "", event.content_hash, event.hash)
                out.writerow((event.seq, *(_formula_safe(cell) for cell in who + what)))
        return count


def _formula_safe(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell

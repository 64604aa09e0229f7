"""Retention: at the end of the appeal period everything held on voters goes, and a signed statement says what went."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from helpdesk import __version__
from helpdesk.domain.audit import PURGED_THROUGH, Action
from helpdesk.domain.errors import Refusal, TooEarlyToPurge
from helpdesk.domain.ports import StatementSigner
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.statements import PurgeStatement, SignedStatement
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import operator_at_work, record_refusal
from helpdesk.store.audit_chain import append, chain_head
from helpdesk.store.copies import earlier_copies
from helpdesk.store.retention import count_readable_audit, count_rows, redact_audit, remove_rows, rewrite
from helpdesk.system.open_files import remove_file


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """What a purge would remove: rows by table, rows of the trail to redact, copies of the store beside it."""

    removed: dict[str, int]
    audit_rows: int
    copies: tuple[Path, ...]


class Retention:
    """Removing what may no longer be kept (facts.md, rule 11)."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def plan(self, actor: Operator, *, after: date) -> PurgePlan:
        """What `purge` would do now. Raises TooEarlyToPurge, RoleRefused."""
        with self._context.store.read() as connection:
            self._admit(connection, actor, after)
            return self._plan(connection)

    def purge(
        self, actor: Operator, *, after: date, signer: StatementSigner, keep: Callable[[SignedStatement], None]
    ) -> SignedStatement:
        """Remove all that is held on voters; `after` is the last day of the appeal period.

        The statement is signed and handed to `keep` before the transaction commits: if it cannot be kept, nothing is
        removed. Only copies of the store that lie beside it are gone by then. Raises TooEarlyToPurge,
        RoleRefused, the store's faults, and whatever `keep` raises.
        """
        store = self._context.store
        try:
            with store.read() as connection:
                self._admit(connection, actor, after)
            copies = earlier_copies(store)
            for copy in copies:
                remove_file(copy)
            with store.write() as connection:
                who = self._admit(connection, actor, after)
                signed = self._remove(connection, who, after, signer, copies)
                keep(signed)
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.STORE_PURGED, refusal)
            raise
        rewrite(store)
        return signed

    def _remove(
        self, connection: Connection, who: Operator, after: date, signer: StatementSigner, copies: tuple[Path, ...]
    ) -> SignedStatement:
        now = self._context.clock()
        election = current_election(connection).name
        plan = self._plan(connection)
        through = chain_head(connection).seq
        remove_rows(connection)
        redact_audit(connection)
        detail = {PURGED_THROUGH: str(through), "appeals_ended": after.isoformat()}
        detail |= {f"removed_{name}": str(count) for name, count in plan.removed.items()}
        append(connection, at=now, actor=who.name, action=Action.STORE_PURGED, detail=detail)
        statement = PurgeStatement(
            program=f"helpdesk {__version__}",
            election=election,
            appeals_ended=after,
            purged_at=now,
            purged_by=who.name,
            removed=plan.removed,
            audit_rows_redacted=plan.audit_rows,
            audit_head=chain_head(connection),
            copies_destroyed=tuple(copy.name for copy in copies),
        )
        return SignedStatement(statement, signer.sign(statement.content()))

    def _plan(self, connection: Connection) -> PurgePlan:
        copies = earlier_copies(self._context.store)
        return PurgePlan(count_rows(connection), count_readable_audit(connection), copies)

    def _admit(self, connection: Connection, actor: Operator, after: date) -> Operator:
        who = operator_at_work(connection, actor, Permission.PURGE)
        election = current_election(connection)
        zone = ZoneInfo(election.zone)
        last_day = max(after, election.vote_closes.astimezone(zone).date())
        ends = datetime.combine(last_day + timedelta(days=1), time(), zone)
        if self._context.clock() < ends:
            raise TooEarlyToPurge(ends - timedelta(minutes=1))
        return who

"""The electoral roll: checking a file, and importing all of it or nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, insert, select

from helpdesk.domain.addresses import fold_address
from helpdesk.domain.audit import Action
from helpdesk.domain.errors import Refusal, RollFrozen, RollRejected
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.roll import (
    Problem,
    ProblemCode,
    RollReport,
    RollRow,
    Severity,
    check_row,
    shorten,
)
from helpdesk.domain.states import Phase
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import operator_at_work, record_refusal
from helpdesk.services.roll_changes import RollChanges
from helpdesk.store.audit_chain import append
from helpdesk.store.schema import roll_import, voter

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""

_TELL_EVERY = 500


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a file would do to the store."""

    added: tuple[RollRow, ...]
    changed: tuple[tuple[int, RollRow], ...]
    back: tuple[int, ...]
    unchanged: int
    missing: tuple[int, ...]


class Rolls:
    """Electoral rolls as the ministry exports them."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def check(
        self, actor: Operator, path: Path, *, mapping: Path | None = None, progress: Progress | None = None
    ) -> RollReport:
        """What the file holds and what importing it would do; changes nothing.

        Raises UnreadableFile, UnknownHeader, DuplicateHeader, MissingHeader, RoleRefused. Problems of rows are in
        the report.
        """
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.IMPORT_ROLL)
        rows, report = self._read(path, mapping, progress)
        if report.errors:
            return report
        with self._context.store.read() as connection:
            return _counted(report, _plan(connection, rows))

    def import_roll(
        self,
        actor: Operator,
        path: Path,
        *,
        mapping: Path | None = None,
        remove_missing: bool = False,
        progress: Progress | None = None,
    ) -> RollReport:
        """Apply all of the file, or nothing of it.

        A file imported twice changes nothing the second time. A voter whom the file lacks is kept and marked, or
        removed if asked. Where a tied address changes, links die and both addresses are told. Raises RollRejected
        when any row has an error, RollFrozen during the vote, what `check` raises, and the store's faults.
        """
        try:
            with self._context.store.read() as connection:
                operator_at_work(connection, actor, Permission.IMPORT_ROLL)
                self._refuse_if_frozen(connection)
            rows, report = self._read(path, mapping, progress)
            if report.errors:
                raise RollRejected(report)
            with self._context.store.write() as connection:
                return self._apply(connection, actor, rows, report, remove_missing=remove_missing, progress=progress)
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.ROLL_IMPORTED, refusal)
            raise

    def _apply(
        self,
        connection: Connection,
        actor: Operator,
        rows: Sequence[RollRow],
        report: RollReport,
        *,
        remove_missing: bool,
        progress: Progress | None,
    ) -> RollReport:
        now = self._context.clock()
        who = operator_at_work(connection, actor, Permission.IMPORT_ROLL)
        self._refuse_if_frozen(connection)
        plan = _plan(connection, rows)
        changes = RollChanges(connection, self._context, who, now)
        changes.change(plan.changed)
        changes.add(plan.added, progress)
        changes.welcome_back(plan.back)
        if remove_missing:
            changes.remove(plan.missing)
        else:
            changes.mark_missing(plan.missing)
        done = _counted(report, plan)
        if remove_missing:
            done = replace(done, removed=len(plan.missing), missing=0)
        self._record(connection, who, done, now)
        return done

    def _record(self, connection: Connection, who: Operator, report: RollReport, now: datetime) -> None:
        counts = {
            "added": report.added,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "removed": report.removed,
        }
        warnings = [f"{problem.line} {problem.column} {problem.code}" for problem in report.problems]
        connection.execute(
            insert(roll_import).values(
                file_name=report.file,
                file_hash=report.file_hash,
                imported_by=who.id,
                imported_at=now,
                report={"rows": report.rows, "missing": report.missing, "warnings": warnings[:1000]},
                **counts,
            )
        )
        detail = {name: str(count) for name, count in counts.items()} | {"file_hash": report.file_hash}
        append(connection, at=now, actor=who.name, action=Action.ROLL_IMPORTED, detail=detail)

    def _refuse_if_frozen(self, connection: Connection) -> None:
        if current_election(connection).phase(self._context.clock()) is Phase.VOTE:
            raise RollFrozen

    def _read(
        self, path: Path, mapping: Path | None, progress: Progress | None
    ) -> tuple[tuple[RollRow, ...], RollReport]:
        reader = self._context.read_roll
        file_hash = reader.digest(path)
        rows: list[RollRow] = []
        problems: list[Problem] = []
        rejected = count = 0
        for line, cells in reader(path, mapping=mapping):
            count += 1
            checked = check_row(line, cells)
            if isinstance(checked, RollRow):
                rows.append(checked)
            else:
                problems += checked
                rejected += 1
            if progress is not None and count % _TELL_EVERY == 0:
                progress(count, 0)
        problems += _clashes(rows)
        report = RollReport(
            file=path.name,
            file_hash=file_hash,
            rows=count,
            rejected=rejected,
            problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        )
        return tuple(rows), report


def _clashes(rows: Sequence[RollRow]) -> Iterator[Problem]:
    """What is wrong between rows: a voter twice, an address tied twice, an address tied here and known there."""
    numbers: dict[str, int] = {}
    tied: dict[str, int] = {}
    for row in rows:
        if numbers.setdefault(row.number, row.line) != row.line:
            yield Problem(row.line, "id_electeur", ProblemCode.DUPLICATE_VOTER, shorten(row.number))
        if tied.setdefault(fold_address(row.tied), row.line) != row.line:
            yield Problem(row.line, "mel_identifiant", ProblemCode.ADDRESS_TIED_TWICE, shorten(row.tied))
    for row in rows:
        for other in row.others:
            if fold_address(other) in tied:
                yield Problem(
                    row.line, "mel_secondaires", ProblemCode.ADDRESS_ALSO_TIED, shorten(other), Severity.WARNING
                )


def _plan(connection: Connection, rows: Sequence[RollRow]) -> _Plan:
    known = {
        row.number: row
        for row in connection.execute(select(voter.c.id, voter.c.number, voter.c.roll_digest, voter.c.missing_since))
    }
    added: list[RollRow] = []
    changed: list[tuple[int, RollRow]] = []
    back: list[int] = []
    unchanged = 0
    for row in rows:
        stored = known.pop(row.number, None)
        if stored is None:
            added.append(row)
            continue
        if stored.missing_since is not None:
            back.append(stored.id)
        if stored.roll_digest != row.digest:
            changed.append((stored.id, row))
        else:
            unchanged += 1
    missing = tuple(row.id for row in known.values())
    return _Plan(tuple(added), tuple(changed), tuple(back), unchanged, missing)


def _counted(report: RollReport, plan: _Plan) -> RollReport:
    return replace(
        report,
        added=len(plan.added),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
        missing=len(plan.missing),
    )

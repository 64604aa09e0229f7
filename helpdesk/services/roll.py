"""The electoral roll: checking a file, and importing all of it or nothing."""

import gc
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, func, insert, select

from helpdesk.domain.addresses import fold_address
from helpdesk.domain.audit import Action
from helpdesk.domain.errors import Refusal, RollFrozen, RollRejected, RollStopped, StoreBusy
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
from helpdesk.services.roll_differences import differences
from helpdesk.services.roll_spool import RowSpool
from helpdesk.store.audit_chain import append
from helpdesk.store.bulk import first_load, write_much
from helpdesk.store.schema import roll_import, voter

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""

Stop: TypeAlias = Callable[[], bool]
"""Asked now and then: True ends the work, and nothing has been changed."""

_TELL_EVERY = 2_000
_SEEN = b""


@contextmanager
def _many_values() -> Iterator[None]:
    """Look for no cycles among millions of short-lived tuples: none are made."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


class Rolls:
    """Electoral rolls as the ministry exports them."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def check(
        self,
        actor: Operator,
        path: Path,
        *,
        mapping: Path | None = None,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> RollReport:
        """What the file holds and what importing it would do, voter by voter; changes nothing.

        Raises UnreadableFile, UnknownHeader, DuplicateHeader, MissingHeader, RoleRefused, RollStopped. Problems of
        rows are in the report.
        """
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.IMPORT_ROLL)
        with RowSpool() as changed, RowSpool() as added, _many_values():
            return self._compare(path, mapping, _Told(progress, stop), added, changed)[0]

    def import_roll(
        self,
        actor: Operator,
        path: Path,
        *,
        mapping: Path | None = None,
        remove_missing: bool = False,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> RollReport:
        """Apply all of the file, or nothing of it.

        The file is read, checked and compared first, without any lock; one transaction then applies the differences.
        A file imported twice changes nothing the second time. A voter whom the file lacks is kept and marked, or
        removed if asked. Where a tied address changes, links die and both addresses are told. Raises RollRejected
        when any row has an error, RollFrozen during the vote, StoreBusy when another import came between, what
        `check` raises, and the store's faults.
        """
        try:
            with self._context.store.read() as connection:
                operator_at_work(connection, actor, Permission.IMPORT_ROLL)
                self._refuse_if_frozen(connection)
            with RowSpool() as changed, RowSpool() as added:
                told = _Told(progress, stop)
                with _many_values():
                    report, missing, back = self._compare(path, mapping, told, added, changed)
                if report.errors:
                    raise RollRejected(report)
                plan = _Plan(added, changed, missing, back, report)
                with write_much(self._context.store) as connection, _many_values():
                    return self._apply(connection, actor, plan, told, remove_missing=remove_missing)
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.ROLL_IMPORTED, refusal)
            raise

    def _apply(
        self, connection: Connection, actor: Operator, plan: "_Plan", told: "_Told", *, remove_missing: bool
    ) -> RollReport:
        now = self._context.clock()
        who = operator_at_work(connection, actor, Permission.IMPORT_ROLL)
        self._refuse_if_frozen(connection)
        report = plan.report
        if connection.scalar(select(func.max(roll_import.c.id))) != report.since:
            raise StoreBusy
        changes = RollChanges(connection, self._context, who, now)
        ids = changes.ids_of([*plan.missing, *plan.back])
        done = 0
        for batch in plan.changed.batches():
            changes.change(batch)
            done += len(batch)
            told.so_far(done, report.added + report.changed)
        with first_load(connection):
            for batch in plan.added.batches():
                changes.add(batch)
                done += len(batch)
                told.so_far(done, report.added + report.changed)
            changes.finish()
        changes.welcome_back([ids[number] for number in plan.back])
        gone = [ids[number] for number in plan.missing]
        finished = report
        if remove_missing:
            changes.remove(gone)
            finished = replace(report, removed=len(gone), missing=0)
        else:
            changes.mark_missing(gone)
        self._record(connection, who, finished, now)
        return finished

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

    def _compare(
        self, path: Path, mapping: Path | None, told: "_Told", added: RowSpool, changed: RowSpool
    ) -> tuple[RollReport, list[str], list[str]]:
        """Read the file once: its problems, and its rows that are new or changed; numbers missing, and back again."""
        reader = self._context.read_roll
        file_hash = reader.digest(path)
        with self._context.store.read() as connection:
            since = connection.scalar(select(func.max(roll_import.c.id)))
            known, away = _known(connection)
        problems: list[Problem] = []
        back: list[str] = []
        clashes = _Clashes()
        rejected = count = 0
        for line, cells in reader(path, mapping=mapping):
            count += 1
            if count % _TELL_EVERY == 0:
                told.so_far(count, 0)
            checked = check_row(line, cells)
            if not isinstance(checked, RollRow):
                problems += checked
                rejected += 1
                continue
            clashes.meet(checked)
            number = checked.number
            stored = known.get(number)
            if stored is None:
                added.put(checked)
                continue
            known[number] = _SEEN
            if number in away:
                back.append(number)
            if stored != bytes.fromhex(checked.digest):
                changed.put(checked)
        problems += clashes.problems(partial(reader, path, mapping=mapping))
        missing = [number for number, digest in known.items() if digest != _SEEN]
        report = RollReport(
            file=path.name,
            file_hash=file_hash,
            rows=count,
            rejected=rejected,
            added=len(added),
            changed=len(changed),
            unchanged=count - rejected - len(added) - len(changed),
            missing=len(missing),
            problems=tuple(sorted(problems, key=lambda problem: problem.line)),
            since=since,
        )
        if not report.errors:
            with self._context.store.read() as connection:
                found = differences(connection, added=added, changed=changed, missing=missing)
            report = replace(report, differences=found)
        else:
            report = replace(report, added=0, changed=0, unchanged=0, missing=0)
        return report, missing, back


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a file would do to the store."""

    added: RowSpool
    changed: RowSpool
    missing: list[str]
    back: list[str]
    report: RollReport


@dataclass(frozen=True, slots=True)
class _Told:
    """Whoever watches an import, and may stop it."""

    progress: Progress | None
    stop: Stop | None

    def so_far(self, done: int, total: int) -> None:
        """Tell how far it is. Raises RollStopped if it is to end."""
        if self.stop is not None and self.stop():
            raise RollStopped
        if self.progress is not None:
            self.progress(done, total)


class _Clashes:
    """What is wrong between rows: a voter twice, an address tied twice, an address tied here and known there.

    Of a million numbers and addresses the hashes are kept, in arrays: sets of strings would take half the memory of
    an import. What looks alike by its hash is compared as written in a second look, which a sound file never needs.
    """

    def __init__(self) -> None:
        self._numbers, self._tied, self._tied_lines = array("q"), array("q"), array("q")
        self._others, self._other_lines = array("q"), array("q")

    def meet(self, row: RollRow) -> None:
        """Take note of a row."""
        line = row.line
        self._numbers.append(hash(row.number))
        self._tied.append(hash(fold_address(row.tied)))
        self._tied_lines.append(line)
        for other in row.others:
            self._others.append(hash(fold_address(other)))
            self._other_lines.append(line)

    def problems(self, cells_again: Callable[[], Iterator[tuple[int, dict[str, str]]]]) -> list[Problem]:
        """Every clash, in any order; `cells_again` reads the file once more."""
        numbers, tied = _twice(self._numbers), _twice(self._tied)
        others = set(self._tied).intersection(self._others) if self._others else set()
        if not numbers and not tied and not others:
            return []
        suspects = {
            line
            for hashes, lines, wanted in (
                (self._numbers, self._tied_lines, numbers),
                (self._tied, self._tied_lines, tied),
                (self._tied, self._tied_lines, others),
                (self._others, self._other_lines, others),
            )
            if wanted
            for each, line in zip(hashes, lines, strict=True)
            if each in wanted
        }
        checked = (check_row(line, cells) for line, cells in cells_again() if line in suspects)
        return _clashes([row for row in checked if isinstance(row, RollRow)])


def _twice(hashes: "array[int]") -> set[int]:
    ordered = sorted(hashes)
    return {left for left, right in pairwise(ordered) if left == right}


def _clashes(rows: Sequence[RollRow]) -> list[Problem]:
    found: list[Problem] = []
    numbers: set[str] = set()
    tied: set[str] = set()
    for row in rows:
        if row.number in numbers:
            found.append(Problem(row.line, "id_electeur", ProblemCode.DUPLICATE_VOTER, shorten(row.number)))
        address = fold_address(row.tied)
        if address in tied:
            found.append(Problem(row.line, "mel_identifiant", ProblemCode.ADDRESS_TIED_TWICE, shorten(row.tied)))
        numbers.add(row.number)
        tied.add(address)
    found += [_also_tied(row.line, other) for row in rows for other in row.others if fold_address(other) in tied]
    return found


def _also_tied(line: int, other: str) -> Problem:
    return Problem(line, "mel_secondaires", ProblemCode.ADDRESS_ALSO_TIED, shorten(other), Severity.WARNING)


def _known(connection: Connection) -> tuple[dict[str, bytes], set[str]]:
    """The digest of every voter's row by number, and the numbers of those marked as missing."""
    known: dict[str, bytes] = {}
    away: set[str] = set()
    query = select(voter.c.number, voter.c.roll_digest, voter.c.missing_since)
    for number, digest, since in connection.execution_options(yield_per=10_000).execute(query):
        known[number] = _bytes_of(digest)
        if since is not None:
            away.add(number)
    return known, away


def _bytes_of(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest) or b"?"
    except ValueError:
        return b"?"

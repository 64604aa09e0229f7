"""The electoral roll: checking a file, and importing all of it or nothing."""

import gc
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain, islice, pairwise
from operator import not_
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, func, insert, select

from helpdesk.domain.addresses import fold_address, fold_addresses
from helpdesk.domain.audit import Action
from helpdesk.domain.errors import Refusal, RollFrozen, RollRejected, RollStopped, ScopeTooNarrow, StoreBusy
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.roll import MOST_DIFFERENCES, Problem, ProblemCode, RawRows, RollReport, Severity, shorten
from helpdesk.domain.roll_rows import RollRow, RollRows, digests_as_written, split_several
from helpdesk.domain.states import Phase
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import operator_at_work, record_refusal
from helpdesk.services.roll_arrivals import NewVoters, new_voters
from helpdesk.services.roll_changes import RollChanges
from helpdesk.services.roll_differences import differences
from helpdesk.services.roll_known import KnownVoters
from helpdesk.services.roll_spool import RowSpool
from helpdesk.store.arrivals import Ground
from helpdesk.store.audit_chain import append
from helpdesk.store.bulk import write_much
from helpdesk.store.engine import file_faults
from helpdesk.store.import_turn import import_turn
from helpdesk.store.schema import roll_import

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""

Stop: TypeAlias = Callable[[], bool]
"""Asked now and then: True ends the work, and nothing has been changed."""

_SHARES = 8


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

        Raises UnreadableFile, UnknownHeader, DuplicateHeader, MissingHeader, RoleRefused, ScopeTooNarrow,
        RollStopped. Problems of
        rows are in the report.
        """
        with self._context.store.read() as connection:
            _importer(connection, actor)
        with _many_values(), self._read(path, mapping, _Told(progress, stop), check=True) as plan:
            return plan.report

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
        when any row has an error, RollFrozen during the vote, ImportUnderWay, what `check` raises, and the store's
        faults.
        """
        try:
            with self._context.store.read() as connection:
                _importer(connection, actor)
                self._refuse_if_frozen(connection)
            told = _Told(progress, stop)
            turn = import_turn(self._context.store, actor.name, self._context.clock())
            with turn, _many_values(), self._read(path, mapping, told, removing=remove_missing) as plan:
                if plan.report.errors:
                    raise RollRejected(plan.report)
                for _step in plan.added.prepare():
                    told.so_far(0, plan.report.added + plan.report.changed)
                with write_much(self._context.store, only_first=plan.added.are_first) as connection:
                    return self._apply(connection, actor, plan, told, remove_missing=remove_missing)
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.ROLL_IMPORTED, refusal)
            raise

    def _apply(
        self, connection: Connection, actor: Operator, plan: "_Plan", told: "_Told", *, remove_missing: bool
    ) -> RollReport:
        now = self._context.clock()
        who = _importer(connection, actor)
        self._refuse_if_frozen(connection)
        report = plan.report
        if connection.scalar(select(func.max(roll_import.c.id))) != report.since:
            raise StoreBusy
        plan.added.settle(connection)
        changes = RollChanges(connection, self._context, who, now)
        ids = changes.ids_of([*plan.missing, *plan.back])
        gone = [ids[number] for number in plan.missing]
        finished = report
        if remove_missing:  # first: others may have their addresses now
            changes.remove(gone)
            finished = replace(report, removed=len(gone), missing=0)
        else:
            changes.mark_missing(gone)
        for batch in plan.changed.batches():
            changes.release(batch)
        done = 0
        for batch in plan.changed.batches():
            changes.change(batch)
            done += len(batch)
            told.so_far(done, report.added + report.changed)
        if report.added:
            for added in plan.added.apply(connection, changes):
                told.so_far(done + added, report.added + report.changed)
        changes.welcome_back([ids[number] for number in plan.back])
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

    @contextmanager
    def _read(
        self, path: Path, mapping: Path | None, told: "_Told", *, check: bool = False, removing: bool = False
    ) -> Iterator["_Plan"]:
        """Read the file once and compare it with the store: what is to be done; `removing` whom the file lacks."""
        reader = self._context.read_roll
        file_hash = reader.digest(path)
        with self._context.store.read() as connection:
            since = connection.scalar(select(func.max(roll_import.c.id)))
            ground = Ground.of(connection)
        voters = new_voters(self._context.store, ground, only_counted=check)
        with file_faults(), voters as added, RowSpool() as changed:
            comparison = _Comparison(KnownVoters(self._context.store), added, changed, removing=removing)
            for raw in reader(path, mapping=mapping):
                comparison.meet(raw)
                told.so_far(comparison.rows, 0)
            added.end()
            plan = comparison.plan(path, file_hash, since, partial(reader, path, mapping=mapping))
            if not plan.report.errors:
                with self._context.store.read() as connection:
                    found = differences(
                        connection, added=comparison.first_added, changed=comparison.first_changed, missing=plan.missing
                    )
                plan = replace(plan, report=replace(plan.report, differences=found))
            yield plan


def _importer(connection: Connection, actor: Operator) -> Operator:
    """The operator as stored. Raises RoleRefused; ScopeTooNarrow, since whom a scope hides would be added again."""
    who = operator_at_work(connection, actor, Permission.IMPORT_ROLL)
    if not who.scope.is_everything:
        raise ScopeTooNarrow
    return who


class _Comparison:
    """A file's rows beside the voters known: who is added, changed, back again, missing, and what is wrong."""

    def __init__(self, known: KnownVoters, added: NewVoters, changed: RowSpool, *, removing: bool) -> None:
        self._known, self._added, self._changed, self._removing = known, added, changed, removing
        self._taken: list[tuple[Problem, str]] = []
        self._problems: list[Problem] = []
        self._back: list[str] = []
        self._clashes = _Clashes()
        self._as_stored = True
        self.rows = self._rejected = 0
        self.first_added: list[RollRow] = []
        self.first_changed: list[RollRow] = []

    def meet(self, raw: RawRows) -> None:
        """Take note of some rows. Those that are stored as they are were sound when they were."""
        self.rows += len(raw.lines)
        otherwise = self._pass_over_known(raw)
        if otherwise.lines:
            self._meet(RollRows.stored(otherwise))

    def _pass_over_known(self, raw: RawRows) -> RawRows:
        """The rows but those written just as they are stored: most of an updated roll, and no more is asked of them.

        Dates may have either form. A file that writes nobody so, for its spaces or small letters, is asked for one
        batch only.
        """
        if not self._as_stored or not self._known.have_rows:
            return raw
        is_otherwise = self._known.are_otherwise(digests_as_written(raw))
        self._as_stored = not all(is_otherwise)
        if not self._as_stored:
            return raw
        same = raw.only([*map(not_, is_otherwise)])
        numbers, tied, others = map(same.column, ("id_electeur", "mel_identifiant", "mel_secondaires"))
        self._clashes.meet(same.lines, numbers, fold_addresses(tied), fold_addresses(others))
        self._back += self._known.back(numbers)
        return raw.only(is_otherwise)

    def _meet(self, rows: RollRows) -> None:
        is_fresh = self._known.are_otherwise(rows.digests)
        fresh = rows.only(is_fresh)
        met = rows
        if wrong := fresh.problems():
            self._problems += chain.from_iterable(wrong.values())
            self._rejected += len(wrong)
            fresh_places = [place for place, each in enumerate(is_fresh) if each]
            bad = {fresh_places[place] for place in wrong}
            met = rows.only([place not in bad for place in range(len(rows))])
            fresh = fresh.only([place not in wrong for place in range(len(fresh))])
        self._clashes.meet(met.lines, met["id_electeur"], met.folded, met.folded_others)
        is_new = self._known.are_new(fresh["id_electeur"]) if len(fresh) else []
        owners = self._known.owners(fresh.folded) if len(fresh) else {}
        if owners:
            self._taken += _taken(fresh, owners)
        new = fresh.only(is_new)
        if len(new):
            self.first_added += islice(new, MOST_DIFFERENCES - len(self.first_added))
            self._added.put(new)
        if len(new) < len(fresh):
            changed = fresh.only([*map(not_, is_new)])
            self.first_changed += islice(changed, MOST_DIFFERENCES - len(self.first_changed))
            for row in changed:
                self._changed.put(row)
        self._back += self._known.back(met["id_electeur"])

    def plan(
        self, path: Path, file_hash: str, since: int | None, rows_again: Callable[[], Iterator[RawRows]]
    ) -> "_Plan":
        """What all of it comes to; `rows_again` reads the file once more."""
        missing = self._known.missing()
        found = [*self._problems, *self._clashes.problems(rows_again), *self._kept_by_others(missing)]
        problems = tuple(sorted(found, key=lambda problem: problem.line))
        report = RollReport(
            file=path.name,
            file_hash=file_hash,
            rows=self.rows,
            rejected=self._rejected,
            problems=problems,
            since=since,
        )
        if not report.errors:
            added, changed = len(self._added), len(self._changed)
            report = replace(
                report, added=added, changed=changed, unchanged=self.rows - added - changed, missing=len(missing)
            )
        return _Plan(self._added, self._changed, missing, self._back, report)

    def _kept_by_others(self, missing: list[str]) -> list[Problem]:
        """Addresses tied to voters who are not there to be changed, nor to be removed."""
        if not self._taken:
            return []
        give_up = {row.number for batch in self._changed.batches() for row in batch}
        if self._removing:
            give_up.update(missing)
        return [problem for problem, owner in self._taken if owner not in give_up]


def _taken(rows: RollRows, owners: Mapping[str, str]) -> Iterator[tuple[Problem, str]]:
    """Rows whose tied address is another voter's now, as problems, and the number of that voter."""
    cells = zip(rows.lines, rows["id_electeur"], rows["mel_identifiant"], rows.folded, strict=True)
    for line, number, address, folded in cells:
        owner = owners.get(folded, number)
        if owner != number:
            yield Problem(line, "mel_identifiant", ProblemCode.ADDRESS_TAKEN, shorten(address)), owner


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a file would do to the store."""

    added: NewVoters
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

    def meet(self, lines: Sequence[int], numbers: Sequence[str], tied: Sequence[str], others: Sequence[str]) -> None:
        """Take note of some rows: their numbers, tied and other addresses, the latter folded."""
        self._numbers.extend(map(hash, numbers))
        self._tied.extend(map(hash, tied))
        self._tied_lines.extend(lines)
        for line, several in zip(lines, others, strict=True):
            if several:
                for other in split_several(several):
                    self._others.append(hash(other))
                    self._other_lines.append(line)

    def problems(self, rows_again: Callable[[], Iterator[RawRows]]) -> list[Problem]:
        """Every clash, in any order; `rows_again` reads the file once more."""
        numbers, tied = _twice(self._numbers), _twice(self._tied)
        others = _in_both(self._tied, self._others)
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
        found: list[RollRow] = []
        for raw in rows_again():
            if not suspects.isdisjoint(raw.lines):
                rows = RollRows.stored(raw)
                wrong = rows.problems()
                found += rows.only([line in suspects and at not in wrong for at, line in enumerate(raw.lines)])
        return _clashes(found)


def _twice(hashes: "array[int]") -> set[int]:
    found: set[int] = set()
    for share in _shares(hashes):
        if len(set(share)) != len(share):
            share.sort()
            found.update(left for left, right in pairwise(share) if left == right)
    return found


def _in_both(one: "array[int]", other: "array[int]") -> set[int]:
    shares = zip(_shares(one), _shares(other), strict=True)
    return set().union(*(set(left).intersection(right) for left, right in shares))


def _shares(hashes: "array[int]") -> Iterator[list[int]]:
    """All of them, some at a time: as objects, a million numbers are 40 MB."""
    shares = [array("q") for _share in range(_SHARES)]
    for each in hashes:
        shares[each % _SHARES].append(each)
    return map(list, shares)


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

"""Voters whom a roll adds: taken in while the file is read, put into the store in its transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Connection

from helpdesk.domain.roll_rows import RollRows, split_several
from helpdesk.services.roll_changes import RollChanges
from helpdesk.services.roll_spool import RowSpool
from helpdesk.store.bulk import first_load
from helpdesk.store.engine import Store
from helpdesk.store.staged_voters import STEPS, Ground, StagedVoters, staged_voters


class Arrivals(Protocol):
    """The voters that one file adds."""

    def __len__(self) -> int: ...

    def put(self, rows: RollRows) -> None:
        """Take in voters, while the file is read. Raises WorkerLost, StoreFull."""
        ...

    def end(self) -> None:
        """No more come."""
        ...

    def apply(self, connection: Connection, changes: RollChanges) -> Iterator[int]:
        """Add them in a transaction; gives how many are done, as they are. Raises StoreBusy, WorkerLost."""
        ...


@contextmanager
def arrivals(store: Store, ground: Ground, *, only_counted: bool) -> Iterator[Arrivals]:
    """For this store as it is now; `only_counted` for a check, after which nothing is applied."""
    if only_counted:
        yield _Counted()
    elif store.path is not None:
        with staged_voters(store.path, ground) as staged:
            yield _ToFile(staged)
    else:
        with RowSpool() as spool:
            yield _ToServer(spool)


class _Counted:
    """Forgotten at once."""

    def __init__(self) -> None:
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, rows: RollRows) -> None:
        self._count += len(rows)

    def end(self) -> None:
        pass

    def apply(self, connection: Connection, changes: RollChanges) -> Iterator[int]:
        raise NotImplementedError


class _ToFile:
    """Prepared beside the embedded store by SQLite itself, and taken over from table to table."""

    def __init__(self, staged: StagedVoters) -> None:
        self._staged = staged
        self._establishments: dict[str, str] = {}
        self._ballots: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._staged)

    def put(self, rows: RollRows) -> None:
        self._establishments.update(zip(rows["uai"], rows["etablissement"], strict=True))
        self._ballots.update(dict.fromkeys(rows["codes_scrutins"]))
        self._staged.put(rows)

    def end(self) -> None:
        self._staged.end()

    def apply(self, connection: Connection, changes: RollChanges) -> Iterator[int]:
        changes.learn(self._establishments, [code for codes in self._ballots for code in split_several(codes)])
        with first_load(connection):
            for done in self._staged.take_over(connection, changes.ballots):
                yield len(self) * done // STEPS


class _ToServer:
    """Kept in a file, and sent batch by batch."""

    def __init__(self, spool: RowSpool) -> None:
        self._spool = spool

    def __len__(self) -> int:
        return len(self._spool)

    def put(self, rows: RollRows) -> None:
        for row in rows:
            self._spool.put(row)

    def end(self) -> None:
        pass

    def apply(self, connection: Connection, changes: RollChanges) -> Iterator[int]:
        done = 0
        with first_load(connection):
            for batch in self._spool.batches():
                changes.add(batch)
                done += len(batch)
                yield done
            changes.finish()

"""Voters whom a roll adds: taken in while the file is read, put into the store in its transaction."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Connection

from helpdesk.domain.roll_rows import RollRows, split_several
from helpdesk.services.roll_changes import RollChanges
from helpdesk.store.arrivals import Arrivals, Ground, import_folder
from helpdesk.store.engine import Store
from helpdesk.store.sent_voters import SentVoters
from helpdesk.store.staged_voters import StagedVoters


class NewVoters:
    """The voters that one file adds, and the establishments and ballots that they bring."""

    def __init__(self, arrivals: Arrivals | None) -> None:
        """Nobody yet; None for a check, after which nothing is applied."""
        self._arrivals = arrivals
        self._count = 0
        self._establishments: dict[str, str] = {}

    def __len__(self) -> int:
        return self._count

    def put(self, rows: RollRows) -> None:
        """Take in voters, while the file is read. Raises WorkerLost, StoreFull."""
        self._count += len(rows)
        if self._arrivals is not None:
            self._establishments.update(zip(rows["uai"], rows["etablissement"], strict=True))
            self._arrivals.put(rows)

    def end(self) -> None:
        """No more come."""
        if self._arrivals is not None:
            self._arrivals.end()

    @property
    def are_first(self) -> bool:
        """True if they are the first voters of the store."""
        return self._count > 0 and self._arrivals is not None and self._arrivals.are_first

    def prepare(self) -> Iterator[None]:
        """Do what can be done before the store is locked, step by step. Raises StoreFull."""
        if self._arrivals is not None and self._count:
            yield from self._arrivals.prepare()

    def settle(self, connection: Connection) -> None:
        """Make sure, before anything is changed, that they can be added. Raises StoreBusy."""
        if self._arrivals is not None and self._count:
            self._arrivals.settle(connection, self._establishments)

    def apply(self, connection: Connection, changes: RollChanges) -> Iterator[int]:
        """Add them in a transaction; gives how many are done. Raises WorkerLost."""
        arrivals = self._arrivals
        if arrivals is None or not self._count:
            return
        codes = [code for several in arrivals.ballots for code in split_several(several)]
        changes.learn(self._establishments, codes)
        for done in arrivals.take_over(connection):
            yield self._count * done // arrivals.STEPS


@contextmanager
def new_voters(store: Store, ground: Ground, *, only_counted: bool) -> Iterator[NewVoters]:
    """For this store as it is now; `only_counted` for a check, after which nothing is applied."""
    if only_counted:
        yield NewVoters(None)
        return
    path = store.path
    with ExitStack() as opened:
        folder = opened.enter_context(import_folder(Path(tempfile.gettempdir()) if path is None else path.parent))
        if path is None:
            arrivals: Arrivals = SentVoters(folder)
        else:
            with store.read() as connection:
                arrivals = StagedVoters(folder, ground, connection)
        opened.callback(arrivals.close)
        yield NewVoters(arrivals)

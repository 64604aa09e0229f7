"""A second process that prepares index entries while the first goes on reading the roll: two cores for one import."""

import gc
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from helpdesk.domain.errors import WorkerLost
from helpdesk.store.search.staging import IndexFiles, NewVoters

WORTH_A_PROCESS = 20_000
"""For so many new voters a second process is quicker than this one alone."""

_END_SECONDS = 5.0


class IndexWork:
    """Makes index entries: in this process for a few thousand voters, in one of its own for more."""

    def __init__(self, make: Callable[[Path], IndexFiles], path: Path) -> None:
        """Write to what `make` makes at this path."""
        self._make, self._path = make, path
        self._waiting: list[NewVoters] = []
        self._count = 0
        self._worker: _Worker | None = None

    def add(self, voters: NewVoters) -> None:
        """Take in voters. Raises WorkerLost."""
        self._count += len(voters.places)
        if self._worker is None and self._count < WORTH_A_PROCESS:
            self._waiting.append(voters)
            return
        if self._worker is None:
            self._worker = _Worker(self._make, self._path)
        for each in (*self._waiting, voters):
            self._worker.add(each)
        self._waiting = []

    def end(self) -> None:
        """No more voters come; what is left to do goes on beside the caller's work. Raises WorkerLost."""
        if self._worker is not None:
            self._worker.end()

    def wait(self) -> None:
        """Return when the file is whole. Raises WorkerLost."""
        if self._worker is not None:
            self._worker.wait()
            return
        index = self._make(self._path)
        for each in self._waiting:
            index.add(each)
        index.finish()

    def close(self) -> None:
        """End the work, done or not."""
        if self._worker is not None:
            self._worker.close()


class _Worker:
    def __init__(self, make: Callable[[Path], IndexFiles], path: Path) -> None:
        context = get_context("spawn")  # the same on every system, and safe beside the desk's threads
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, make, path), name="helpdesk index", daemon=True)
        self._process.start()
        theirs.close()

    def add(self, voters: NewVoters) -> None:
        self._send(voters.packed())

    def end(self) -> None:
        self._send(b"")

    def wait(self) -> None:
        try:
            self._pipe.recv_bytes()
        except (EOFError, OSError):
            raise WorkerLost from None

    def close(self) -> None:
        self._pipe.close()
        self._process.join(0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(_END_SECONDS)

    def _send(self, packed: bytes) -> None:
        try:
            self._pipe.send_bytes(packed)
        except OSError:
            raise WorkerLost from None


def _work(pipe: Connection, make: Callable[[Path], IndexFiles], path: Path) -> None:
    """The other process: nothing is left running when the first one goes, however it goes."""
    gc.disable()  # no cycles are made of a million tuples
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the first one's to understand
    with suppress(EOFError, OSError):
        index = make(path)
        while packed := pipe.recv_bytes():
            index.add(NewVoters.unpacked(packed))
        index.finish()
        pipe.send_bytes(b"done")

"""Work that takes long: it tells how far it is, how much time is left, and can be stopped."""

import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

from helpdesk.desk.tasks import TaskRunner
from helpdesk.domain.errors import Stopped
from helpdesk.domain.progress import Progress

_TELL_EVERY_SECONDS = 0.08

Work = Callable[[Progress], object]


class LongJob(QObject):
    """Runs one piece of work at a time. `progressed` carries steps done, of how many, and seconds left (-1: unknown).

    `done` carries the result, `failed` the exception: `Stopped` after `stop`. Signals come on the GUI thread.
    """

    progressed = Signal(int, int, int)
    done = Signal(object)
    failed = Signal(object)

    _told = Signal(int, int, int)

    def __init__(self, tasks: TaskRunner, jobs: "LongJobs", parent: QObject) -> None:
        """Nothing runs yet."""
        super().__init__(parent)
        self._tasks, self._jobs = tasks, jobs
        self._stop = threading.Event()
        self._running = False
        self._told.connect(self.progressed, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """True while work is under way."""
        return self._running

    def start(self, work: Work) -> None:
        """Begin; nothing happens while something runs."""
        if self._running:
            return
        self._running = True
        self._stop.clear()
        self._jobs.begun(self)
        self._tasks.run(_Run(work, self._told.emit, self._stop), self._finished, self._ended_badly)

    def stop(self) -> None:
        """Ask the work to end; `failed` tells when it has."""
        self._stop.set()

    def _finished(self, result: object) -> None:
        self._over()
        self.done.emit(result)

    def _ended_badly(self, error: Exception) -> None:
        self._over()
        self.failed.emit(error)

    def _over(self) -> None:
        self._running = False
        self._jobs.ended(self)


class _Run:
    """The work with its progress, in the background thread."""

    def __init__(self, work: Work, tell: Callable[[int, int, int], None], stop: threading.Event) -> None:
        self._work, self._tell, self._stop = work, tell, stop
        self._begun = self._last = 0.0
        self._first = 0

    def __call__(self) -> object:
        self._begun = time.monotonic()
        return self._work(self._progress)

    def _progress(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Stopped
        now = time.monotonic()
        if now - self._last < _TELL_EVERY_SECONDS and done < total:
            return
        if done < self._first:  # another part of the work begins to count
            self._begun = now
        self._first, self._last = done, now
        self._tell(done, total, seconds_left(done, total, now - self._begun))


def seconds_left(done: int, total: int, elapsed: float) -> int:
    """How many seconds the rest takes at the speed so far; -1 while nobody can know."""
    if done <= 0 or total <= 0 or done > total:
        return -1
    return round(elapsed / done * (total - done))


class LongJobs(QObject):
    """All long work of one desk, so that closing can ask about it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """None yet."""
        super().__init__(parent)
        self._running: list[LongJob] = []

    @property
    def running(self) -> int:
        """How many are under way."""
        return len(self._running)

    def begun(self, job: LongJob) -> None:
        """One more."""
        self._running.append(job)
        self.changed.emit()

    def ended(self, job: LongJob) -> None:
        """One less."""
        if job in self._running:
            self._running.remove(job)
        self.changed.emit()

    @Slot()
    def stop_all(self) -> None:
        """Ask every one to end."""
        for job in tuple(self._running):
            job.stop()

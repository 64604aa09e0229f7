"""The one way to work without holding up the window: elsewhere, or here in steps.

A job runs in a thread, its result comes back on the GUI thread. What only the GUI thread may do, and takes it longer
than a frame can spare, is done a step at each turn of its loop.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal, Slot

Result = TypeVar("Result")

_THREADS = 4  # a search, a refresh, a slow action, and one to spare


class _Messenger(QObject):
    """Carries an outcome from a job's thread."""

    finished = Signal(int, object, object)


@dataclass(frozen=True, slots=True)
class _Stepwise:
    owner: QObject
    steps: Iterator[None]


@dataclass(frozen=True, slots=True)
class _Expected:
    job: Callable[[], object]
    on_done: Callable[[Any], None]
    on_error: Callable[[Exception], None]


class TaskRunner(QObject):
    """Runs jobs in a few threads and hands each result, or exception, to a bound method on the GUI thread.

    A receiver that has been deleted meanwhile is passed over. `idle` is emitted when the last job is delivered, and
    the last step taken.
    """

    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Make the threads; they start with the first job."""
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(_THREADS)
        self._messenger = _Messenger(self)
        self._messenger.finished.connect(self._deliver)  # queued, as every signal of another thread is
        self._expected: dict[int, _Expected] = {}
        self._started = 0
        self._stepwise: list[_Stepwise] = []
        self._turn = QTimer(self)  # of no time: its turn comes when no key waits and nothing is left to paint
        self._turn.timeout.connect(self._take_step)

    @property
    def running(self) -> int:
        """How many jobs have been started and not yet delivered, or not yet taken to their last step."""
        return len(self._expected) + len(self._stepwise)

    def run(
        self,
        job: Callable[[], Result],
        on_done: Callable[[Result], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Start `job` in a thread; `on_done` or `on_error` is called later on the GUI thread."""
        self._started += 1
        self._expected[self._started] = _Expected(job, on_done, on_error)
        # No QRunnable: PySide's pool keeps each for ever, with all that it was given, be it a password.
        self._pool.start(partial(_work, self._started, self._expected, self._messenger))

    def take_steps(self, owner: QObject, steps: Iterator[None], *, ahead: bool = False) -> None:
        """Go on with `steps` on the GUI thread, to its next `yield` at each turn of the loop, while `owner` is there.

        What is begun later is taken further after what was begun before, unless it is to go `ahead` of that.
        """
        self._stepwise.insert(0 if ahead else len(self._stepwise), _Stepwise(owner, steps))
        self._turn.start(0)

    def wait(self, milliseconds: int) -> bool:
        """Block until every job has ended, for the very end of the program; True if they all did in time."""
        return self._pool.waitForDone(milliseconds)

    @Slot(int, object, object)
    def _deliver(self, number: int, result: object, error: Exception | None) -> None:
        expected = self._expected.pop(number)
        try:
            if error is None and _is_there(expected.on_done):
                expected.on_done(result)
            elif error is not None and _is_there(expected.on_error):
                expected.on_error(error)
        finally:
            self._tell_idle()

    def _take_step(self) -> None:
        first = self._stepwise[0]
        more = False
        try:
            more = shiboken6.isValid(first.owner) and next(first.steps, self) is not self
        finally:
            if not more:
                self._stepwise.remove(first)
                if not self._stepwise:
                    self._turn.stop()
                self._tell_idle()

    def _tell_idle(self) -> None:
        if not self.running:
            self.idle.emit()


def _work(number: int, expected: Mapping[int, _Expected], messenger: _Messenger) -> None:
    """Do a job in its thread; every exception becomes an outcome. What the job holds goes where it is delivered."""
    try:
        result = expected[number].job()
    except Exception as error:  # noqa: BLE001 (whoever asked decides what it means)
        messenger.finished.emit(number, None, error)
    else:
        messenger.finished.emit(number, result, None)


def _is_there(callback: Callable[..., None]) -> bool:
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)

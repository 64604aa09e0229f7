"""A watchdog over the window's thread: how long each event's handler keeps the processor.

It counts the thread's processor time, not the clock's: a machine that is busy with something else delays a handler
without the handler being at fault. What one event sets off at once (a slot, a repaint, a nested event) counts with it.
"""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from helpdesk.desk.tasks import TaskRunner

REPORT = "HELPDESK_WATCHDOG"
"""The environment variable that sets a watchdog on the desk's tests: the file that its report goes to."""


@dataclass(frozen=True, order=True)
class Handled:
    """What one event of the loop cost: milliseconds of the thread's processor time, and what it was."""

    ms: float
    what: str


class WatchedApplication(QApplication):
    """Hands every event on, and measures those that the loop itself delivers."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.handled: list[Handled] = []
        self._deep = False
        self._delivered = ""
        self._name_deliveries()

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        if self._deep:
            return super().notify(receiver, event)
        what = f"{event.type().name} {type(receiver).__name__} {receiver.objectName()}".strip()
        self._deep, self._delivered = True, ""
        began = time.thread_time()
        try:
            return super().notify(receiver, event)
        finally:
            took = (time.thread_time() - began) * 1000
            self._deep = False
            self.handled.append(Handled(round(took, 2), self._delivered or what))

    def _name_deliveries(self) -> None:
        """Results of background jobs all come to one receiver: name them by who asked."""
        deliver = TaskRunner._deliver

        def named(runner: TaskRunner, number: int, result: object, error: Exception | None) -> None:
            expected = runner._expected[number]
            told = expected.on_done if error is None else expected.on_error
            self._delivered = f"result for {told.__qualname__}"
            deliver(runner, number, result, error)

        TaskRunner._deliver = named

    def report(self) -> None:
        """Leave what was measured where it was asked for."""
        told = {"events": len(self.handled), "slow": [asdict(each) for each in sorted(self.handled, reverse=True)[:60]]}
        Path(os.environ[REPORT]).write_text(json.dumps(told), encoding="utf-8")

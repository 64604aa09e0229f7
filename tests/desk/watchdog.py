"""A watchdog over the window's thread: how long each event's handler keeps the processor.

It counts the thread's processor time, not the clock's: a machine that is busy with something else delays a handler
without the handler being at fault. What one event sets off at once (a slot, a repaint, a nested event) counts with it.
The watchdog hands each nested event on through Python, which no desk does and which takes as long as a third of all the
rest: that is measured beside an application without a watchdog, and taken off.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget

from helpdesk.desk.tasks import TaskRunner

REPORT = "HELPDESK_WATCHDOG"
"""The environment variable that sets a watchdog on the desk's tests: the file that its report goes to."""

_LABELS, _ROUNDS = 300, 12


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
        self._nested, self._cost_ms = 0, 0.0
        self._delivered = ""
        self._name_deliveries()
        QScrollArea()  # whose first event has Python make the names of all types
        self._cost_ms = self._measure_cost()
        self.handled.clear()

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        if self._deep:
            self._nested += 1
            return super().notify(receiver, event)
        what = f"{event.type().name} {type(receiver).__name__} {receiver.objectName()}".strip()
        self._deep, self._nested, self._delivered = True, 0, ""
        began = time.thread_time()
        try:
            return super().notify(receiver, event)
        finally:
            took = (time.thread_time() - began) * 1000 - self._nested * self._cost_ms
            self._deep = False
            self.handled.append(Handled(round(took, 2), self._delivered or what))

    def _measure_cost(self) -> float:
        """Milliseconds that one nested event takes longer here than in an application without a watchdog."""
        crowd = crowded_window()
        self._deep, self._nested = True, 0
        watched = spread_events(crowd)
        self._deep = False
        nested = self._nested / _ROUNDS
        command = [sys.executable, "-m", "tests.desk.watchdog"]
        plain = subprocess.run(command, check=True, capture_output=True, text=True)
        return max(0.0, (watched - float(plain.stdout)) / nested)

    def _name_deliveries(self) -> None:
        """Results of background jobs all come to one receiver, and so do steps: name them by who asked."""
        deliver, take_step = TaskRunner._deliver, TaskRunner._take_step
        taken: dict[Iterator[None], int] = {}

        def named(runner: TaskRunner, number: int, result: object, error: Exception | None) -> None:
            expected = runner._expected[number]
            told = expected.on_done if error is None else expected.on_error
            self._delivered = f"result for {told.__qualname__}"
            deliver(runner, number, result, error)

        def counted(runner: TaskRunner) -> None:
            steps = runner._stepwise[0].steps
            taken[steps] = taken.get(steps, 0) + 1
            self._delivered = f"step {taken[steps]} of {steps.__qualname__}"
            take_step(runner)

        TaskRunner._deliver, TaskRunner._take_step = named, counted

    def report(self) -> None:
        """Leave what was measured where it was asked for."""
        told = {"events": len(self.handled), "slow": [asdict(each) for each in sorted(self.handled, reverse=True)[:60]]}
        Path(os.environ[REPORT]).write_text(json.dumps(told), encoding="utf-8")


def crowded_window() -> QWidget:
    """A window of many labels."""
    window = QWidget()
    layout = QVBoxLayout(window)
    for number in range(_LABELS):
        layout.addWidget(QLabel(str(number)))
    return window


def spread_events(window: QWidget) -> float:
    """Milliseconds that a change of font takes, of which Qt tells everything in the window; the least of all rounds."""
    took = []
    for number in range(_ROUNDS):
        font = window.font()
        font.setBold(not number % 2)
        began = time.thread_time()
        window.setFont(font)
        took.append((time.thread_time() - began) * 1000)
    return min(took)


if __name__ == "__main__":
    application = QApplication(["plain"])
    sys.stdout.write(f"{spread_events(crowded_window())}\n")

"""From a key pressed in the search box to the rows painted, in the desk's own window, offscreen.

`tests.benchmarks.desk` runs it as a process of its own: python -m tests.benchmarks.painted ROLL OPERATOR TEXTS, over
the store of the settings. It prints one line of JSON: milliseconds at the median and at the 99th of a hundred keys, by
the clock and of the processor (both threads), and how many keys there were. A key's time ends when its reply is in and
nothing is left to paint; the next key comes then. Then how much longer as many as 100 000 rows take to be listed and
painted than 100, in turn; and how many rows of an older text were shown where keys came faster than replies;
and how much memory is resident after the keys.
"""

import json
import os
import sys
import time
from pathlib import Path

import helpdesk.desk  # noqa: F401 (before Qt: it has modules imported as in the program itself)

# isort: split

from PySide6.QtCore import QEvent, QEventLoop, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from helpdesk.bootstrap import open_program
from helpdesk.cli.window import desk_context
from helpdesk.config import load_settings
from helpdesk.desk.app import Desk
from helpdesk.desk.context import DeskStart
from helpdesk.desk.main_window import MainWindow
from helpdesk.desk.pages.search_run import Reply
from tests.benchmarks.keystrokes import people, texts
from tests.proof.figures import percentile

SEED = 8
FEW, MANY, ROUNDS = 100, 100_000, 15


def main(roll: Path, name: str, count: int) -> None:
    """Type, and tell."""
    application = QApplication(["helpdesk"])
    program = open_program(load_settings())
    operator = program.services.operators.log_in(name, os.environ["BENCH_PASSWORD"])
    desk = Desk(application, DeskStart.over(desk_context(program, mailer=None)))
    desk.open_for(operator)
    while desk.window is None or desk.tasks.running:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    desk.window.resize(1280, 800)
    box = desk.window.findChild(QLineEdit, "searchBox")
    spent = []
    for typed in texts(people(roll, count=count, seed=SEED), seed=SEED):
        box.clear()
        settle(application, desk.window)
        spent += [key(application, desk.window, box, letter) for letter in typed.text]
    clock, processor = zip(*spent, strict=True)
    resident = memory()
    few, many = zip(*rows(application, desk.window), strict=True)
    figures = {
        "median": percentile(clock, 0.5),
        "p99": percentile(clock, 0.99),
        "median_cpu": percentile(processor, 0.5),
        "p99_cpu": percentile(processor, 0.99),
        "keys": len(spent),
        "few_rows": few,
        "many_rows": many,
        "stale": stale(application, desk.window, box),
    } | resident
    sys.stdout.write(json.dumps(figures) + "\n")
    desk.window.close()
    desk.tasks.wait(10_000)
    program.close()


def key(application: QApplication, window: MainWindow, box: QLineEdit, letter: str) -> tuple[float, float]:
    """Milliseconds that one key took, by the clock and of the processor."""
    began, begun = time.perf_counter(), time.process_time()
    application.sendEvent(box, QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter))
    settle(application, window)
    return (time.perf_counter() - began) * 1000, (time.process_time() - begun) * 1000


def rows(application: QApplication, window: MainWindow) -> list[tuple[float, float]]:
    """Milliseconds of the processor that few rows and many take to be listed and painted, in turn."""
    page = window.voters_page
    hit = page._model.hit(0)
    assert hit is not None
    listed = [tuple(hit._replace(voter=str(number)) for number in range(count)) for count in (FEW, MANY)]
    spent = []
    for _place in range(2 * ROUNDS):
        hits = listed[len(spent) % 2]
        begun = time.process_time()
        page._found(Reply("", hits))
        application.processEvents()
        application.processEvents()
        spent.append((time.process_time() - begun) * 1000)
    return list(zip(spent[::2], spent[1::2], strict=True))


def stale(application: QApplication, window: MainWindow, box: QLineEdit) -> int:
    """Keys as fast as they can be sent: how many rows were listed for a text that was no longer in the box."""
    wrong = []

    def look() -> None:
        model = window.voters_page._model
        if model.rowCount() and model.query != box.text():
            wrong.append(model.rowCount())

    window.voters_page._model.modelReset.connect(look)
    for letter in "martin.dupont@ac-rennes.fr":
        application.sendEvent(box, QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter))
        application.processEvents()
    settle(application, window)
    return sum(wrong)


def memory() -> dict[str, int]:
    """Resident bytes: `own`, and of mapped `files`."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in status if line.startswith("Rss")}
    return {"own": 1024 * kib["RssAnon"], "files": 1024 * kib["RssFile"]}


def settle(application: QApplication, window: MainWindow) -> None:
    """Let the newest reply come in, and what it changes be painted."""
    while window.voters_page._run.waiting:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    application.processEvents()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

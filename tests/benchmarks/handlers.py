"""The main job and every page in the desk's own window, event by event: how long each handler keeps the thread busy.

`tests.benchmarks.desk` runs it as a process of its own: python -m tests.benchmarks.handlers ROLL OPERATOR, over the
store of the settings. It prints one line of JSON: for each part of the job, the handler that took longest, in
milliseconds of the thread's processor time (`tests.desk.watchdog`), and how many events there were.
"""

import gc
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import helpdesk.desk  # noqa: F401 (before Qt: it has modules imported as in the program itself)

# isort: split

from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QTabWidget, QWidget

from helpdesk.cli.window import _ProgramBehind
from helpdesk.config import load_settings
from helpdesk.desk.app import Desk
from helpdesk.desk.garbage import GarbageRounds
from helpdesk.desk.pages.catalogue import VOTERS
from tests.benchmarks.keystrokes import people
from tests.conftest import PASSWORD
from tests.desk.conftest import child, press, type_text
from tests.desk.watchdog import Handled, WatchedApplication

SEED = 8
CALLS = 3
CTRL = Qt.KeyboardModifier.ControlModifier
DIALOGS = {
    "verifyDialog": (Qt.Key.Key_I, CTRL),
    "resendDialog": (Qt.Key.Key_R, CTRL),
    "callDialog": (Qt.Key.Key_L, CTRL),
}
"""What an agent opens for any voter."""
TYPING_MS = 3_000
"""As long as somebody takes to type a name and a password, so that what is prepared meanwhile is prepared."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the job: its slowest handlers first, and how many there were."""

    name: str
    events: int
    slowest: tuple[Handled, ...]


class Job:
    """The agent's hands, and the watch over what they set off."""

    def __init__(self, application: WatchedApplication, desk: Desk) -> None:
        self.application, self.desk = application, desk
        self.parts: list[Part] = []

    def until(self, reached: Callable[[], bool]) -> None:
        """Let events come until this is so. Raises what kept the desk from opening its store."""
        while not reached():
            if self.desk.failure is not None:
                raise self.desk.failure
            self.application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def settle(self) -> None:
        """Let everything that is under way end, and be painted."""
        self.until(lambda: self.desk.tasks.running == 0)
        for _turn in range(20):
            self.application.processEvents()

    def ends(self, name: str) -> None:
        """What was handled since the last part belongs to this one."""
        self.settle()
        handled = sorted(self.application.handled, reverse=True)
        self.parts.append(Part(name, len(handled), tuple(handled[:5])))
        self.application.handled.clear()

    def shortcut(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """Press it in the window, which has to be given the focus where there is no window manager."""
        assert self.desk.window is not None
        self.desk.window.activateWindow()
        self.until(self.desk.window.isActiveWindow)
        press(self.desk.window, key, *modifiers)

    @property
    def page(self) -> QWidget:
        """The voter's page."""
        assert self.desk.window is not None
        return child(self.desk.window, QWidget, "voterPage")

    def begin(self) -> None:
        """The login, and what is prepared behind it while somebody types."""
        self.desk.begin()
        self.ends("start")
        waited = QElapsedTimer()
        waited.start()
        self.until(lambda: waited.hasExpired(TYPING_MS))
        self.ends("behind the login")

    def log_in(self, name: str) -> None:
        """To the window that takes a search."""
        assert self.desk.login is not None
        type_text(child(self.desk.login, QLineEdit, "loginName"), name)
        type_text(child(self.desk.login, QLineEdit, "loginPassword"), PASSWORD)
        press(child(self.desk.login, QLineEdit, "loginPassword"), Qt.Key.Key_Return)
        self.until(lambda: self.desk.window is not None)
        self.ends("login")

    def find(self, number: str, name: str) -> None:
        """Type a name, open a voter."""
        assert self.desk.window is not None
        box = child(self.desk.window, QLineEdit, "searchBox")
        self.shortcut(Qt.Key.Key_K, CTRL)
        for letter in name:
            type_text(box, letter)
            self.settle()
        self.ends("search")
        box.clear()
        type_text(box, number)
        self.settle()
        press(box, Qt.Key.Key_Return)
        self.until(self.page.isVisible)
        self.ends("open voter")

    def ask(self, name: str) -> None:
        """Open a dialog and leave it again."""
        assert self.desk.window is not None
        self.shortcut(*DIALOGS[name])
        self.settle()
        dialog = child(self.desk.window, QDialog, name)
        self.ends("dialogs")
        press(dialog, Qt.Key.Key_Escape)
        self.ends("refresh")

    def call(self) -> None:
        """Log the call, so that the refresh has something new to show."""
        assert self.desk.window is not None
        self.shortcut(*DIALOGS["callDialog"])
        self.settle()
        child(child(self.desk.window, QDialog, "callDialog"), QPushButton, "confirmButton").click()
        self.ends("refresh")

    def leave(self) -> None:
        """Back to the search."""
        self.shortcut(Qt.Key.Key_Escape)
        self.ends("back")

    def pages(self) -> None:
        """Every other page of the rail, opened with each of its tabs and chosen once more; then the guide."""
        assert self.desk.window is not None
        window = self.desk.window
        for number in sorted(set(window._entries) - {VOTERS}):
            self._choose(number)
            page = window._pages.currentWidget()
            name = page.objectName()
            self.ends(f"{name} opened")
            tabs = page.findChild(QTabWidget)
            for tab in range(1, tabs.count() if tabs is not None else 1):
                assert tabs is not None
                tabs.setCurrentIndex(tab)
                self.ends(f"{name} tab")
            self._choose(VOTERS)
            self.ends("back")
            self._choose(number)
            self.ends(f"{name} refreshed")
        self._choose(VOTERS)
        self.shortcut(Qt.Key.Key_F1)
        guide = child(window, QDialog, "helpWindow")
        self.until(guide.isVisible)
        self.ends("guide")
        press(guide, Qt.Key.Key_Escape)
        self.ends("back")

    def _choose(self, number: int) -> None:
        self.shortcut(Qt.Key(Qt.Key.Key_0.value + number), CTRL)
        self.settle()

    def close(self) -> None:
        """End."""
        assert self.desk.window is not None
        self.desk.window.close()
        self.until(lambda: self.desk.window is None)
        self.ends("close")


def main(roll: Path, name: str) -> None:
    """Do the job, and tell."""
    application = WatchedApplication(["helpdesk", "-style", "fusion"])
    gc.disable()
    behind = _ProgramBehind(load_settings(), None)
    desk = Desk(application, behind.start())
    desk.complete.connect(GarbageRounds(desk).begin)
    job = Job(application, desk)
    job.begin()
    job.log_in(name)
    for person in people(roll, count=CALLS, seed=SEED):
        job.find(person.number, person.family)
        for dialog in DIALOGS:
            job.ask(dialog)
        job.call()
        job.leave()
    job.pages()
    job.close()
    desk.tasks.wait(10_000)
    behind.close()
    sys.stdout.write(json.dumps([asdict(part) for part in job.parts]) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

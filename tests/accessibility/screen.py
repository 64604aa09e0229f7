"""A screen, a message bus and a screen reader of one's own, and the desk before them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

READER = Path(__file__).with_name("reader.py")
SYSTEM_PYTHON = Path("/usr/bin/python3")
BUS = Path("/usr/libexec/at-spi-bus-launcher")
PROGRAMS = ("Xvfb", "xdotool", "dbus-daemon")
MISSING = "for the accessibility bus is not installed: run `make system`, or apt-get install at-spi2-core"
PATIENCE_SECONDS = 60.0
MOST_TABS = 60
NO_ROLES = {"unknown", "invalid", "redundant object"}


@dataclass(frozen=True)
class Control:
    """A control as a screen reader tells it."""

    role: str
    name: str
    states: frozenset[str]

    @staticmethod
    def of(told: dict[str, Any]) -> "Control":
        return Control(told["role"], told["name"], frozenset(told["states"]))


@dataclass
class Seat:
    """Somebody before the desk who hears and types, and never sees."""

    environment: Mapping[str, str]
    reader: subprocess.Popen[str]
    heard: list[str] = field(default_factory=list)

    def key(self, *keys: str) -> None:
        self._xdotool("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "40", text)

    def sits_before(self, title: str) -> None:
        """A window comes, and gets the keys: what a window manager does, of which there is none."""
        search = ["xdotool", "search", "--onlyvisible", "--name", title, "windowfocus"]

        def focused() -> bool:
            done = subprocess.run(
                search, check=False, env=self.environment, timeout=PATIENCE_SECONDS, capture_output=True
            )
            return done.returncode == 0

        self.until(focused, f"a window named {title!r}")

    def tab_to(self, name: str) -> Control:
        """Press Tab until the focus is on the control of this name."""
        passed: list[str] = []
        while (focus := self._focus_now()) is None or name not in focus.name:
            assert len(passed) < MOST_TABS, f"no {name!r} among {passed}"
            passed.append(focus.name if focus else "")
            self.key("Tab")
        return focus

    def nameless(self) -> list[str]:
        """What can have the focus, and has no name, no role or not the states of its role to be told."""
        return [
            f"{each.role} {each.name!r} {sorted(each.states)}"
            for each in self.controls()
            if "focusable" in each.states and not (each.name and each.role not in NO_ROLES and _tells_its_state(each))
        ]

    def controls(self) -> list[Control]:
        return [Control.of(each) for each in self._ask(do="look", name="helpdesk") or ()]

    def focused(self) -> Control | None:
        told = self._ask(do="focus")
        return Control.of(told) if told else None

    def listen(self) -> None:
        self.heard += self._ask(do="listen", seconds=0.2)

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Listen until it holds. Raises AssertionError with all that was heard when it does not in time."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < end, f"not in time: {what}; heard {self.heard}; focus {self.focused()}"
            self.listen()

    def hears(self, words: str) -> None:
        self.until(lambda: any(words in said for said in self.heard), f"hear {words!r}")

    def finds(self, *, role: str, name: str) -> Control:
        found: list[Control] = []

        def there() -> bool:
            found[:] = [each for each in self.controls() if each.role == role and name in each.name]
            return bool(found)

        self.until(there, f"a {role} named {name!r}")
        return found[0]

    def focus_comes_to(self, name: str) -> Control:
        found: list[Control] = []

        def there() -> bool:
            focus = self.focused()
            found[:] = [focus] if focus is not None and name in focus.name else []
            return bool(found)

        self.until(there, f"focus on {name!r}")
        return found[0]

    def _focus_now(self) -> Control | None:
        """The focus, once it has come somewhere."""
        found: list[Control | None] = [None]

        def somewhere() -> bool:
            found[0] = self.focused()
            return found[0] is not None

        self.until(somewhere, "any focus")
        return found[0]

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], check=True, env=self.environment, timeout=PATIENCE_SECONDS,
                       stdout=subprocess.DEVNULL)  # fmt: skip

    def _ask(self, **question: object) -> Any:
        assert self.reader.stdin is not None
        assert self.reader.stdout is not None
        self.reader.stdin.write(json.dumps(question) + "\n")
        self.reader.stdin.flush()
        line = self.reader.stdout.readline()
        assert line, f"the screen reader ended with {self.reader.wait()}"
        return json.loads(line)


def _tells_its_state(control: Control) -> bool:
    wanted = {"check box": {"checkable"}, "radio button": {"checkable"}, "text": {"editable", "read-only"}}
    return bool(control.states & wanted.get(control.role, {"showing"}))


@contextmanager
def seat(folder: Path, environment: Mapping[str, str]) -> Iterator[Seat]:
    """The desk on a screen, started with these variables, and somebody before it."""
    for program in PROGRAMS:
        if shutil.which(program) is None:
            raise RuntimeError(f"{program} {MISSING}")
    if not BUS.exists() or not SYSTEM_PYTHON.exists():
        raise RuntimeError(f"{BUS} {MISSING}")
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    with _screen() as display:
        own = dict(os.environ) | {
            "DISPLAY": display,
            "XDG_RUNTIME_DIR": str(runtime),
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        own.pop("AT_SPI_BUS_ADDRESS", None)
        with _message_bus(own) as address:
            own["DBUS_SESSION_BUS_ADDRESS"] = address
            with (
                _running([str(BUS), "--launch-immediately"], own),
                _running([str(SYSTEM_PYTHON), str(READER)], own) as reader,
                _running([sys.executable, "-m", "helpdesk"], own | dict(environment)),
            ):
                yield Seat(own, reader)


@contextmanager
def _screen() -> Iterator[str]:
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-ac"]
    server = subprocess.Popen(command, pass_fds=(writer,), stderr=subprocess.DEVNULL, start_new_session=True)
    os.close(writer)
    try:
        with os.fdopen(reader) as numbers:
            yield f":{numbers.readline().strip()}"
    finally:
        _end(server)


@contextmanager
def _message_bus(environment: Mapping[str, str]) -> Iterator[str]:
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
    with _running(command, environment) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()


@contextmanager
def _running(command: list[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[Any]) -> None:
    """End a program with all that it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()

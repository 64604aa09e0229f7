"""The portal as its administrator starts it: ballots imported, served by a process of its own, ended by a signal."""

import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.conftest import ADMIN, ADMIN_PASSWORD, CommandLine

BALLOTS = """
[[ballot]]
code = "CSA-A"
name = "CSA académique"
[[ballot.list]]
union = "Union des Écoles"
candidates = ["Anaïs Abgrall", "Côme Delorme"]
"""


@pytest.fixture
def ready(helpdesk: CommandLine) -> CommandLine:
    helpdesk.ok("init", "--trial", "--admin", ADMIN, "--password-stdin", stdin=f"{ADMIN_PASSWORD}\n")
    return helpdesk


class Served:
    """A process that serves, and the address that it told."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        assert process.stdout is not None
        self.said = process.stdout.readline()
        watchdog.cancel()
        found = re.search(r"http://[\w.:]+", self.said)
        assert found, process.communicate()
        self.address = found.group()

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as answer:  # noqa: S310 (http on loopback)
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def end(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        _out, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


@pytest.fixture
def serve(ready: CommandLine) -> Iterator[Callable[..., Served]]:
    running = []

    def begin(*arguments: str, **environment: str) -> Served:
        command = [sys.executable, "-m", "helpdesk", "portal", *arguments]
        process = subprocess.Popen(
            command,
            env=ready.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=ready.folder,
        )
        running.append(process)
        return Served(process)

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_ballots_are_imported_or_the_mistake_is_named(ready: CommandLine) -> None:
    file = ready.folder / "ballots.toml"
    file.write_text(BALLOTS, encoding="utf-8")
    counts = ready.ok("ballots", "import", "ballots.toml", "--json").json
    assert counts == {"ballots": 1, "lists": 1, "candidates": 2}
    file.write_text(BALLOTS.replace("CSA-A", ""), encoding="utf-8")
    wrong = ready("ballots", "import", "ballots.toml")
    assert (wrong.code, wrong.out) == (3, "")
    assert "ballot 1: code: it is not a text" in wrong.err
    assert ready("ballots", "import", "none.toml").code == 3


def test_the_portal_is_served_until_it_is_told_to_end(ready: CommandLine, serve: Callable[..., Served]) -> None:
    served = serve("--port", "0", HELPDESK_PORTAL_KEY_FILE=str(ready.folder / "portal-key"))
    assert served.get("/health") == (200, "ok\n")
    status, page = served.get("/")
    assert status == 200
    assert "data-demo-captcha" not in page  # in a demo, and nowhere else
    assert served.get("/nowhere")[0] == 404
    taken = ready("portal", "--port", served.address.rpartition(":")[2])
    assert taken.code == 5
    assert "Nothing can be served on" in taken.err
    assert served.end(signal.SIGTERM) == (0, "")
    assert (ready.folder / "portal-key").stat().st_mode & 0o077 == 0


def test_without_a_keyring_one_process_makes_do(serve: Callable[..., Served]) -> None:
    served = serve("--port", "0")
    assert served.get("/login")[0] == 200
    assert served.end(signal.SIGINT) == (0, "")


def test_any_wsgi_server_can_serve_it_and_needs_the_key(ready: CommandLine) -> None:
    code = "from helpdesk.wsgi import application; print(application.test_client().get('/health').text)"

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code],
            env=ready.environment | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert run(HELPDESK_PORTAL_KEY_FILE=str(ready.folder / "portal-key")).stdout == "ok\n\n"
    without = run()
    assert without.returncode != 0
    assert "SecretStoreUnavailable" in without.stderr

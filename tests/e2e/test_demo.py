"""`helpdesk demo`: a complete system on one machine, used as its user would, and gone afterwards."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

READY_SECONDS, END_SECONDS = 60, 30
VOTERS = "200"


class Demo:
    """A running demo, and the command line on its store."""

    def __init__(self, process: subprocess.Popen[str], environment: dict[str, str]) -> None:
        self.process, self._environment = process, environment
        watchdog = threading.Timer(READY_SECONDS, process.kill)
        watchdog.start()
        assert process.stdout is not None
        line = process.stdout.readline()
        watchdog.cancel()
        assert line, process.communicate()[1]
        self.told = json.loads(line)

    def run(self, *arguments: str) -> object:
        where = {
            "HELPDESK_DATABASE": self.told["database"],
            "HELPDESK_OPERATOR": self.told["operator"],
            "HELPDESK_PASSWORD_FILE": self.told["password_file"],
        }
        done = subprocess.run(
            [sys.executable, "-m", "helpdesk", *arguments, "--json"],
            env=self._environment | where,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def page(self) -> str:
        with urllib.request.urlopen(self.told["mails"], timeout=10) as answer:  # noqa: S310 (http on loopback)
            return answer.read().decode()

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        _out, err = self.process.communicate(timeout=END_SECONDS)
        assert (self.process.returncode, err) == (0, "")


def everybody(demo: Demo) -> list[dict[str, str]]:
    """Many of the voters, by the first letters of names."""
    return [hit for letter in "abcdefghjlmnprstv" for hit in demo.run("search", letter, "--limit", "200")]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Starts demos without a window; ended at the end, whatever happened."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")} | {
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "PYTHONIOENCODING": "utf-8",
        "HELPDESK_LANGUAGE": "en",
    }
    running: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> Demo:
        process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk", "demo", "--no-window", "--voters", VOTERS, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        running.append(process)
        return Demo(process, environment)

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_voters_in_many_states_a_mail_that_is_read_on_its_page_and_nothing_left(start, tmp_path: Path):
    demo = start()
    by_state = {hit["state"]: hit for hit in everybody(demo)}
    assert {"active", "invited", "not_invited"} <= set(by_state)
    never = by_state["not_invited"]
    before = demo.page()
    assert never["tied_address"] not in before
    demo.run("resend", never["voter"], "--reason", "no mail came")
    shown = _until(demo.page, lambda page: never["tied_address"] in page)
    assert never["tied_address"] in shown
    seen = _until(
        lambda: demo.run("voter", "show", never["voter"]), lambda detail: detail["mails"][0]["fate"] == "accepted"
    )
    assert seen["state"] == "invited"
    demo.end()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("helpdesk-demo-")] == []


@pytest.mark.parametrize(
    ("phase", "days", "finding"),
    [("activation", 0, "reissue_not_yet"), ("vote", 8, ""), ("closed", 20, "reissue_over")],
)
def test_another_day_shows_another_phase(start, phase: str, days: int, finding: str):
    day = datetime.now(ZoneInfo("Europe/Paris")).date() + timedelta(days=days)
    demo = start("--at", day.isoformat())
    active = next(hit for hit in everybody(demo) if hit["state"] == "active")
    codes = {each["code"] for each in demo.run("voter", "show", active["voter"])["findings"]}
    assert codes & {"reissue_not_yet", "reissue_over", "reissue_possible"} == {finding or "reissue_possible"}
    demo.end()


def test_a_folder_of_ones_own_is_kept_and_opened_again(start, tmp_path: Path):
    place = tmp_path / "kept"
    first = start("--dir", str(place))
    voters = [hit["voter"] for hit in first.run("search", "martin")]
    first.end()
    again = start("--dir", str(place))
    assert [hit["voter"] for hit in again.run("search", "martin")] == voters
    again.end()
    assert (place / "helpdesk.db").exists()


def _until(look: Callable[[], object], enough: Callable[[object], bool], tries: int = 60) -> object:
    seen = look()
    for _ in range(tries):
        if enough(seen):
            break
        threading.Event().wait(0.25)
        seen = look()
    return seen


def test_a_script_passes_the_captcha_and_activates_an_account(start):
    demo = start()
    hits = everybody(demo)
    never = next(hit for hit in hits if hit["state"] == "not_invited")
    portal = demo.told["portal"]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def send(path: str, **typed: str) -> str:
        with browser.open(portal + path, timeout=10) as page:
            form = page.read().decode()
        digits = re.search(r'data-demo-captcha="(\d{4})"', form)
        fields = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', form)[-1]} | typed
        if digits:
            fields["captcha"] = digits.group(1)
        action = "/link" if path == "/" else path
        with browser.open(portal + action, urlencode(fields).encode(), timeout=10) as answer:
            assert answer.status == 200
            return answer.url.removeprefix(portal)

    assert send("/", address=never["tied_address"]) == "/sent"
    row = re.compile(re.escape(never["tied_address"]) + r'</td><td><a href="/(\d+)"')
    mails = _until(demo.page, lambda page: row.search(page) is not None)
    number = row.search(str(mails))
    assert number
    with browser.open(f"{demo.told['mails']}{number.group(1)}", timeout=10) as answer:
        link = re.search(re.escape(portal) + r"(/activate/[\w-]{43})", answer.read().decode())
    assert link
    password = "Quatre-Chats-Gris-7"
    assert send(link.group(1), password=password, password2=password) == "/question"
    assert send("/question", question="first_pet", answer="Bérénice de Troie") == "/space"
    assert demo.run("voter", "show", never["voter"])["state"] == "active"
    demo.end()

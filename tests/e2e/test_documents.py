"""The commands of the documents work as they stand there, one after the other."""

import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable

import pytest

from tests.documents.reading import ROOT, blocks
from tests.e2e.conftest import ADMIN, ADMIN_PASSWORD, CommandLine

LATER = "2031-01-01T08:00:00+00:00"
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def environment(helpdesk: CommandLine) -> dict[str, str]:
    """Where `helpdesk` means this checkout, in a folder that has the checkout's documents and resources."""
    shim = helpdesk.folder / "bin" / "helpdesk"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m helpdesk "$@"\n')
    shim.chmod(0o755)
    for name in ("docs", "resources"):
        (helpdesk.folder / name).symlink_to(ROOT / name)
    return helpdesk.environment | {
        "PATH": f"{shim.parent}:{helpdesk.environment['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HELPDESK_STATEMENT_KEY_FILE": str(helpdesk.folder / "statement-key"),
        "HELPDESK_PORTAL_KEY_FILE": str(helpdesk.folder / "portal-key"),
    }


@pytest.fixture
def shell(helpdesk: CommandLine, environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a line as a person would type it; what was exported stays."""
    exported: list[str] = []

    def run(line: str, **more: str) -> subprocess.CompletedProcess[str]:
        script = "\n".join([*exported, line])
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=helpdesk.folder,
            env=environment | more,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        exported.extend(re.findall(r"\bexport HELPDESK_[^#&]+", line))
        return done

    return run


@SQLITE
def test_every_command_of_the_operators_page_works(helpdesk, shell):
    (helpdesk.folder / "password").write_text(f"{ADMIN_PASSWORD}\n")
    lines = "".join(blocks(ROOT / "docs" / "operating.md", "sh")).splitlines()
    assert f'--admin "{ADMIN}"' in "\n".join(lines)
    for line in lines:
        later = {"HELPDESK_NOW": LATER} if " purge " in line else {}
        done = shell(line.replace("helpdesk init", "helpdesk init --trial"), **later)
        assert done.returncode == 0, (line, done.stderr)
    assert len(lines) >= 11


@SQLITE
def test_every_command_of_the_readme_answers_as_it_says(helpdesk, shell):
    script = next(block for block in blocks(ROOT / "README.md", "sh") if "helpdesk init" in block)
    lines = script.splitlines()
    for line in lines:
        typed, _sign, remark = line.partition("    # ")
        done = shell(typed)
        told = re.search(r"exit code (\d)", remark)
        assert done.returncode == (int(told[1]) if told else 0), (line, done.stdout, done.stderr)
        if " verify 1" in typed:
            assert done.stdout.strip() == remark.partition(",")[0]
    assert len(lines) >= 20


@SQLITE
def test_the_readmes_portal_is_served(helpdesk, shell, environment):
    helpdesk.ok("init", "--trial", "--admin", ADMIN, "--password-stdin", stdin=f"{ADMIN_PASSWORD}\n")
    script = next(block for block in blocks(ROOT / "README.md", "sh") if "helpdesk portal" in block)
    *before, serve = script.splitlines()
    for line in before:
        done = shell(line)
        assert done.returncode == 0, (line, done.stderr)
    command = serve.replace("8080", "0").split()
    with subprocess.Popen(command, cwd=helpdesk.folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        try:
            told = re.search(r"http://[\w.:]+", process.stdout.readline())
            with urllib.request.urlopen(f"{told.group()}/health", timeout=10) as answer:  # noqa: S310 (on loopback)
                assert answer.read() == b"ok\n"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
            watchdog.cancel()
    assert process.returncode == 0

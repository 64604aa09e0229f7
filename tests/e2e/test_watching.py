"""Both services are watched over HTTP on this machine: their health, and figures that say nothing of anybody."""

import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from tests.e2e.conftest import ADMIN, ADMIN_PASSWORD


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 (on loopback)
        return answer.read().decode()


@pytest.fixture
def start(helpdesk):
    """Starts a service with its figures on a free port; the address of its figures."""
    helpdesk.ok("init", "--trial", "--admin", ADMIN, "--password-stdin", stdin=f"{ADMIN_PASSWORD}\n")
    helpdesk.ok("sample", "roll.csv", "--voters", "5")
    helpdesk.ok("roll", "import", "roll.csv")
    running = []

    def begin(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk", *arguments, "--metrics-port", "0"],
            env=helpdesk.environment | {"HELPDESK_PORTAL_KEY_FILE": str(helpdesk.folder / "portal-key")},
            cwd=helpdesk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        running.append(process)
        told = re.search(r"(http://127\.0\.0\.1:\d+)/metrics", process.stderr.readline())
        assert told, process.communicate()
        return process, told[1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_the_mailer_tells_of_mails_by_fate(helpdesk, start):
    helpdesk.ok("resend", "10000001", "--reason", "no mail came")
    helpdesk.ok("mailer", "--until-empty")
    process, address = start("mailer")
    assert get(f"{address}/health") == "ok\n"
    figures = get(f"{address}/metrics")
    assert 'helpdesk_mails{fate="accepted"} 1.0' in figures
    assert "helpdesk_mails_waiting 0.0" in figures
    assert "helpdesk_store_up 1.0" in figures
    assert "marques" not in figures.lower()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_the_portal_counts_answers_by_page_and_status_and_never_shows_it_to_visitors(start):
    process, address = start("portal", "--port", "0")
    public = re.search(r"http://[\w.:]+", process.stdout.readline()).group()
    token = "Zm9yZ2VkLXRva2VuLW9mLW5vYm9keQ" * 2
    for path in ("/", f"/activate/{token}", "/metrics"):
        subprocess.run([sys.executable, "-c", f"import urllib.request as r; r.urlopen({public + path!r})"],
                       check=False, capture_output=True)  # fmt: skip
    figures = get(f"{address}/metrics")
    assert re.search(r'requests_total\{page="identification\.\w+",status="200"\} 1\.0', figures)
    assert 'helpdesk_portal_requests_total{page="none",status="404"} 1.0' in figures
    assert "helpdesk_link_requests_waiting 0.0" in figures
    assert token not in figures
    assert get(f"{address}/health") == "ok\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0

"""Both services are watched over HTTP on this machine: their health, and figures that say nothing of anybody."""

import json
import re
import signal
import subprocess
import sys
import urllib.request

import pytest
import yaml

from tests.documents.reading import ROOT
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

    def begin(*arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk", *arguments, "--metrics-port", "0"],
            env=helpdesk.environment | {"HELPDESK_PORTAL_KEY_FILE": str(helpdesk.folder / "portal-key")} | environment,
            cwd=helpdesk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        running.append(process)
        told = re.search(r"(http://127\.0\.0\.1:\d+)/metrics", process.stderr.readline())  # as a line or in JSON
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


IN_JSON = {"HELPDESK_LOG_TO": "stderr", "HELPDESK_LOG_FORMAT": "json"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_compose_files_health_check_tells_a_service_that_works_from_one_that_does_not(start):
    _process, address = start("mailer")
    compose = yaml.safe_load((ROOT / "resources" / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    _cmd, *command, _port = compose["services"]["mailer"]["healthcheck"]["test"]
    command[-1] = command[-1].replace("$$", "$")  # as compose does
    port = address.rpartition(":")[2]
    assert subprocess.run([*command, port], check=False).returncode == 0
    assert subprocess.run([*command, "1"], check=False, stderr=subprocess.DEVNULL).returncode != 0


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_SQLITE
def test_the_mailers_log_is_json_lines_that_tell_of_trouble_and_of_nobody(helpdesk, start):
    helpdesk.ok("resend", "10000001", "--reason", "planted reason 4711")
    process, _address = start("mailer", HELPDESK_SMTP_PORT="1", **IN_JSON)
    told = []
    while "waiting: unreachable" not in (told[-1]["message"] if told else ""):
        told.append(json.loads(process.stderr.readline()))
    process.send_signal(signal.SIGTERM)
    told += [json.loads(line) for line in process.stderr.readlines()]
    assert {each["service"] for each in told} == {"mailer"}
    assert told[-1]["message"] == "stopped"
    written = json.dumps(told, ensure_ascii=False)
    personal = helpdesk.ok("voter", "show", "--json", "10000001").json
    secrets = ("planted reason 4711", "Planted", personal["family_name"], personal["addresses"][0]["address"])
    assert [secret for secret in secrets if secret in written] == []


@ON_SQLITE
def test_the_portals_log_is_json_lines_without_what_visitors_ask_for(helpdesk, start):
    process, _address = start("portal", "--port", "0", **IN_JSON)
    public = re.search(r"http://[\w.:]+", process.stdout.readline()).group()
    token = "Zm9yZ2VkLXRva2VuLW9mLW5vYm9keQ" * 2
    for path in ("/", f"/activate/{token}", "/%00", "/?a=planted@ac-rennes.fr"):
        subprocess.run([sys.executable, "-c", f"import urllib.request as r; r.urlopen({public + path!r})"],
                       check=False, capture_output=True)  # fmt: skip
    process.send_signal(signal.SIGTERM)
    lines = process.stderr.readlines()
    assert [json.loads(line)["message"] for line in lines] == ["started", "stopped"]
    assert token not in "".join(lines)

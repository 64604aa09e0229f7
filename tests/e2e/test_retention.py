"""`helpdesk voter export` and `helpdesk purge`, as processes."""

import json
import subprocess

import pytest

from tests.e2e.conftest import ADMIN, ADMIN_PASSWORD

LATER = {"HELPDESK_NOW": "2031-01-01T08:00:00+00:00"}


@pytest.fixture
def ready(helpdesk):
    helpdesk.environment["HELPDESK_STATEMENT_KEY_FILE"] = str(helpdesk.folder / "statement-key")
    helpdesk.ok("init", "--trial", "--admin", ADMIN, "--password-stdin", stdin=f"{ADMIN_PASSWORD}\n")
    helpdesk.ok("sample", "roll.csv", "--voters", "20")
    helpdesk.ok("roll", "import", "roll.csv")
    return helpdesk


def test_a_voter_is_told_what_is_held_in_json_and_pdf(ready):
    for name in ("held.pdf", "held.json"):
        run = ready.ok("voter", "export", "10000001", name, "--reason", "letter of 3 May", "--as-owner")
        assert run.err == ""  # nothing is withheld
        assert (ready.folder / name).stat().st_mode & 0o077 == 0
    held = json.loads((ready.folder / "held.json").read_text(encoding="utf-8"))
    assert held["held"]["voter"][0]["number"] == "10000001"
    assert held["held"]["voter"][0]["birth_date"] == "1987-10-11"
    assert held["not_shown"] == []
    assert held["held"]["audit_event"][0]["reason"] == "letter of 3 May"
    text = pdf_text(ready.folder / "held.pdf")
    assert held["held"]["voter"][0]["first_name"] in text
    assert held["held"]["address"][0]["address"] in text
    assert ready("voter", "export", "10000001", "held.txt", "--reason", "letter").code == 3
    assert ready("voter", "export", "10000001", "held.pdf", "--reason", "letter").code == 3


def test_a_purge_shows_then_removes_and_proves(ready):
    too_early = ready("purge", "--after", "2030-06-30", "--as-owner")
    assert (too_early.code, "Nothing was removed" in too_early.err) == (1, True)
    assert "Nothing was removed" in ready.ok("purge", "--after", "2030-06-30", "--as-owner", **LATER).out
    assert ready.ok("voter", "show", "--json", "10000001").json
    done = ready.ok(
        "purge", "--after", "2030-06-30", "--yes", "--statement", "statement.json", "--as-owner", **LATER
    ).json
    assert done == json.loads((ready.folder / "statement.json").read_text(encoding="utf-8"))
    assert done["statement"]["removed"]["voter"] == 20
    assert ready("voter", "show", "10000001").code == 3
    ready.ok("audit", "verify")
    assert done["signature"]["public_key"] in ready.ok("purge", "--check", "statement.json").out
    forged = (ready.folder / "statement.json").read_text(encoding="utf-8").replace('"voter": 20', '"voter": 21')
    (ready.folder / "forged.json").write_text(forged, encoding="utf-8")
    assert ready("purge", "--check", "forged.json").code == 4
    assert ready("purge", "--check", "roll.csv").code == 3
    assert ready("purge").code == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_a_server_it_takes_the_owner_and_an_administrator(ready):
    refused = ready("purge", "--after", "2030-06-30", "--yes", "--statement", "s.json", **LATER)
    assert (refused.code, "--as-owner" in refused.err) == (1, True)
    assert not (ready.folder / "s.json").exists()
    withheld = ready.ok("voter", "export", "10000001", "partly.json", "--reason", "letter")
    assert "voter.birth_date" in withheld.err
    (ready.folder / "wrong").write_text("Not-The-Password-1")
    wrong = {"HELPDESK_PASSWORD_FILE": str(ready.folder / "wrong")}
    assert ready("purge", "--after", "2030-06-30", "--yes", "--as-owner", **LATER, **wrong).code == 1
    nobodys = ready.environment["HELPDESK_DATABASE"].replace("postgres@", "")
    run = ready("purge", "--after", "2030-06-30", "--as-owner", HELPDESK_DATABASE=nobodys)
    assert (run.code, "owner's login" in run.err) == (2, True)
    assert ready.ok("voter", "show", "--json", "10000001").json


def pdf_text(path) -> str:
    return subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout

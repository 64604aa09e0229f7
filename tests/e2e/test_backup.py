"""`helpdesk backup` and `restore`, as processes, while another one works on the store."""

import os
import stat

import pytest

from tests.e2e.conftest import ADMIN, ADMIN_PASSWORD


@pytest.fixture
def ready(helpdesk):
    helpdesk.ok("init", "--trial", "--admin", ADMIN, "--password-stdin", stdin=f"{ADMIN_PASSWORD}\n")
    helpdesk.ok("sample", "roll.csv", "--voters", "40")
    helpdesk.ok("roll", "import", "roll.csv")
    return helpdesk


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_brings_back_a_lost_store(ready):
    before = ready.ok("search", "--json", "ac-").json
    assert "checked" in ready.ok("backup", "copy.db").out
    assert stat.S_IMODE((ready.folder / "copy.db").stat().st_mode) == 0o600
    for name in ("helpdesk.db", "helpdesk.db-wal", "helpdesk.db-shm"):
        (ready.folder / name).unlink(missing_ok=True)
    assert ready("search", "x").code == 3
    ready.ok("restore", "copy.db")
    assert ready.ok("search", "--json", "ac-").json == before
    ready.ok("audit", "verify")
    assert stat.S_IMODE((ready.folder / "helpdesk.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_any_name_that_a_file_can_have_will_do(ready):
    for name in ("was ist das?.db", "50%20.db", "l'été #1.db"):
        ready.ok("backup", name)
        ready.ok("restore", name)
    assert ready("backup", "x" * 300).code == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_refusals_name_what_to_do_and_leave_the_store_alone(ready):
    ready.ok("backup", "copy.db")
    assert ready("backup", "copy.db").code == 3
    spoilt = bytearray((ready.folder / "copy.db").read_bytes())
    spoilt[8192 : 8192 + 4096] = os.urandom(4096)
    (ready.folder / "spoilt.db").write_bytes(spoilt)
    found = ready("restore", "spoilt.db")
    assert (found.code, "damaged" in found.err) == (4, True)
    assert ready("restore", "nothing.db").code == 3
    assert ready("restore", "roll.csv").code == 3
    refused = ready("restore", "copy.db", HELPDESK_PASSWORD_FILE=str(ready.folder / "copy.db"))
    assert refused.code in {1, 5}
    assert [path.name for path in ready.folder.glob("helpdesk.before*")] == []
    assert [path.name for path in ready.folder.iterdir() if path.name.startswith(".helpdesk")] == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_is_sent_to_pg_dump(ready):
    for command in ("backup", "restore"):
        run = ready(command, "copy.db")
        assert (run.code, "pg_dump" in run.err) == (3, True)

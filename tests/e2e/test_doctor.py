"""`helpdesk doctor`: everything is looked at, what is wrong is said with what to do, and no secret is told."""

from pathlib import Path

import pytest

from tests.e2e.conftest import ADMIN, ADMIN_PASSWORD

LOOKED_AT = {
    "Data folder", "Disk", "Keyring", "Terminal", "Fonts", "HELPDESK_PASSWORD_FILE", "HELPDESK_LINK_KEY_FILE", "Store",
    "Clock", "Election", "Resources", "Link key", "Mail server", "Bounce mailbox", "ac-rennes.example",
}  # fmt: skip
PLANTED = "Planted-4711"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ready(helpdesk):
    helpdesk.ok("init", "--trial", "--admin", ADMIN, "--password-stdin", stdin=f"{ADMIN_PASSWORD}\n")
    return helpdesk


def test_everything_is_looked_at_and_well(ready):
    told = ready.ok("doctor", "--json").json
    checks = {check["check"]: check for check in told["checks"]}
    assert set(checks) >= LOOKED_AT
    assert {check["level"] for check in checks.values()} == {"ok", "note"}
    assert "revision" in checks["Store"]["text"]
    seen = "from the database server's" if "postgresql" in ready.environment["HELPDESK_DATABASE"] else "written last"
    assert seen in checks["Clock"]["text"]


@ON_SQLITE
def test_without_a_store_the_rest_is_looked_at(helpdesk):
    run = helpdesk("doctor")
    assert (run.code, "!!  Store: " in run.out, "ok  Disk: " in run.out) == (5, True, True)


@ON_SQLITE
def test_what_is_wrong_is_said_with_what_to_do(ready):
    ready.ok("doctor")  # makes the link key
    (ready.folder / "helpdesk.db").chmod(0o644)
    (ready.folder / "link-key").chmod(0o640)
    run = ready(
        "doctor",
        HELPDESK_SMTP_PORT="1",
        HELPDESK_SMTP_HSOT="x",
        HELPDESK_IMAP_HOST="127.0.0.1",
        HELPDESK_IMAP_PORT="1",
        HELPDESK_SMTP_PASSWORD_FILE=str(ready.folder / "nowhere"),
        HELPDESK_NOW="2026-01-01T08:00:00+00:00",
    )
    assert run.code == 5
    for line in (
        "!!  HELPDESK_SMTP_HSOT: there is no such setting. Did you mean HELPDESK_SMTP_HOST?",
        "!!  Data folder: others of this machine can read helpdesk.db in ",
        "!!  HELPDESK_LINK_KEY_FILE: others of this machine can read ",
        "!!  HELPDESK_SMTP_PASSWORD_FILE: ",
        "!!  Clock: the newest row of the audit trail is of ",
        "!!  Mail server: ",
        "!!  Bounce mailbox: ",
    ):
        assert line in run.out, line


@ON_SQLITE
def test_each_setting_is_told_with_where_it_is_from_and_no_secret_is_shown(ready, tmp_path: Path):
    file = tmp_path / ".config" / "helpdesk" / "helpdesk.toml"
    text = file.read_text(encoding="utf-8")
    text = text.replace('# mail.desk_phone = ""', 'mail.desk_phone = "02 00"')
    text = text.replace('# portal.limits_storage = "memory://"', f'portal.limits_storage = "redis://me:{PLANTED}@r:1"')
    file.write_text(text, encoding="utf-8")
    (ready.folder / "smtp-password").write_text(PLANTED)
    (ready.folder / "smtp-password").chmod(0o600)
    more = {"HELPDESK_SMTP_PASSWORD_FILE": str(ready.folder / "smtp-password")}
    run = ready.ok("doctor", "--json", "--lang", "en", **more)
    told = {each["setting"]: each for each in run.json["settings"]}
    assert told["mail.desk_phone"] == {
        "setting": "mail.desk_phone",
        "value": "02 00",
        "origin": "file",
        "meaning": "The telephone of the support desk, shown in mails and on the portal.",
    }
    origins = {
        name: told[name]["origin"] for name in ("smtp.port", "language", "theme", "smtp.password", "imap.password")
    }
    assert origins == {
        "smtp.port": "environment",
        "language": "command",
        "theme": "default",
        "smtp.password": "environment",
        "imap.password": "",
    }
    assert (told["smtp.password"]["value"], told["imap.password"]["value"]) == ("set", "not set")
    assert told["portal.limits_storage"]["value"] == "redis://me:…@r:1"
    plain = ready.ok("doctor", **more).out
    assert "02 00  " in plain
    assert str(file) in plain
    key = (ready.folder / "link-key").read_text().strip()
    assert [secret for secret in (PLANTED, ADMIN_PASSWORD, key) if secret in run.out + plain] == []

"""Running the installed program as its user would: as a process, with its own folder and settings."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from helpdesk.demo.mail_catcher import MailCatcher
from helpdesk.store.engine import Store

ADMIN, ADMIN_PASSWORD = "Ada Admin", "Correct-Horse-9-Battery"


@dataclass
class Run:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        return json.loads(self.out)


@dataclass
class CommandLine:
    """Calls `helpdesk` in processes of their own, as one operator of one store."""

    folder: Path
    environment: dict[str, str]
    written: list[str] = field(default_factory=list)

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", "helpdesk", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env=self.environment | environment,
            timeout=120,
            check=False,
        )
        self.written += [done.stdout, done.stderr]
        assert "Traceback" not in done.stderr
        return Run(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, **more: str) -> Run:
        run = self(*arguments, **more)
        assert run.code == 0, (arguments, run)
        return run


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    """A real SMTP server on this machine that keeps what it is given."""
    caught = MailCatcher()
    caught.start()
    yield caught
    caught.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table (SQLite: of a file that is not there yet)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk' / 'helpdesk.db'}"
    make: Callable[[], str] = request.getfixturevalue("empty_postgresql")
    return make()


@pytest.fixture
def helpdesk(tmp_path: Path, catcher: MailCatcher, database_url: str) -> CommandLine:
    """The command line over an empty database, with a mail server and a credential file."""
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "password").write_text(ADMIN_PASSWORD)
    (folder / "password").chmod(0o600)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
    return CommandLine(
        folder,
        kept
        | {
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path / ".config"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "PYTHONIOENCODING": "utf-8",
            "HELPDESK_DATA_DIR": str(folder),
            "HELPDESK_DATABASE": database_url,
            "HELPDESK_OPERATOR": ADMIN,
            "HELPDESK_PASSWORD_FILE": str(folder / "password"),
            "HELPDESK_LANGUAGE": "en",
            "HELPDESK_LINK_KEY_FILE": str(folder / "link-key"),
            "HELPDESK_SMTP_HOST": "127.0.0.1",
            "HELPDESK_SMTP_PORT": str(catcher.smtp_port),
            "HELPDESK_SMTP_SECURITY": "none",
            "HELPDESK_MAIL_SENDER": "elections@ac-rennes.example",
            "HELPDESK_DNS_SERVER": "127.0.0.1",  # nobody answers there: no test asks the Internet
            "HELPDESK_DNS_PORT": "1",
            "HELPDESK_PORTAL_URL": "https://portail.example.org",
            "HELPDESK_LIMITS_ARGON2_TIME_COST": "1",
            "HELPDESK_LIMITS_ARGON2_MEMORY_KIB": "1024",
        },
    )


@pytest.fixture
def store(helpdesk: CommandLine) -> Iterator[Store]:
    """The command line's database, for what only a voter could do."""
    opened = Store(helpdesk.environment["HELPDESK_DATABASE"])
    yield opened
    opened.close()

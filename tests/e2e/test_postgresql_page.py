"""The page for who sets the server up, command by command: docs/postgresql.md."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.conftest import PASSWORD, drop_logins

PAGE = Path(__file__).parents[2] / "docs" / "postgresql.md"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(postgresql_server, tmp_path):
    """A shell where `helpdesk` and PostgreSQL's commands mean this checkout and this test's server."""
    url = make_url(postgresql_server)
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "helpdesk").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m helpdesk "$@"\n')
    (commands / "helpdesk").chmod(0o755)
    for name in ("ada", "alix", "mailer"):
        (tmp_path / f"{name}-password").write_text(PASSWORD + "\n")
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HELPDESK_", "PG"))}
    environment = kept | {
        "PATH": f"{commands}:{binaries}:{kept['PATH']}", "HOME": str(tmp_path), "PYTHONPATH": str(PAGE.parents[1]),
        "PGHOST": str(url.host), "PGPORT": str(url.port), "PGUSER": "postgres",
        "HELPDESK_DATA_DIR": str(tmp_path), "HELPDESK_LANGUAGE": "en", "HELPDESK_SMTP_HOST": "127.0.0.1",
        "HELPDESK_SMTP_SECURITY": "none", "HELPDESK_LINK_KEY_FILE": str(tmp_path / "link-key"),
    }  # fmt: skip
    server = f"{url.host}:{url.port}"

    def run(script):
        script = script.replace("db.example.org", server).replace("postgres@/helpdesk?host=/var/run/postgresql",
                                                                  f"postgres@{server}/helpdesk")  # fmt: skip
        return subprocess.run(
            [shutil.which("bash"), "-euxo", "pipefail", "-c", script],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    yield run
    engine = create_engine(f"{postgresql_server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("helpdesk", "helpdesk_restored"):
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    engine.dispose()
    drop_logins(postgresql_server)


def test_every_command_of_the_page_works(shell, postgresql_server):
    script = "\n".join(blocks("sh"))
    assert script.count("helpdesk ") > 10
    password = f"psql helpdesk -c \"ALTER ROLE mailer PASSWORD '{PASSWORD}'\"\n"
    done = shell(
        script.replace("export HELPDESK_DATABASE_PASSWORD_FILE", password + "export HELPDESK_DATABASE_PASSWORD_FILE")
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Store ready" in done.stdout
    assert "The audit trail is whole" in done.stdout
    engine = create_engine(f"{postgresql_server}/helpdesk_restored")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_policies")) > 50
        assert connection.scalar(text("SELECT count(*) FROM operator")) == 3
    engine.dispose()


@pytest.mark.parametrize("rules", blocks("hba"))
def test_the_server_understands_the_rules(postgresql_server, rules):
    engine = create_engine(f"{postgresql_server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        file = Path(connection.scalar(text("SHOW hba_file")))
        before = file.read_text(encoding="utf-8")
        try:
            file.write_text(before + rules, encoding="utf-8")
            query = "SELECT line_number, error FROM pg_hba_file_rules WHERE error NOT LIKE '%SSL is disabled'"
            assert [tuple(row) for row in connection.execute(text(query))] == []
        finally:
            file.write_text(before, encoding="utf-8")
    engine.dispose()

"""The commands of the operator's page work as they stand there, one after the other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ADMIN, ADMIN_PASSWORD

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_command_of_the_operators_page_works(helpdesk, tmp_path):
    shim = tmp_path / "bin" / "helpdesk"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m helpdesk "$@"\n')
    shim.chmod(0o755)
    (helpdesk.folder / "password").write_text(f"{ADMIN_PASSWORD}\n")
    environment = helpdesk.environment | {
        "PATH": f"{shim.parent}:{helpdesk.environment['PATH']}",
        "HELPDESK_STATEMENT_KEY_FILE": str(helpdesk.folder / "statement-key"),
    }
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
    assert f'--admin "{ADMIN}"' in commands
    for command in commands.splitlines():
        later = {"HELPDESK_NOW": "2031-01-01T08:00:00+00:00"} if " purge " in command else {}
        trial = command.replace("helpdesk init", "helpdesk init --trial")
        done = subprocess.run(
            ["sh", "-c", trial],
            cwd=helpdesk.folder,
            env=environment | later,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
    assert len(commands.splitlines()) >= 11

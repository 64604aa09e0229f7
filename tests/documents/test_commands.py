"""Every command, setting and link of every document is one that there is."""

import re
import shlex
import subprocess
from dataclasses import fields
from pathlib import Path

import click
import pytest

from helpdesk.cli.entry import helpdesk
from helpdesk.config import Settings, known_keys, load_settings
from tests.documents.reading import DOCUMENTS, ROOT, blocks, commands

OF_EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
OTHER_VARIABLES = {"HELPDESK_DATA_DIR", "HELPDESK_BROWSER_TESTS"}


@OF_EACH
def test_every_command_and_option_exists(document: Path):
    for typed in commands(document, "helpdesk"):
        words = shlex.split(typed.partition(" < ")[0].partition(" > ")[0])
        command: click.Command = helpdesk
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            name = words.pop(0)
            if name == "COMMAND":
                break
            found = command.get_command(click.Context(command), name)  # a group may load its commands when asked
            assert found is not None, typed
            command = found
        known = {"--help", "--version"} | {name for option in command.params for name in option.opts}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= known, typed


@OF_EACH
def test_every_target_exists(document: Path):
    """Made for real by CI (`.ci/run`) or by hand; here, make says what it would do."""
    for typed in commands(document, "make"):
        done = subprocess.run(
            ["make", "--dry-run", *shlex.split(typed)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (typed, done.stderr)


@OF_EACH
def test_settings_in_documents_can_be_read(document: Path, tmp_path: Path):
    for block in blocks(document, "toml"):
        file = tmp_path / "helpdesk.toml"
        file.write_text(block, encoding="utf-8")
        load_settings(config_file=file, environment={})


@OF_EACH
def test_every_environment_variable_is_read(document: Path):
    of_keys = {f"HELPDESK_{key.replace('.', '_').upper()}" for key in known_keys()}
    of_settings = {f"HELPDESK_{field.name.upper()}" for field in fields(Settings)}
    named = set(re.findall(r"\bHELPDESK_[A-Z_]+[A-Z]\b", document.read_text(encoding="utf-8")))
    assert named <= of_keys | of_settings | OTHER_VARIABLES


@OF_EACH
def test_every_link_leads_somewhere(document: Path):
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (document.parent / target).exists(), target


def test_the_map_of_the_code_names_folders_that_there_are():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([\w./]+)`", text, re.MULTILINE)
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []

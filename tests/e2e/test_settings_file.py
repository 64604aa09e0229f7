"""`helpdesk init` makes the settings file once; what stands in it counts, and what does not belong there is refused."""

import pytest

from tests.e2e.conftest import ADMIN, ADMIN_PASSWORD

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def init(helpdesk, *more):
    return helpdesk("init", "--trial", "--admin", ADMIN, "--password-stdin", *more, stdin=f"{ADMIN_PASSWORD}\n")


def test_init_makes_the_file_once_and_what_is_set_there_counts(helpdesk, tmp_path):
    file = tmp_path / ".config" / "helpdesk" / "helpdesk.toml"
    assert str(file) in init(helpdesk).out
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('# mail.sender = "elections@localhost"', 'mail.sender = "x@school.example"'))
    changed = file.read_text(encoding="utf-8")
    assert changed != text
    assert str(file) not in helpdesk.ok("init").out
    assert file.read_text(encoding="utf-8") == changed
    file.write_text(changed.replace("mail.sender", "mail.sendr"))
    run = helpdesk("search", "martin")
    assert (run.code, run.err) == (3, "Setting mail.sendr: there is no such setting. Did you mean mail.sender?\n")


def test_init_makes_the_file_that_was_named(helpdesk):
    assert init(helpdesk, "--config", "own.toml").code == 0
    assert "# smtp.port = 587" in (helpdesk.folder / "own.toml").read_text(encoding="utf-8")
    assert helpdesk("init", "--config", "/proc/own.toml").code == 3


def test_without_a_place_for_the_file_init_says_so_and_goes_on(helpdesk, tmp_path):
    (tmp_path / ".config").write_text("")
    run = init(helpdesk)
    assert (run.code, "it cannot be written" in run.err) == (0, True)

"""The log, in both forms: what each line holds, and what gets into none."""

import json
import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from helpdesk.cli.log import keep_log, log_is_on_terminal
from helpdesk.config import LogSettings, Settings, load_settings
from helpdesk.domain.bug_trace import where_it_broke

PLANTED = "marie.dupont@ac-rennes.fr"

pytestmark = pytest.mark.usefixtures("untouched_log")


def settings(folder: Path, *, to: str, form: str) -> Settings:
    return replace(load_settings(environment={"HELPDESK_DATA_DIR": str(folder)}), log=LogSettings(to, form))


def broken() -> Exception:
    error = KeyError(PLANTED)
    try:
        int(PLANTED)
    except ValueError as cause:
        try:
            raise error from cause
        except KeyError:
            return error


def test_json_lines_to_standard_error_are_one_object_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    keep_log(settings(tmp_path, to="stderr", form="json"), service="mailer")
    log = logging.getLogger("helpdesk.mailer")
    log.info("delivering")
    log.error("incident %s", "ab12\nnew line", extra={"where": where_it_broke(broken())})
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert datetime.fromisoformat(first.pop("at")).tzinfo is not None
    assert first == {"level": "info", "service": "mailer", "logger": "helpdesk.mailer", "message": "delivering"}
    assert (second["level"], second["message"]) == ("error", "incident ab12\nnew line")
    assert [line for line in second["where"] if not line.startswith(" ")] == [
        "builtins.KeyError",
        "builtins.ValueError",
    ]
    assert second["where"][1].endswith(" broken")
    assert log_is_on_terminal()
    assert list(tmp_path.iterdir()) == []


def test_lines_to_read_go_to_the_data_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = tmp_path / "new"
    keep_log(settings(folder, to="file", form="text"), service="portal")
    logging.getLogger("helpdesk.portal").warning("waiting: %s", "store")
    (log,) = folder.glob("helpdesk-*.log")
    assert log.read_text(encoding="utf-8").endswith(" WARNING helpdesk.portal waiting: store\n")
    assert capsys.readouterr().err == ""
    assert not log_is_on_terminal()


@pytest.mark.parametrize("form", ["text", "json"])
def test_neither_an_exceptions_message_nor_a_librarys_texts_are_written(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    keep_log(settings(tmp_path, to="stderr", form=form), service="portal")
    logging.getLogger("helpdesk.portal").error("incident", exc_info=broken())
    waitress = logging.getLogger("waitress")
    waitress.error("Exception while serving %s", f"/activate/{PLANTED}", exc_info=broken())
    waitress.warning("Task queue depth is %d", 12)
    said = capsys.readouterr().err
    assert PLANTED not in said
    assert "Exception while serving …" in said
    assert "Task queue depth is 12" in said
    assert "builtins.KeyError" in said


def test_a_second_call_takes_the_place_of_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for _ in range(2):
        keep_log(settings(tmp_path, to="stderr", form="text"), service="portal")
    logging.getLogger("helpdesk").info("once")
    assert capsys.readouterr().err.count("once") == 1


def test_a_program_without_a_console_keeps_its_log_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stderr", None)
    keep_log(settings(tmp_path, to="stderr", form="json"), service="desk")
    logging.getLogger("helpdesk").info("started")
    (log,) = tmp_path.glob("helpdesk-*.log")
    assert json.loads(log.read_text(encoding="utf-8"))["message"] == "started"

"""A log file a month, and none older than twelve of them."""

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpdesk.cli.monthly_log import MonthlyLog


def at(year: int, month: int, day: int = 1, hour: int = 0) -> float:
    return datetime(year, month, day, hour, tzinfo=UTC).timestamp()


def say(log: MonthlyLog, words: str, moment: float) -> None:
    record = logging.LogRecord("helpdesk", logging.INFO, __file__, 1, words, None, None)
    record.created = moment
    log.handle(record)


def test_a_month_that_is_over_ends_its_file_and_those_that_are_too_old(tmp_path: Path):
    for name in ("helpdesk-2025-11.log", "helpdesk-2025-12.log", "helpdesk-2026-10.log", "helpdesk.db", "notes.log"):
        (tmp_path / name).write_text("kept")
    log = MonthlyLog(tmp_path, months=12, clock=lambda: at(2026, 11, 30, 23))
    try:
        assert not (tmp_path / "helpdesk-2025-11.log").exists()
        assert (tmp_path / "helpdesk-2025-12.log").exists()
        say(log, "november", at(2026, 11, 30, 23))
        say(log, "december", at(2026, 12, 1))
        say(log, "a clock that went back", at(2026, 11, 30))
        say(log, "january", at(2027, 1, 1))
    finally:
        log.close()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "helpdesk-2026-10.log": "kept",
        "helpdesk-2026-11.log": "november\n",
        "helpdesk-2026-12.log": "december\na clock that went back\n",
        "helpdesk-2027-01.log": "january\n",
        "helpdesk.db": "kept",
        "notes.log": "kept",
    }


@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists, not modes")
def test_every_months_file_is_for_its_owner_only(tmp_path: Path):
    log = MonthlyLog(tmp_path, months=6, clock=lambda: at(2026, 11))
    say(log, "december", at(2026, 12))
    log.close()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}

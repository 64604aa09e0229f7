"""The main job, event by event: no handler keeps the window long, in processor time, on both databases."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk.watchdog import REPORT

LIMIT_MS = 8.0
RUNS = 2
JOB = "tests/desk/test_whole_job.py"

# What still takes longer, with the most it may take: a list to be shortened, not lengthened. Each of these makes or
# lays out many of Qt's widgets in one go.
KNOWN_MS = {
    "result for LoginDialog._done": 250.0,  # makes the main window
    "result for VotersPage._opened": 60.0,  # shows a voter for the first time
    "result for VoterPage._refreshed": 50.0,  # shows what an action changed
    "UpdateRequest MainWindow mainWindow": 40.0,  # paints a page for the first time
    "Shortcut QAction": 35.0,  # makes a dialog
    "LayoutRequest VoterPage voterPage": 25.0,
    "LayoutRequest QWidget qt_scrollarea_viewport": 25.0,
    "DeferredDelete MainWindow mainWindow": 25.0,
    "Close QWindow mainWindowWindow": 25.0,
}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_handler_of_the_main_job_takes_longer_than_a_frame_can_spare(database: str, tmp_path: Path):
    """The best of a few runs counts: what shares the processor's caches can only make a run slower."""
    late = [over_their_limits(database, tmp_path / f"{run}.json") for run in range(RUNS)]
    assert min(late, key=len) == []


def over_their_limits(database: str, report: Path) -> list[str]:
    """What one run of the main job found too slow."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", JOB, "-k", database]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | {REPORT: str(report)})
    assert done.returncode == 0, done.stdout[-2000:]
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["events"] > 500
    return [
        f"{each['ms']} ms: {each['what']}" for each in told["slow"] if each["ms"] > KNOWN_MS.get(each["what"], LIMIT_MS)
    ]

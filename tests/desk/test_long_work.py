"""Long work tells how far it is, how much time is left, and ends when it is asked to."""

import threading

import pytest
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton

from helpdesk.desk.long_job import LongJob, LongJobs, seconds_left
from helpdesk.desk.tasks import TaskRunner
from helpdesk.desk.widgets.progress import ProgressStrip
from helpdesk.domain.errors import Stopped
from tests.desk.conftest import child


@pytest.mark.parametrize(
    ("done", "total", "elapsed", "left"),
    [(0, 10, 5.0, -1), (5, 0, 5.0, -1), (5, 10, 5.0, 5), (1, 4, 30.0, 90), (10, 10, 5.0, 0), (11, 10, 5.0, -1)],
)
def test_the_rest_takes_as_long_as_the_speed_so_far_says(done, total, elapsed, left):
    assert seconds_left(done, total, elapsed) == left


@pytest.fixture
def work(qtbot):
    tasks, jobs = TaskRunner(), LongJobs()
    job = LongJob(tasks, jobs, tasks)
    strip = ProgressStrip(job)
    qtbot.addWidget(strip)
    yield job, strip, jobs
    qtbot.waitUntil(lambda: tasks.running == 0)
    tasks.deleteLater()


def test_progress_is_shown_with_words_and_the_work_can_be_stopped(qtbot, work):
    job, strip, jobs = work
    told, may_go_on, failed = threading.Event(), threading.Event(), []
    job.failed.connect(failed.append)

    def count(progress):
        progress(250, 1000)
        told.set()
        assert may_go_on.wait(10)
        progress(500, 1000)

    strip.begin()
    job.start(count)
    qtbot.waitUntil(told.is_set)
    words = child(strip, QLabel, "progressWords")
    qtbot.waitUntil(lambda: words.text().startswith("250 of 1,000 · "))
    assert words.text().endswith("left")
    assert child(strip, QProgressBar, "progressBar").value() == 250
    assert jobs.running == 1
    child(strip, QPushButton, "stopButton").click()
    assert words.text() == "Stopping…"
    may_go_on.set()
    qtbot.waitUntil(lambda: failed != [])
    assert isinstance(failed[0], Stopped)
    assert not strip.isVisible()
    assert jobs.running == 0

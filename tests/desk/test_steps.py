"""What only the window's thread may do is done in steps: keys come between them, and nothing of it is forgotten."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from weakref import ReferenceType, ref

import pytest
import shiboken6
from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from helpdesk.desk.app import Desk
from helpdesk.desk.appearance import dress
from helpdesk.desk.context import DeskContext, DeskStart
from helpdesk.desk.main_window import MainWindow
from helpdesk.desk.pages.catalogue import AUDIT, MAIL, ROLL
from helpdesk.desk.tasks import TaskRunner
from helpdesk.domain.roles import Operator
from tests.desk.conftest import child, go_to


def steps(count: int, said: list[str], name: str) -> Iterator[None]:
    for number in range(count):
        said.append(f"{name}{number}")
        yield


def test_a_step_is_taken_at_each_turn_and_what_came_first_ends_first(qtbot: QtBot):
    tasks, said = TaskRunner(), list[str]()
    with qtbot.waitSignal(tasks.idle):
        tasks.take_steps(tasks, steps(2, said, "a"))
        tasks.take_steps(tasks, steps(2, said, "b"))
        assert (tasks.running, said) == (2, [])
    assert (tasks.running, said) == (0, ["a0", "a1", "b0", "b1"])


def test_what_the_loop_has_to_do_comes_between_two_steps(qtbot: QtBot):
    tasks, said = TaskRunner(), list[str]()

    def asking() -> Iterator[None]:
        QTimer.singleShot(0, lambda: said.append("asked between"))
        said.append("first")
        yield
        yield
        said.append("last")

    with qtbot.waitSignal(tasks.idle):
        tasks.take_steps(tasks, asking())
    assert said == ["first", "asked between", "last"]


def test_no_step_is_taken_for_who_is_gone(qtbot: QtBot):
    tasks, owner, said = TaskRunner(), QObject(), list[str]()
    with qtbot.waitSignal(tasks.idle):
        tasks.take_steps(owner, steps(3, said, "a"))
        shiboken6.delete(owner)
    assert (tasks.running, said) == (0, [])


def test_a_step_that_fails_ends_its_own_steps_only(qtbot: QtBot):
    tasks, said = TaskRunner(), list[str]()

    def failing() -> Iterator[None]:
        yield
        raise LookupError

    with qtbot.captureExceptions() as caught, qtbot.waitSignal(tasks.idle):
        tasks.take_steps(tasks, failing())
        tasks.take_steps(tasks, steps(1, said, "b"))
    assert ([kind for kind, _error, _trace in caught], said) == ([LookupError], ["b0"])


class Job:
    """Knows a password, and maybe fails."""

    def __init__(self, *, fails: bool) -> None:
        self.password, self.fails = "Correct-Horse-9-Battery", fails

    def __call__(self) -> None:
        if self.fails:
            raise LookupError


@pytest.mark.parametrize("fails", [False, True])
def test_a_job_is_forgotten_once_its_outcome_is_there(qtbot: QtBot, *, fails: bool):
    """A desk runs one for every key: kept, a megabyte for a thousand keys, and the passwords of all logins."""
    tasks, jobs, outcomes = TaskRunner(), list[ReferenceType[Job]](), list[object]()
    with qtbot.waitSignal(tasks.idle):
        for _number in range(5):
            job = Job(fails=fails)
            jobs.append(ref(job))
            tasks.run(job, outcomes.append, lambda error: outcomes.append(type(error)))
            del job
    assert outcomes == [LookupError if fails else None] * 5
    gc.collect()  # an error holds its traceback, which holds the error
    qtbot.waitUntil(lambda: [each for each in jobs if each() is not None] == [])


def test_every_window_that_has_no_parent_is_dressed(
    qtbot: QtBot, desk: Desk, open_desk: Callable[[Operator], MainWindow], agent: Operator
):
    """The style sheet is the windows', not the application's: each has to be given it."""
    desk.ask_login()
    open_desk(agent)
    desk.bugs.report(ValueError())
    shown = [each for each in QApplication.topLevelWidgets() if each.isVisible() and each.parentWidget() is None]
    assert len(shown) >= 2
    assert [each.objectName() for each in shown if not each.styleSheet()] == []


def test_what_is_put_into_a_dressed_window_wears_its_style(qtbot: QtBot, desk: Desk):
    window, later = QWidget(), QWidget()
    qtbot.addWidget(window)
    dress(window)
    later.setParent(window)
    assert window.styleSheet()
    assert later.style() is window.style()


def close(desk: Desk) -> None:
    assert desk.window is not None
    desk.window.close()


class Mailer:
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def start(self, on_status: object) -> None:
        self.asked.append("start")

    def stop(self) -> None:
        self.asked.append("stop")


def test_a_window_that_is_closed_as_it_opens_leaves_no_mailer_behind(
    qtbot: QtBot, qapp: QApplication, desk_context: DeskContext, agent: Operator
):
    mailer = Mailer()
    desk = Desk(qapp, DeskStart.over(replace(desk_context, mailer=mailer)))
    desk.ready.connect(partial(close, desk))
    desk.open_for(agent)
    with qtbot.waitSignal(desk.ready):
        pass
    qtbot.waitUntil(lambda: desk.window is None and desk.tasks.running == 0)
    assert mailer.asked[-1:] in ([], ["stop"])
    desk.deleteLater()


def test_a_mailer_that_is_stopped_while_it_starts_is_stopped_after_that(
    qtbot: QtBot, qapp: QApplication, desk_context: DeskContext, agent: Operator
):
    mailer = Mailer()
    desk = Desk(qapp, DeskStart.over(replace(desk_context, mailer=mailer)))
    desk.complete.connect(partial(close, desk))
    desk.open_for(agent)
    with qtbot.waitSignal(desk.complete):
        pass
    qtbot.waitUntil(lambda: desk.window is None and desk.tasks.running == 0)
    assert mailer.asked == ["start", "stop"]
    desk.deleteLater()


def test_the_window_that_somebody_left_is_deleted_page_by_page_behind_the_login(
    qtbot: QtBot, desk: Desk, open_desk: Callable[[Operator], MainWindow], administrator: Operator
):
    """All at once it held up the first keys of whoever logs in next."""
    window, turns, gone = open_desk(administrator), list[None](), dict[str, int]()
    for number, name in ((MAIL, "mailPage"), (AUDIT, "auditPage"), (ROLL, "rollPage")):
        go_to(qtbot, window, number, name)
    QAbstractEventDispatcher.instance().awake.connect(partial(turns.append, None))
    names = ("mailPage", "auditPage", "rollPage", "votersPage", "mainWindow")
    for name in names:
        part = window if name == "mainWindow" else child(window, QWidget, name)
        part.destroyed.connect(lambda _=None, name=name: gone.setdefault(name, len(turns)))
    window.log_out()
    qtbot.waitUntil(lambda: desk.window is None)
    assert (gone, desk.login is not None and desk.login.isVisible()) == ({}, True)
    qtbot.waitUntil(lambda: desk.tasks.running == 0)
    assert sorted(gone) == sorted(names)
    assert len(set(gone.values())) == len(names)
    assert not shiboken6.isValid(window)


@pytest.mark.parametrize(
    ("number", "name", "button", "words"),
    [
        (MAIL, "mailPage", "wordingButton", {"en": "Wording of mails…", "fr": "Texte des messages…"}),
        (AUDIT, "auditPage", "verifyTrailButton", {"en": "Verify the whole trail", "fr": "Vérifier tout le journal"}),
        (ROLL, "rollPage", "rollNextButton", {"en": "Read the columns", "fr": "Lire les colonnes"}),
    ],
)
def test_a_page_that_is_being_made_takes_another_language(
    qtbot: QtBot,
    qapp: QApplication,
    open_desk: Callable[[Operator], MainWindow],
    administrator: Operator,
    number: int,
    name: str,
    button: str,
    words: dict[str, str],
):
    """Shortcuts and menus are let through meanwhile; every step may be the one before which they are used."""
    window = open_desk(administrator)
    qtbot.waitUntil(lambda: window._session.tasks.running == 0)
    window._navigation.choose(number)
    switches, language = 0, "en"
    while number in window._making and number not in window._made:
        language = "fr" if language == "en" else "en"
        window._prefer(replace(window._preferences, language=language))
        qapp.processEvents()
        switches += 1
    assert switches > 5
    assert child(window, QPushButton, button).text() == words[language]
    qtbot.waitUntil(lambda: window._session.tasks.running == 0)

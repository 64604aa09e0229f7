"""Starting the desk: the application, its look and language, login, window, and the way out."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from helpdesk import __version__
from helpdesk.desk.appearance import Appearance, dress
from helpdesk.desk.bugs import BugReporter
from helpdesk.desk.context import DeskContext, DeskStart, Preferences
from helpdesk.desk.garbage import GarbageRounds
from helpdesk.desk.login import LoggedIn, LoginDialog
from helpdesk.desk.opening import Opening
from helpdesk.desk.preload import Preload
from helpdesk.desk.speech import Interpreter
from helpdesk.desk.tasks import TaskRunner

if TYPE_CHECKING:  # the login is painted before any of this is imported
    from collections.abc import Callable, Iterator

    from helpdesk.desk.first_run.assistant import Assistant
    from helpdesk.desk.main_window import MainWindow
    from helpdesk.desk.setup_port import SetupPort
    from helpdesk.domain.roles import Operator

_PATIENCE_MS = 10_000
"""How long the very end of the program waits for background work, in milliseconds."""


class Desk(QObject):
    """One run of the desk: login, window, and login again after logging out.

    `ready` comes with every window, `complete` once what it does not need at first is made as well.
    """

    ready = Signal()
    complete = Signal()

    def __init__(self, application: QApplication, start: DeskStart) -> None:
        """Dress the application and choose its language; show nothing yet."""
        super().__init__()
        self._application, self._start = application, start
        self._opening, self._preload = Opening(start), Preload(self)
        self._preferences = start.preferences
        self.tasks = TaskRunner(self)
        self.bugs = BugReporter(self)
        self._interpreter = Interpreter(self)
        self._interpreter.speak(start.preferences.language)
        self._appearance = Appearance(application, self)
        self._appearance.use(start.preferences.theme)
        self._appearance.enlarge(int(start.preferences.text_size))
        application.setQuitOnLastWindowClosed(False)
        self.assistant: Assistant | None = None
        self.login: LoginDialog | None = None
        self.window: MainWindow | None = None
        self.failure: Exception | None = None
        """What kept the program from being opened; the desk has ended then."""
        self._log_in_again = False

    def begin(self) -> None:
        """Show the first window: the login, or the assistant where there is nothing to log in to yet."""
        if self._start.setup is None:
            self.ask_login()
        else:
            self._ask_setup(self._start.setup)

    def _ask_setup(self, port: SetupPort, *, left: Callable[[], None] | None = None) -> None:
        """Show the assistant; whoever leaves it leaves the desk, or `left` goes on."""
        from helpdesk.desk.first_run.assistant import Assistant  # noqa: PLC0415 (once in a program's life)

        self.assistant = Assistant(port, self._preferences.language, self.tasks, self.bugs)
        dress(self.assistant)
        self.assistant.finished_with.connect(self._set_up)
        self.assistant.language_chosen.connect(self._speak)
        self.assistant.rejected.connect(left or self._leave)
        self.assistant.show()

    def _choose_elsewhere(self) -> None:
        if self.login is not None and self._start.elsewhere is not None:
            self.login.hide()
            self._ask_setup(self._start.elsewhere(), left=self._stay)

    def _stay(self) -> None:
        self._end_assistant()
        self.ask_login()

    def _end_assistant(self) -> None:
        if self.assistant is not None:
            self.assistant.deleteLater()  # here: left to Python, any thread might end it
            self.assistant = None

    def _speak(self, language: str) -> None:
        self._preferences = replace(self._preferences, language=language)
        self._interpreter.speak(language)

    def _set_up(self, start: DeskStart, operator: str) -> None:
        self._end_assistant()
        self._start, self._opening = start, Opening(start)
        self.ask_login(operator)

    def ask_login(self, name: str = "") -> None:
        """Show the login dialog, and open the program behind it; `name` is who will log in, if that is known."""
        if self.login is not None:
            self.login.deleteLater()
        self.login = LoginDialog(
            self._opening,
            self._start.database_label,
            self.tasks,
            self.bugs,
            may_choose=self._start.may_choose if self._start.elsewhere is not None else None,
        )
        dress(self.login)
        self.login.suggest(name)
        self.login.logged_in.connect(self._logged_in)
        self.login.elsewhere_wanted.connect(self._choose_elsewhere)
        self.login.rejected.connect(self._leave)
        self.login.show()
        self.tasks.run(self._opening.context, self._opened, self._not_opened)

    def _opened(self, context: DeskContext) -> None:
        self._preload.begin()
        if self.login is not None:
            self.login.remind(context)

    def _not_opened(self, error: Exception) -> None:
        self.failure = error
        if self.login is not None:
            self.login.hide()
        self._leave()

    def open_for(self, operator: Operator) -> None:
        """Open the window for somebody already logged in, once the election is known."""
        self._opening.begin()
        self.tasks.run(partial(_with_election, self._opening, operator), self._logged_in, self._cannot_open)

    def _logged_in(self, result: LoggedIn) -> None:
        from helpdesk.desk.main_window import MainWindow  # noqa: PLC0415 (loaded by now, unless in haste)
        from helpdesk.desk.session import Session  # noqa: PLC0415

        session = Session(result.context, self.tasks, self.bugs, result.operator, result.election)
        window = MainWindow(session, self._preferences)
        window.preferred.connect(self._prefer)
        window.logged_out.connect(self._another_login)
        window.closed.connect(self._window_closed)
        self.tasks.take_steps(window, self._open_window(window))

    def _open_window(self, window: MainWindow) -> Iterator[None]:
        yield from window.furnish()
        self.window = window
        window.show()
        self.ready.emit()
        yield
        yield from window.furnish_more()
        self.complete.emit()

    def _cannot_open(self, error: Exception) -> None:
        self.bugs.report(error)
        self.ask_login()

    def _prefer(self, preferences: Preferences) -> None:
        before, self._preferences = self._preferences, preferences
        if preferences.language != before.language:
            self._interpreter.speak(preferences.language)
        if preferences.theme != before.theme:
            self._appearance.use(preferences.theme)
        if preferences.text_size != before.text_size:
            self._appearance.enlarge(int(preferences.text_size))
        job = partial(_keep, self._opening, preferences)
        self.tasks.run(job, self._kept, self.bugs.report)

    def _kept(self, _: None) -> None:
        """Nothing to tell."""

    def _another_login(self) -> None:
        self._log_in_again = True

    def _window_closed(self) -> None:
        window, self.window = self.window, None
        if self._log_in_again:
            self.ask_login()
        if window is not None:
            self.tasks.take_steps(self, self._take_down(window, leaves=not self._log_in_again))
        self._log_in_again = False

    def _take_down(self, window: MainWindow, *, leaves: bool) -> Iterator[None]:
        yield from window.take_down()
        if leaves:
            self._leave()

    def _leave(self) -> None:
        self._application.quit()


def run_desk(start: DeskStart, *, operator: Operator | None = None) -> int:
    """Run the desk until it is closed; the exit code. `operator` is already logged in, if given.

    Raises what kept the program from being opened.
    """
    application = _application()
    desk = Desk(application, start)
    garbage = GarbageRounds(desk)
    desk.complete.connect(garbage.begin)
    desk.bugs.catch_all()
    if operator is not None:
        desk.open_for(operator)
    else:
        desk.begin()
    try:
        code = application.exec()
    finally:
        desk.tasks.wait(_PATIENCE_MS)
        desk.bugs.release()
        garbage.end()
    if desk.failure is not None:
        raise desk.failure
    return code


def check_desk(context: DeskContext) -> int:
    """Build the window, paint it once and close it again; the exit code. Nothing is read from the store.

    `ok VERSION` goes to standard output.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 (the window of a real start comes before all of this)

    from helpdesk.desk.main_window import MainWindow  # noqa: PLC0415
    from helpdesk.desk.session import Session  # noqa: PLC0415
    from helpdesk.domain.calendar import Election  # noqa: PLC0415
    from helpdesk.domain.roles import Operator, Role  # noqa: PLC0415

    never = datetime(2000, 1, 1, tzinfo=UTC)
    nobody = Operator(0, "-", Role.AUDITOR)
    desk = Desk(_application(), DeskStart.over(context))
    election = Election("", "UTC", never, never, never, never, never, never)
    session = Session(replace(context, mailer=None), desk.tasks, desk.bugs, nobody, election)
    window = MainWindow(session, context.preferences)
    for _step in window.furnish():
        """Nobody types meanwhile."""
    window.show()
    painted = not window.grab().isNull()
    window.close()
    desk.tasks.wait(_PATIENCE_MS)
    if not painted:
        return 1
    sys.stdout.write(f"ok {__version__}\n")
    sys.stdout.flush()
    return 0


def _application() -> QApplication:
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        # Asked for in words, since Qt hands a style that is set to Python, with all that a style is: 6 ms.
        application = QApplication([*sys.argv[:1], "-style", "fusion"])
    application.setApplicationName("helpdesk")
    application.setApplicationVersion(__version__)
    return application


def _with_election(opening: Opening, operator: Operator) -> LoggedIn:
    context = opening.context()
    return LoggedIn(context, operator, context.services.elections.current())


def _keep(opening: Opening, preferences: Preferences) -> None:
    opening.context().keep_preferences(preferences)

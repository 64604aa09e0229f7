"""Starting the desk: the application, its look and language, login, window, and the way out."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from helpdesk import __version__
from helpdesk.desk.appearance import Appearance
from helpdesk.desk.bugs import BugReporter
from helpdesk.desk.context import DeskContext, Preferences
from helpdesk.desk.login import LoggedIn, LoginDialog
from helpdesk.desk.main_window import MainWindow
from helpdesk.desk.session import Session
from helpdesk.desk.speech import Interpreter
from helpdesk.desk.tasks import TaskRunner
from helpdesk.domain.calendar import Election
from helpdesk.domain.roles import Operator, Role

_PATIENCE_MS = 10_000
"""How long the very end of the program waits for background work, in milliseconds."""


class Desk(QObject):
    """One run of the desk: login, window, and login again after logging out."""

    def __init__(self, application: QApplication, context: DeskContext) -> None:
        """Dress the application and choose its language; show nothing yet."""
        super().__init__()
        self._application, self._context = application, context
        self._preferences = context.preferences
        self.tasks = TaskRunner(self)
        self.bugs = BugReporter(self)
        self._interpreter = Interpreter(self)
        self._interpreter.speak(context.preferences.language)
        self._appearance = Appearance(application, self)
        self._appearance.use(context.preferences.theme)
        self._appearance.enlarge(int(context.preferences.text_size))
        application.setQuitOnLastWindowClosed(False)
        self.login: LoginDialog | None = None
        self.window: MainWindow | None = None
        self._log_in_again = False

    def ask_login(self) -> None:
        """Show the login dialog."""
        self.login = LoginDialog(self._context, self.tasks, self.bugs)
        self.login.logged_in.connect(self._logged_in)
        self.login.rejected.connect(self._leave)
        self.login.show()

    def open_for(self, operator: Operator) -> None:
        """Open the window for somebody already logged in, once the election is known."""
        current = self._context.services.elections.current
        self.tasks.run(partial(_with_election, current, operator), self._logged_in, self._cannot_open)

    def _logged_in(self, result: LoggedIn) -> None:
        session = Session(self._context, self.tasks, self.bugs, result.operator, result.election)
        window = MainWindow(session, self._preferences)
        window.preferred.connect(self._prefer)
        window.logged_out.connect(self._another_login)
        window.closed.connect(self._window_closed)
        self.window = window
        window.show()

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
        job = partial(self._context.keep_preferences, preferences)
        self.tasks.run(job, self._kept, self.bugs.report)

    def _kept(self, _: None) -> None:
        """Nothing to tell."""

    def _another_login(self) -> None:
        self._log_in_again = True

    def _window_closed(self) -> None:
        window, self.window = self.window, None
        if window is not None:
            window.deleteLater()
        if self._log_in_again:
            self._log_in_again = False
            self.ask_login()
        else:
            self._leave()

    def _leave(self) -> None:
        self._application.quit()


def run_desk(context: DeskContext, *, operator: Operator | None = None, self_check: bool = False) -> int:
    """Run the desk until it is closed; the exit code. `operator` is already logged in, if given.

    With `self_check` the window is built, painted once and closed again, nothing is read from the store, and
    `ok VERSION` goes to standard output.
    """
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    application.setApplicationName("helpdesk")
    application.setApplicationVersion(__version__)
    desk = Desk(application, context)
    if self_check:
        return _check(desk, context)
    desk.bugs.catch_all()
    if operator is not None:
        desk.open_for(operator)
    else:
        desk.ask_login()
    try:
        return application.exec()
    finally:
        desk.tasks.wait(_PATIENCE_MS)
        desk.bugs.release()


def _check(desk: Desk, context: DeskContext) -> int:
    session = Session(replace(context, mailer=None), desk.tasks, desk.bugs, _NOBODY, _NO_ELECTION)
    window = MainWindow(session, context.preferences)
    window.show()
    painted = not window.grab().isNull()
    window.close()
    desk.tasks.wait(_PATIENCE_MS)
    if not painted:
        return 1
    sys.stdout.write(f"ok {__version__}\n")
    sys.stdout.flush()
    return 0


_NOBODY = Operator(0, "-", Role.AUDITOR)
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_NO_ELECTION = Election("", "UTC", _NO_TIME, _NO_TIME, _NO_TIME, _NO_TIME, _NO_TIME, _NO_TIME)


def _with_election(current: Callable[[], Election], operator: Operator) -> LoggedIn:
    return LoggedIn(operator, current())

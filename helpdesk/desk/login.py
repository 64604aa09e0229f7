"""Logging in: once, in the background, with the same answer for every wrong name and password."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from helpdesk.desk.appearance import space
from helpdesk.desk.bugs import BugReporter
from helpdesk.desk.icons import line_icon
from helpdesk.desk.opening import Opening
from helpdesk.desk.remembered_login import RememberedLogin, recall, remember
from helpdesk.desk.speech import Translated
from helpdesk.desk.tasks import TaskRunner
from helpdesk.desk.widgets.busy_bar import BusyBar
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.desk.widgets.field import Field
from helpdesk.desk.widgets.refusal_line import RefusalLine
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.desk.widgets.wrapping_button import WrappingCheck
from helpdesk.language.catalogue import gettext as _

if TYPE_CHECKING:  # this is the first window: it is painted before any of this is imported
    from collections.abc import Callable

    from helpdesk.desk.context import DeskContext
    from helpdesk.domain.calendar import Election
    from helpdesk.domain.errors import HelpdeskError
    from helpdesk.domain.roles import Operator

_WIDTH = 110  # steps of `space`


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who logged in, on which program, and the election they work on."""

    context: DeskContext
    operator: Operator
    election: Election


class LoginDialog(Translated, QDialog):
    """`logged_in` carries a `LoggedIn`; the dialog stays until then or until it is closed.

    `elsewhere_wanted` asks for another server, which it offers once the one of the settings has no store or is silent.

    It takes a name and a password at once; the program is opened behind it, and the login waits for that if it must.
    """

    logged_in = Signal(object)
    elsewhere_wanted = Signal()

    def __init__(
        self,
        opening: Opening,
        database_label: str,
        tasks: TaskRunner,
        bugs: BugReporter,
        *,
        may_choose: Callable[[], bool] | None = None,
    ) -> None:
        """Show empty fields; `remind` fills in what the keyring knows.

        `may_choose` is asked, in the background, once the server is refused: it reads the settings.
        """
        super().__init__()
        self._opening, self._tasks, self._bugs = opening, tasks, bugs
        self._running = False
        self._error: HelpdeskError | None = None
        self._keyring = True
        self._zone: str | None = None
        self.setObjectName("loginDialog")
        self._headline = QLabel()
        self._headline.setProperty("tone", "title")
        self._headline.setWordWrap(True)
        self._where = IconLabel("server", "quiet")
        self._where.setText(database_label)
        self._where.setProperty("tone", "quiet")
        self._where.setWordWrap(True)
        self._name, self._password = Field("loginName"), Field("loginPassword")
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._remember = WrappingCheck("loginRemember")
        self._no_keyring = IconLabel("info", "quiet")
        self._no_keyring.setObjectName("loginKeyring")
        self._no_keyring.setProperty("tone", "quiet")
        self._no_keyring.setWordWrap(True)
        self._no_keyring.hide()
        self._refusal, self._progress = RefusalLine(3), BusyBar()
        self._button = QPushButton(line_icon("leave", "on_accent"), "")
        self._button.setObjectName("loginButton")
        self._button.setProperty("weight", "primary")
        self._button.setDefault(True)
        self._button.clicked.connect(self.submit)
        self._may_choose = may_choose
        self._elsewhere: QPushButton | None = None
        self._lay_out()
        self.retranslate()

    def remind(self, context: DeskContext) -> None:
        """The program is open: ask the keyring and the store, in the background."""
        self._tasks.run(partial(recall, context.secrets), self._recalled, self._bugs.report)
        self._tasks.run(context.services.elections.current, self._election_known, self._no_election)

    def suggest(self, name: str) -> None:
        """Fill in the name of who is about to log in."""
        self._name.edit.setText(name)

    def _lay_out(self) -> None:
        inside = QWidget()
        self._content = layout = QVBoxLayout(inside)
        layout.setContentsMargins(space(8), space(7), space(8), space(7))
        layout.setSpacing(space(3))
        layout.addWidget(self._headline)
        layout.addWidget(self._where)
        layout.addSpacing(space(2))
        layout.addWidget(self._name)
        layout.addWidget(self._password)
        layout.addWidget(self._remember)
        layout.addWidget(self._no_keyring)
        layout.addWidget(self._refusal)
        layout.addWidget(self._progress)
        layout.addWidget(self._button)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ContentScroll(inside))

    def _fit(self) -> None:
        """Be as wide and high as everything in it, or as the screen allows: then it scrolls."""
        self.ensurePolished()
        for widget in self.findChildren(QWidget):
            widget.ensurePolished()
        room = self.screen().availableGeometry()
        width = min(max(space(_WIDTH), self._content.totalMinimumSize().width()), room.width())
        frame = space(2)  # the line that shows the focus of what scrolls
        height = self._content.totalHeightForWidth(width - frame) + frame
        self.resize(width, min(height, room.height()))

    def submit(self) -> None:
        """Log in, unless that is under way."""
        if self._running:
            return
        self._run(True)
        self._say(None)
        job = partial(_log_in, self._opening, self._name.edit.text(), self._password.edit.text())
        self._tasks.run(job, self._done, self._failed)

    def reject(self) -> None:
        """Close, unless the login is under way."""
        if not self._running:
            super().reject()

    def _run(self, running: bool) -> None:  # noqa: FBT001 (one private switch)
        self._running = running
        self._button.setEnabled(not running)
        self._progress.setVisible(running)

    def _recalled(self, login: RememberedLogin) -> None:
        self._keyring = login.available
        self._no_keyring.setVisible(not login.available)
        self._remember.setEnabled(login.available)
        if not self._name.edit.text() and not self._password.edit.text() and login.name:
            self._name.edit.setText(login.name)
            self._password.edit.setText(login.password)
            self._remember.setChecked(bool(login.password))
            (self._button if login.password else self._password.edit).setFocus()
        self._fit()

    def _election_known(self, election: Election) -> None:
        self._zone = election.zone

    def _no_election(self, error: Exception) -> None:
        self._tell(error)

    def _done(self, result: LoggedIn) -> None:
        password = self._password.edit.text() if self._remember.isChecked() else None
        if self._keyring:
            job = partial(remember, result.context.secrets, result.operator.name, password)
            self._tasks.run(job, self._remembered, self._bugs.report)
        self._password.edit.clear()
        self.logged_in.emit(result)
        self.accept()

    def _remembered(self, kept: bool) -> None:  # noqa: FBT001 (a job's result)
        """Nothing to tell: without a keyring the next login asks again, and says why."""

    def _failed(self, error: Exception) -> None:
        self._run(False)
        self._tell(error)
        self._password.edit.setFocus()
        self._password.edit.selectAll()

    def _tell(self, error: Exception) -> None:
        from helpdesk.domain.errors import HelpdeskError  # noqa: PLC0415 (as rarely needed as its words)

        if isinstance(error, HelpdeskError):
            self._say(error)
        else:
            self._bugs.report(error)

    def _say(self, error: HelpdeskError | None) -> None:
        self._error = error
        self._refusal.say(_words(error, self._zone) if error is not None else "")
        if self._may_choose is not None and error is not None and _is_of_the_place(error):
            self._tasks.run(self._may_choose, self._offer_elsewhere, self._bugs.report)
        if self.isVisible():
            self._fit()

    def _offer_elsewhere(self, possible: bool) -> None:  # noqa: FBT001 (a job's result)
        """It stays from then on: most logins never need it."""
        if possible and self._elsewhere is None:
            self._elsewhere = QPushButton(line_icon("server", "accent"), "")
            self._elsewhere.setObjectName("loginElsewhere")
            self._elsewhere.setAutoDefault(False)
            self._elsewhere.clicked.connect(self.elsewhere_wanted)
            self._content.insertWidget(self._content.indexOf(self._button) + 1, self._elsewhere)
            self._elsewhere.show()  # now, and not at the next turn: the dialog makes room for it
            self._name_elsewhere()
            self._fit()

    def _name_elsewhere(self) -> None:
        if self._elsewhere is not None:
            self._elsewhere.setText(_("Choose another server"))
            self._elsewhere.setAccessibleName(_("Choose another server"))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """Start with the name."""
        super().showEvent(event)
        self._fit()
        (self._password if self._name.edit.text() else self._name).edit.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Once this window is on the screen, the program behind it is opened."""
        super().paintEvent(event)
        QTimer.singleShot(0, self._opening.begin)

    def retranslate(self) -> None:
        """Every word again."""
        self.setWindowTitle(_("Log in to helpdesk"))
        self._headline.setText(_("Support desk for voter accounts"))
        self._name.name_it(_("Your name"))
        self._password.name_it(_("Password"))
        self._remember.say(_("Remember the password in this system's keyring"))
        self._no_keyring.setText(
            _("No system keyring answers, so name and password are asked for each time and kept nowhere.")
        )
        self._button.setText(_("Log in"))
        self._button.setAccessibleName(_("Log in"))
        self._name_elsewhere()
        self._say(self._error)


def _is_of_the_place(error: HelpdeskError) -> bool:
    from helpdesk.domain.errors import StoreMissing, StoreUnreachable  # noqa: PLC0415 (there is an error: it is loaded)

    return isinstance(error, StoreMissing | StoreUnreachable)


def _words(error: HelpdeskError, zone: str | None) -> str:
    from helpdesk.language.errors import DEFAULT_ZONE, error_text  # noqa: PLC0415 (words that a login may never need)

    return error_text(error, zone or DEFAULT_ZONE)


def _log_in(opening: Opening, name: str, password: str) -> LoggedIn:
    context = opening.context()
    operator = context.services.operators.log_in(name, password)
    return LoggedIn(context, operator, context.services.elections.current())

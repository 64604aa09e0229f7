"""The assistant of the first start: asks, does everything at the end, and leaves nothing if it is left before."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
)

from helpdesk.desk.appearance import space
from helpdesk.desk.bugs import BugReporter
from helpdesk.desk.context import DeskStart
from helpdesk.desk.first_run.steps import MailStep, OperatorStep, PlaceStep, Step, VotersStep
from helpdesk.desk.long_job import LongJob, LongJobs
from helpdesk.desk.setup_port import FirstVoters, Place, SetupPlan, SetupPort
from helpdesk.desk.speech import Translated
from helpdesk.desk.tasks import TaskRunner
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.busy_bar import BusyBar
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.desk.widgets.progress import ProgressStrip
from helpdesk.desk.widgets.refusal_line import RefusalLine
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.domain.errors import HelpdeskError, PasswordsDiffer, Stopped
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.errors import error_text

_WIDTH, _HEIGHT = 170, 130  # steps of `space`


class Assistant(Translated, QDialog):
    """`finished_with` carries how the desk starts now, and the first operator's name; closed before, it wrote nothing.

    `language_chosen` asks for another language at once.
    """

    finished_with = Signal(object, str)
    language_chosen = Signal(str)

    def __init__(self, port: SetupPort, language: str, tasks: TaskRunner, bugs: BugReporter) -> None:
        """Begin with the first question; to change the server of the settings, it is the only one."""
        super().__init__()
        self._port, self._tasks, self._bugs = port, tasks, bugs
        self._corrects = port.server is not None
        self._checking = False
        self._error: Callable[[], str] | None = None
        self.setObjectName("assistant")
        self._place, self._operator = PlaceStep(language, port.server), OperatorStep()
        self._mail, self._voters = MailStep(), VotersStep()
        self._step_no = QLabel()
        self._step_no.setObjectName("assistantStep")
        self._step_no.setProperty("tone", "quiet")
        self._title = IconLabel("settings", "accent")
        self._title.setProperty("tone", "title")
        self._title.setWordWrap(True)
        self._stack = QStackedWidget()
        for step in (self._place, self._operator, self._mail, self._voters):
            self._stack.addWidget(ContentScroll(step))
            step.changed.connect(self._refresh)
        self._refusal, self._busy = RefusalLine(5), BusyBar()
        self._job = LongJob(tasks, LongJobs(self), self)
        self._strip = ProgressStrip(self._job)
        self._cancel, self._back, self._next = QPushButton(), QPushButton(), QPushButton()
        self._cancel.setObjectName("cancelButton")
        self._back.setObjectName("backButton")
        self._next.setObjectName("nextButton")
        self._next.setProperty("weight", "primary")
        self._lay_out()
        for button in (self._cancel, self._back):
            button.setAutoDefault(False)  # Enter goes on, wherever the focus is
        self._next.setDefault(True)
        self._place.language_chosen.connect(self.language_chosen)
        self._cancel.clicked.connect(self.reject)
        self._back.clicked.connect(self._go_back)
        self._next.clicked.connect(self._go_on)
        self._job.done.connect(self._set_up)
        self._job.failed.connect(self._not_done)
        self.retranslate()

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(space(5), space(4), space(5), space(2))
        head.setSpacing(space(1))
        head.addWidget(self._step_no)
        head.addWidget(self._title)
        body = QVBoxLayout()
        body.setContentsMargins(space(5), space(2), space(5), space(4))
        body.addWidget(self._stack)
        foot = QFrame()
        foot.setProperty("surface", "foot")
        buttons = QHBoxLayout(foot)
        buttons.setContentsMargins(space(5), space(3), space(5), space(3))
        buttons.setSpacing(space(2))
        buttons.addWidget(self._cancel)
        buttons.addStretch(1)
        buttons.addWidget(self._back)
        buttons.addWidget(self._next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(body, 1)
        layout.addWidget(self._refusal)
        layout.addWidget(self._strip)
        layout.addWidget(self._busy)
        layout.addWidget(foot)

    @property
    def step(self) -> Step:
        """The question in view."""
        return self._path()[self._number]

    def plan(self) -> SetupPlan:
        """All that was answered so far."""
        if self._place.place is Place.SERVER:
            return SetupPlan(self._place.language, server=self._place.server())
        return SetupPlan(
            self._place.language,
            operator=self._operator.name,
            password=self._operator.password,
            mail=self._mail.plan(),
            voters=self._voters.voters,
            roll=self._voters.roll,
        )

    def reject(self) -> None:
        """Leave; while it is being set up, stop that first."""
        if self._job.running:
            self._job.stop()
        elif not self._checking:
            super().reject()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """As large as it likes and the screen allows."""
        super().showEvent(event)
        room = self.screen().availableGeometry()
        self.resize(min(space(_WIDTH), room.width()), min(space(_HEIGHT), room.height()))
        self.step.first_field().setFocus()

    def _path(self) -> tuple[Step, ...]:
        if self._place.place is Place.SERVER:
            return (self._place,)
        return (self._place, self._operator, self._mail, self._voters)

    @property
    def _number(self) -> int:
        return self._stack.currentIndex()

    def _go_back(self) -> None:
        self._say(None)
        self._show(self._number - 1)

    def _go_on(self) -> None:
        """Check what was answered, in the background where that takes time; then the next question, or all of it."""
        if self._checking or self._job.running or not self._next.isEnabled():
            return
        self._say(None)
        server = self._place.server() if self._place.place is Place.SERVER else None
        if server is not None:
            self._check(partial(self._port.reach, server))
        elif self.step is self._operator and not self._operator.agrees:
            self._refuse(PasswordsDiffer())
        elif self.step is self._operator:
            self._check(partial(self._port.check_operator, self._operator.name, self._operator.password))
        else:
            self._answered(None)

    def _check(self, job: Callable[[], None]) -> None:
        self._run(True)
        self._tasks.run(job, self._answered, self._not_done)

    def _answered(self, _: None) -> None:
        self._run(False)
        if self._number + 1 < len(self._path()):
            self._show(self._number + 1)
            return
        self._strip.begin()
        self._refresh()
        self._job.start(partial(self._port.set_up, self.plan()))
        self._refresh()

    def _set_up(self, start: DeskStart) -> None:
        self.finished_with.emit(start, self.plan().operator)
        self.accept()

    def _not_done(self, error: Exception) -> None:
        self._run(False)
        if isinstance(error, Stopped):
            self._say(_stopped_words)
        elif isinstance(error, HelpdeskError):
            self._refuse(error)
        else:
            self._bugs.report(error)

    def _refuse(self, error: HelpdeskError) -> None:
        self._say(partial(error_text, error))
        self.step.first_field().setFocus()

    def _run(self, checking: bool) -> None:  # noqa: FBT001 (one private switch)
        self._checking = checking
        self._busy.setVisible(checking)
        self._refresh()

    def _show(self, number: int) -> None:
        self._stack.setCurrentIndex(number)
        self.retranslate()
        self.step.first_field().setFocus(Qt.FocusReason.TabFocusReason)
        announce(self, f"{self._step_no.text()}: {self._title.text()}")

    def _say(self, words: Callable[[], str] | None) -> None:
        self._error = words
        self._refusal.say(words() if words is not None else "")

    def _refresh(self) -> None:
        """What can be pressed now."""
        working = self._checking or self._job.running
        unanswered = (self._place.place is Place.SERVER and self._place.server() is None) or (
            self.step is self._voters and self._voters.voters is FirstVoters.ROLL and self._voters.roll is None
        )
        self._next.setEnabled(not working and not unanswered)
        self._back.setVisible(self._number > 0)
        self._back.setEnabled(not working)
        self._stack.setEnabled(not working)
        last = self._number + 1 == len(self._path())
        self._next.setText((_("Use this server") if self._corrects else _("Set it up")) if last else _("Next"))
        self._next.setAccessibleName(self._next.text())
        count = _("Step {number} of {count}").format(number=self._number + 1, count=len(self._path()))
        self._step_no.setText(count)
        self._step_no.setVisible(not self._corrects)

    def retranslate(self) -> None:
        """Every word again."""
        self.setWindowTitle(_("helpdesk: another server") if self._corrects else _("helpdesk: first start"))
        self._title.setText(self.step.title())
        self._cancel.setText(_("Cancel") if self._corrects else _("Leave"))
        self._back.setText(_("Back"))
        for button in (self._cancel, self._back):
            button.setAccessibleName(button.text())
        if self._error is not None:
            self._refusal.say_again(self._error())
        self._refresh()


def _stopped_words() -> str:
    return _("Stopped: nothing was written.")

"""Importing a roll step by step: file, columns, check, difference, import."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QStackedWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.icons import line_icon
from helpdesk.desk.long_job import LongJob, Work
from helpdesk.desk.pages.page import Page
from helpdesk.desk.pages.roll.steps import ColumnStep, DifferenceStep, DoneStep, FileStep
from helpdesk.desk.session import Session
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.desk.widgets.flow import Flow
from helpdesk.desk.widgets.progress import ProgressStrip
from helpdesk.domain.errors import HelpdeskError, RollRejected
from helpdesk.domain.progress import Progress
from helpdesk.domain.roll import RollReport
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.roll_report_file import write_report
from helpdesk.services.roll_columns import ColumnMatch

FILE, COLUMNS, DIFFERENCE, DONE = range(4)


@dataclass(frozen=True, slots=True)
class _Imported:
    report: RollReport


class RollPage(Page):
    """One step at a time; going back loses nothing, and nothing changes before the last button."""

    def __init__(self, session: Session, troubles: Troubles) -> None:
        """Begin with the file."""
        super().__init__(session, troubles, name="rollPage", icon="roll")
        self._path: Path | None = None
        self._report: RollReport | None = None
        self.retranslate()

    def furnish(self) -> Iterator[None]:
        """The frame, then step by step of the wizard."""
        self._make_frame()
        yield
        self._file, self._columns = FileStep(), ColumnStep()
        self._steps.addWidget(self._file)
        yield
        self._steps.addWidget(self._columns)
        yield
        self._difference = DifferenceStep()
        yield
        self._steps.addWidget(self._difference)
        yield
        self._end = DoneStep()
        self._steps.addWidget(self._end)
        yield
        self._connect()
        self.furnished = True
        yield
        self.retranslate()

    def _make_frame(self) -> None:
        self._trail = [IconLabel() for _step in _step_names()]
        self._trail_row = Flow()
        for label in self._trail:
            self._trail_row.addWidget(label)
        self._steps = QStackedWidget()
        self._job = LongJob(self.session.tasks, self.session.long_jobs, self)
        self._strip = ProgressStrip(self._job)
        self._back = QPushButton(line_icon("back", "accent"), "")
        self._back.setObjectName("rollBackButton")
        self._next = QPushButton()
        self._next.setObjectName("rollNextButton")
        self._next.setProperty("weight", "primary")
        foot = QHBoxLayout()
        foot.setSpacing(space(2))
        self._save = QPushButton(line_icon("export", "accent"), "")
        self._save.setObjectName("rollSaveButton")
        foot.addWidget(self._back)
        foot.addWidget(self._save)
        foot.addStretch(1)
        foot.addWidget(self._next)
        self.body.addLayout(self._trail_row)
        self.body.addWidget(self._steps, 1)
        self.body.addWidget(self._strip)
        self.body.addLayout(foot)

    def _connect(self) -> None:
        self._question = self.question("roll-columns")
        self._question.answered.connect(self._columns_known)
        self._file.choose.clicked.connect(self._choose_file)
        self._columns.changed.connect(self._refresh)
        self._difference.changed.connect(self._refresh)
        self._back.clicked.connect(self._go_back)
        self._save.clicked.connect(self._choose_report)
        self._next.clicked.connect(self._go_on)
        self._job.done.connect(self._worked)
        self._job.failed.connect(self._not_worked)
        self.begin_at(self._file.choose)

    def title(self) -> str:
        """The page's name."""
        return _("Electoral roll")

    def hint(self) -> str:
        """All or nothing."""
        return _("A roll is imported whole or not at all. Nothing changes before the last button is pressed.")

    def end(self) -> None:
        """Ask for nothing any more."""
        self._question.forget()

    @property
    def step(self) -> int:
        """Which step is shown."""
        return self._steps.currentIndex()

    def take_file(self, path: str) -> None:
        """Import this file: read its columns."""
        self._path = Path(path)
        self._file.show_file(path)
        self.say_done("")
        self._ask_columns()
        self._refresh()

    def _ask_columns(self) -> None:
        if self._path is not None:
            read = self.session.services.roll_columns.read
            self._question.ask(partial(read, self.session.operator, self._path))

    def _columns_known(self, columns: tuple[ColumnMatch, ...]) -> None:
        self._columns.show_columns(columns)
        self._columns.lead_to(self._back, self._next)
        self._show_step(COLUMNS)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, _("Choose the roll"), "", _("Rolls (*.csv *.txt *.xlsx);;All files (*)"))
        dialog.setObjectName("rollFileDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_file)
        dialog.open()

    def _choose_report(self) -> None:
        forms = {_("Text (*.txt)"): "txt", _("Table (*.csv)"): "csv", _("For scripts (*.json)"): "json"}
        name = f"{self._path.stem}.txt" if self._path is not None else "roll.txt"
        dialog = QFileDialog(self, _("Save the report"), name, ";;".join(forms))
        dialog.setObjectName("rollReportDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.filterSelected.connect(partial(_suffix_of, dialog, forms))
        dialog.fileSelected.connect(self.save_report)
        dialog.open()

    def save_report(self, path: str) -> None:
        """Write the report that is shown to a file, in the form that its name asks for: .txt, .csv or .json."""
        if self._report is not None:
            self.say_done("")
            job = partial(write_report, Path(path), self._report, replace=True)
            self.session.tasks.run(job, self._saved, self._not_saved)

    def _saved(self, _nothing: None) -> None:
        self.say_done(_("The report is saved."))

    def _not_saved(self, error: Exception) -> None:
        if isinstance(error, HelpdeskError):
            self.say_refusal(error)
        else:
            self.session.bugs.report(error)

    def _go_back(self) -> None:
        self.say_done("")
        self._show_step(FILE if self.step == DONE else max(FILE, self.step - 1))

    def _go_on(self) -> None:
        self.say_done("")
        if self._path is None or self.step == FILE:
            self._ask_columns()
        elif self.step == COLUMNS:
            self._start(partial(_check, self.session, self._path, self._columns.mapping()))
        elif self.step == DIFFERENCE:
            remove = self._difference.removes_missing
            self._start(partial(_import, self.session, self._path, self._columns.mapping(), remove))
        else:
            self._show_step(FILE)

    def _start(self, work: Work) -> None:
        self._strip.begin()
        self._job.start(work)
        self._refresh()

    def _worked(self, result: RollReport | _Imported) -> None:
        self._report = result.report if isinstance(result, _Imported) else result
        if isinstance(result, _Imported):
            self._end.show_report(result.report)
            self._show_step(DONE)
        else:
            self._difference.show_report(result)
            self._show_step(DIFFERENCE)

    def _not_worked(self, error: Exception) -> None:
        self._refresh()
        if isinstance(error, RollRejected):
            self._report = error.report
            self._difference.show_report(error.report)
            self._show_step(DIFFERENCE)
        if isinstance(error, HelpdeskError):
            self.say_refusal(error)
        else:
            self.session.bugs.report(error)

    def _show_step(self, step: int) -> None:
        self._steps.setCurrentIndex(step)
        self._refresh()
        first = {
            FILE: self._file.begins_at(),
            COLUMNS: self._columns.begins_at(),
            DIFFERENCE: self._difference.begins_at() or self._back,
        }
        self.begin_at(first.get(step) or self._next)
        self.setFocus()

    def _refresh(self) -> None:
        """What can be done in this step, and what it is called."""
        step, running = self.step, self._job.running
        names = _step_names()
        for place, (label, name) in enumerate(zip(self._trail, names, strict=True)):
            shown = min(place, DONE)
            label.set_icon("check" if shown < step else "clock", "good" if shown < step else "quiet")
            label.setText(f"{place + 1}. {name}")
            label.setProperty("tone", "strong" if shown == step else "quiet")
            label.style().unpolish(label)
            label.style().polish(label)
        self._back.setVisible(step != FILE)
        self._back.setEnabled(not running)
        self._save.setVisible(step in {DIFFERENCE, DONE})
        self._save.setEnabled(not running)
        possible = {
            FILE: self._path is not None,
            COLUMNS: self._columns.is_whole,
            DIFFERENCE: self._difference.may_import,
            DONE: True,
        }
        self._next.setEnabled(possible[step] and not running)
        words = {
            FILE: _("Read the columns"),
            COLUMNS: _("Check the file"),
            DIFFERENCE: _("Import the roll"),
            DONE: _("Import another file"),
        }
        self._next.setText(words[step])
        self._next.setAccessibleName(words[step])
        self._steps.setEnabled(not running)

    def retranslate(self) -> None:
        """Every word again."""
        super().retranslate()
        if not self.furnished:
            return
        self._back.setText(_("Back"))
        self._back.setAccessibleName(_("Back"))
        self._save.setText(_("Save the report…"))
        self._save.setAccessibleName(self._save.text())
        self._refresh()


def _suffix_of(dialog: QFileDialog, forms: dict[str, str], chosen: str) -> None:
    dialog.setDefaultSuffix(forms[chosen])


def _step_names() -> tuple[str, ...]:
    return (_("File"), _("Columns"), _("Check and difference"), _("Import"))


def _check(session: Session, path: Path, mapping: dict[str, str], progress: Progress) -> RollReport:
    with tempfile.TemporaryDirectory(prefix="helpdesk-roll-") as folder:
        named = session.services.roll_columns.write_mapping(Path(folder), mapping)
        return session.services.rolls.check(session.operator, path, mapping=named, progress=progress)


def _import(
    session: Session,
    path: Path,
    mapping: dict[str, str],
    remove: bool,  # noqa: FBT001 (bound by partial)
    progress: Progress,
) -> _Imported:
    with tempfile.TemporaryDirectory(prefix="helpdesk-roll-") as folder:
        named = session.services.roll_columns.write_mapping(Path(folder), mapping)
        report = session.services.rolls.import_roll(
            session.operator, path, mapping=named, remove_missing=remove, progress=progress
        )
        return _Imported(report)

"""The steps of the roll page."""

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from helpdesk.desk.appearance import space
from helpdesk.desk.icons import line_icon
from helpdesk.desk.signs import DIFFERENCE_SIGNS, PROBLEM_SIGNS, Sign
from helpdesk.desk.speech import Translated
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.desk.widgets.flow import Flow
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.desk.widgets.table import Column, Table
from helpdesk.desk.widgets.wrapping_button import WrappingCheck
from helpdesk.domain.roll import COLUMNS, OPTIONAL_COLUMNS, Difference, Problem, RollReport
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.numbers import number_text
from helpdesk.language.roll_report import (
    changes_text,
    column_text,
    counts_text,
    difference_kind_text,
    problem_text,
)
from helpdesk.services.roll_columns import ColumnMatch

_SHOWN_PROBLEMS = 1_000


class FileStep(Translated, QWidget):
    """Choose the file."""

    def __init__(self) -> None:
        """No file yet."""
        super().__init__()
        self._words, self._file = QLabel(), IconLabel("file", "accent")
        self._words.setWordWrap(True)
        self._file.setObjectName("rollFile")
        self._file.setWordWrap(True)
        self.choose = QPushButton(line_icon("file"), "")
        self.choose.setObjectName("chooseRollButton")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(3))
        layout.addWidget(self._words)
        layout.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._file)
        layout.addStretch(1)
        self._file.hide()
        self.retranslate()

    def begins_at(self) -> QWidget:
        """Choosing."""
        return self.choose

    def show_file(self, path: str) -> None:
        """This one."""
        self._file.setText(path)
        self._file.show()

    def retranslate(self) -> None:
        """Words."""
        self._words.setText(
            _(
                "The roll as the ministry exports it: separated by semicolons, commas or tabs, in UTF-8 or "
                "Windows-1252. A column with NUMEN is never read."
            )
        )
        self.choose.setText(_("Choose a file…"))
        self.choose.setAccessibleName(self.choose.text())


class ColumnStep(Translated, ContentScroll):
    """Which column of the file is which of the roll; `changed` when one is chosen."""

    changed = Signal()

    def __init__(self) -> None:
        """No columns yet."""
        super().__init__()
        self._columns: tuple[ColumnMatch, ...] = ()
        self._intro = QLabel()
        self._intro.setWordWrap(True)
        self._missing = IconLabel("warning", "bad")
        self._missing.setObjectName("missingColumns")
        self._missing.setWordWrap(True)
        inside = QWidget()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(space(4))
        self._grid.setVerticalSpacing(space(1.5))
        self._grid.setColumnStretch(2, 1)
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, space(2), 0)
        layout.setSpacing(space(3))
        layout.addWidget(self._intro)
        layout.addWidget(self._missing)
        layout.addLayout(self._grid)
        layout.addStretch(1)
        self.setWidget(inside)
        self._boxes: list[QComboBox] = []
        self._labels: list[QLabel] = []
        self.retranslate()

    @property
    def is_whole(self) -> bool:
        """True when every column that a roll needs is there once."""
        chosen = [box.currentData() for box in self._boxes if box.currentData()]
        return bool(chosen) and not self._lacking() and len(set(chosen)) == len(chosen)

    def show_columns(self, columns: tuple[ColumnMatch, ...]) -> None:
        """One line a column of the file."""
        self._columns = columns
        for widget in (*self._boxes, *self._labels):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._boxes, self._labels = [], []
        for row, column in enumerate(columns):
            label, box = QLabel(column.header), QComboBox()
            box.setObjectName(f"columnBox{row}")
            box.addItem("", "")
            for name in COLUMNS:
                box.addItem(name, name)
            box.setCurrentIndex(max(0, box.findData(column.column or "")))
            box.setEnabled(not column.never_read)
            label.setBuddy(box)
            box.currentIndexChanged.connect(self._chosen)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(box, row, 1)
            self._boxes.append(box)
            self._labels.append(label)
        self.retranslate()

    def begins_at(self) -> QWidget | None:
        """The first column."""
        return self._boxes[0] if self._boxes else None

    def lead_to(self, *following: QWidget) -> None:
        """Have Tab go from the last column to these: the lists, which are made late, would come after everything."""
        for one, other in pairwise((*self._boxes, *following)):
            QWidget.setTabOrder(one, other)

    def mapping(self) -> dict[str, str]:
        """The columns that the file calls by another name: the roll's name, and theirs."""
        return {
            str(box.currentData()): column.header
            for box, column in zip(self._boxes, self._columns, strict=True)
            if box.currentData() and box.currentData() != column.recognised
        }

    def _lacking(self) -> list[str]:
        chosen = {box.currentData() for box in self._boxes}
        return [column for column in COLUMNS if column not in OPTIONAL_COLUMNS and column not in chosen]

    def _chosen(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        chosen = [box.currentData() for box in self._boxes if box.currentData()]
        twice = sorted({column for column in chosen if chosen.count(column) > 1})
        words = []
        if self._boxes and self._lacking():
            words.append(_("Still missing: {columns}.").format(columns=", ".join(map(column_text, self._lacking()))))
        if twice:
            words.append(_("Chosen twice: {columns}.").format(columns=", ".join(map(column_text, twice))))
        self._missing.setText(" ".join(words))
        self._missing.setVisible(bool(words))

    def retranslate(self) -> None:
        """Words."""
        self.setAccessibleName(_("Columns of the file"))
        self._intro.setText(_("Each column of the file, and what it is in the roll. Correct what was not recognised."))
        for box, column in zip(self._boxes, self._columns, strict=True):
            box.setAccessibleName(_("Column {name} is").format(name=column.header))
            box.setItemText(0, _("never read") if column.never_read else _("not used"))
            for place in range(1, box.count()):
                box.setItemText(place, column_text(str(box.itemData(place))))
        self._tell()


class DifferenceStep(Translated, QWidget):
    """What the file would do, and what is wrong with it; `changed` when the box is ticked."""

    changed = Signal()

    def __init__(self) -> None:
        """Nothing checked yet."""
        super().__init__()
        self._report: RollReport | None = None
        self._verdict = IconLabel("check", "good")
        self._verdict.setObjectName("rollVerdict")
        self._verdict.setProperty("tone", "heading")
        self._verdict.setWordWrap(True)
        self._counts = [QLabel() for _count in range(6)]
        flow = Flow()
        for label in self._counts:
            label.setProperty("surface", "row")
            label.setProperty("tone", "count")
            flow.addWidget(label)
        self._remove = WrappingCheck("removeMissingCheck")
        self._remove.toggled.connect(self._toggled)
        self._problems: Table[Problem] = Table(
            (
                Column(_line_column, _line_of, _problem_sign, number=True),
                Column(_problem_column, problem_text, stretch=True),
            ),
            name="rollProblems",
            says=_problems_name,
        )
        self._differences: Table[Difference] = Table(
            (
                Column(_kind_column, _kind_of, _difference_sign),
                Column(_voter_column, _voter_of, rank=1),
                Column(_name_column, _name_of),
                Column(_changes_column, changes_text, stretch=True),
            ),
            name="rollDifferences",
            says=_differences_name,
        )
        self._more = QLabel()
        self._more.setObjectName("rollMore")
        self._more.setProperty("tone", "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(3))
        layout.addWidget(self._verdict)
        layout.addLayout(flow)
        layout.addWidget(self._remove)
        layout.addWidget(self._problems, 1)
        layout.addWidget(self._differences, 2)
        layout.addWidget(self._more)
        layout.addStretch(0)
        self.retranslate()

    @property
    def may_import(self) -> bool:
        """True when the file was checked and has no error."""
        return self._report is not None and not self._report.errors

    @property
    def removes_missing(self) -> bool:
        """True when voters whom the file lacks are to be removed."""
        return self._remove.isChecked()

    def begins_at(self) -> QWidget | None:
        """What is wrong, or what would change: never the button, which a key pressed twice would press."""
        report = self._report
        if report is None or not (report.problems or report.differences):
            return None
        return self._problems if report.problems else self._differences

    def show_report(self, report: RollReport) -> None:
        """What the check found."""
        self._report = report
        self.retranslate()
        announce(self, self._verdict.text())

    def _toggled(self, _: bool) -> None:  # noqa: FBT001 (a signal's argument)
        self.changed.emit()

    def retranslate(self) -> None:
        """Words and numbers."""
        self._remove.say(_("Remove the voters whom the file lacks, with all that is theirs (the trail stays)"))
        report = self._report
        if report is None:
            return
        errors = len(report.errors)
        if errors:
            self._verdict.set_icon("warning", "bad")
            words = ngettext(
                "{count} error stands against importing this file.",
                "{count} errors stand against importing this file.",
                errors,
            )
            self._verdict.setText(words.format(count=number_text(errors)))
        else:
            self._verdict.set_icon("check", "good")
            self._verdict.setText(_("The file can be imported."))
        counts = (
            (_("rows"), report.rows),
            (_("new"), report.added),
            (_("changed"), report.changed),
            (_("unchanged"), report.unchanged),
            (_("missing from the file"), report.missing),
            (_("rejected"), report.rejected),
        )
        for label, (name, count) in zip(self._counts, counts, strict=True):
            label.setText(f"{number_text(count)}\n{name}")
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._remove.setVisible(report.missing > 0 and not errors)
        self._problems.show_values(report.problems[:_SHOWN_PROBLEMS])
        self._problems.setVisible(bool(report.problems))
        self._differences.show_values(report.differences)
        self._differences.setVisible(bool(report.differences) and not errors)
        of_all = report.added + report.changed + report.missing
        rest = len(report.problems) - _SHOWN_PROBLEMS if errors else of_all - len(report.differences)
        self._more.setVisible(rest > 0)
        self._more.setText(_("… and {count} more").format(count=number_text(max(rest, 0))))


class DoneStep(Translated, QWidget):
    """What was imported."""

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__()
        self._report: RollReport | None = None
        self._words = IconLabel("check", "good")
        self._words.setObjectName("rollDone")
        self._words.setProperty("tone", "heading")
        self._words.setWordWrap(True)
        self._counts = QLabel()
        self._counts.setObjectName("rollCounts")
        self._counts.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(3))
        layout.addWidget(self._words)
        layout.addWidget(self._counts)
        layout.addStretch(1)
        self.retranslate()

    def show_report(self, report: RollReport) -> None:
        """What was done."""
        self._report = report
        self.retranslate()
        announce(self, f"{self._words.text()} {self._counts.text()}")

    def retranslate(self) -> None:
        """Words and numbers."""
        if self._report is not None:
            self._words.setText(_("The roll {file} is imported.").format(file=self._report.file))
            self._counts.setText(counts_text(self._report))


def _line_column() -> str:
    return _("Line")


def _line_of(problem: Problem) -> str:
    return str(problem.line)


def _problem_sign(problem: Problem) -> Sign:
    return PROBLEM_SIGNS[problem.severity]


def _problem_column() -> str:
    return _("Problem")


def _problems_name() -> str:
    return _("Problems of the file")


def _kind_column() -> str:
    return _("What happens")


def _kind_of(difference: Difference) -> str:
    return difference_kind_text(difference.kind)


def _difference_sign(difference: Difference) -> Sign:
    return DIFFERENCE_SIGNS[difference.kind]


def _voter_column() -> str:
    return _("Voter number")


def _voter_of(difference: Difference) -> str:
    return difference.voter


def _name_column() -> str:
    return _("Name")


def _name_of(difference: Difference) -> str:
    return difference.name


def _changes_column() -> str:
    return _("Before → after")


def _differences_name() -> str:
    return _("What the import would change")

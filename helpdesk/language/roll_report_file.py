"""The report about a roll as a file of its own: text to read, CSV to sort and filter, JSON for scripts."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from helpdesk.domain.errors import UnreadableFile
from helpdesk.domain.json_text import json_text
from helpdesk.domain.roll import RollReport
from helpdesk.domain.spreadsheets import formula_safe
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.roll_report import (
    changes_text,
    counts_text,
    difference_kind_text,
    difference_text,
    problem_text,
    severity_text,
)
from helpdesk.private_file import write_private


def refuse_report_file(path: Path | None) -> None:
    """Before the work: raise UnreadableFile for a report that could not be written after it."""
    if path is not None:
        if path.suffix.lower() not in _FORMS:
            raise UnreadableFile(str(path), "unknown_report")
        if path.exists():
            raise UnreadableFile(str(path), "exists")
        if not path.parent.is_dir():
            raise UnreadableFile(str(path), "unwritable")


def write_report(path: Path, report: RollReport, *, replace: bool = False) -> None:
    """Write a report, readable by its owner alone, in the form that the name asks for. Raises UnreadableFile."""
    form = path.suffix.lower()
    if form not in _FORMS:
        raise UnreadableFile(str(path), "unknown_report")
    encoding = "utf-8-sig" if form == ".csv" else "utf-8"  # spreadsheets take the former for what it is
    write_private(path, _FORMS[form](report).encode(encoding), replace=replace)


def _as_text(report: RollReport) -> str:
    lines = (counts_text(report), *map(problem_text, report.problems), *map(difference_text, report.differences))
    return "\n".join(lines) + "\n"


def _as_csv(report: RollReport) -> str:
    """One row a problem or difference. Cells that a spreadsheet would take for a formula begin with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow((_("Kind"), _("Line"), _("Voter number"), _("Name"), _("Column"), _("Value"), _("Text")))
    for cells in (*_problem_rows(report), *_difference_rows(report)):
        writer.writerow(map(formula_safe, cells))
    return out.getvalue()


def _problem_rows(report: RollReport) -> Iterator[tuple[str, ...]]:
    for problem in report.problems:
        kind = severity_text(problem.severity)
        yield kind, str(problem.line), "", "", problem.column, problem.value, problem_text(problem)


def _difference_rows(report: RollReport) -> Iterator[tuple[str, ...]]:
    for each in report.differences:
        line = str(each.line or "")
        yield difference_kind_text(each.kind), line, each.voter, each.name, "", "", changes_text(each)


_FORMS: dict[str, Callable[[RollReport], str]] = {".txt": _as_text, ".csv": _as_csv, ".json": json_text}

"""The report of a roll, saved from the desk's roll page."""

import csv
import json
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from helpdesk.desk.pages.roll.wizard import COLUMNS, DIFFERENCE
from tests.desk.conftest import child, go_to
from tests.rolls import row, write_roll


@pytest.fixture(params=["fr", "en"])
def language(request):
    return request.param


@pytest.fixture
def desk_context(desk_context, language):
    return replace(desk_context, preferences=replace(desk_context.preferences, language=language))


@pytest.fixture
def page(qtbot, open_desk, administrator, services, tmp_path):
    """The roll page, with a file that was checked."""
    services.rolls.import_roll(administrator, write_roll(tmp_path / "old.csv", [row(1), row(2)]))
    path = write_roll(tmp_path / "new.csv", [row(1), row(2, prenom="=1+1"), row(3)])
    page = go_to(qtbot, open_desk(administrator), 6, "rollPage")
    assert not child(page, QPushButton, "rollSaveButton").isVisible()
    page.take_file(str(path))
    qtbot.waitUntil(lambda: page.step == COLUMNS)
    child(page, QPushButton, "rollNextButton").click()
    qtbot.waitUntil(lambda: page.step == DIFFERENCE)
    return page


def test_it_is_saved_as_text_table_or_json(qtbot, page, tmp_path, language):
    said = {"fr": "enregistré", "en": "saved"}[language]
    for suffix in ("txt", "csv", "json"):
        page.say_done("")
        page.save_report(str(tmp_path / f"report.{suffix}"))
        qtbot.waitUntil(lambda: said in child(page, QLabel, "pageDone").text())
    assert "=1+1 Dupont" in (tmp_path / "report.txt").read_text("utf-8")
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        assert "'=1+1 Dupont" in {cells[3] for cells in csv.reader(file, delimiter=";")}
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["changed"] == 1


def test_another_ending_is_refused_with_what_to_do(qtbot, page, tmp_path):
    page.save_report(str(tmp_path / "report.doc"))
    qtbot.waitUntil(lambda: ".json" in child(page, QLabel, "pageDone").text())
    assert not (tmp_path / "report.doc").exists()


def test_the_dialog_gives_a_name_the_ending_of_the_form_chosen(page):
    child(page, QPushButton, "rollSaveButton").click()
    dialog = child(page, QFileDialog, "rollReportDialog")
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    for name_filter, suffix in zip(dialog.nameFilters(), ("txt", "csv", "json"), strict=True):
        dialog.filterSelected.emit(name_filter)
        assert dialog.defaultSuffix() == suffix
    dialog.reject()

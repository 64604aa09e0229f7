"""No cell of an export is computed by a spreadsheet (CWE-1236)."""

import pytest

from helpdesk.domain.spreadsheets import formula_safe


@pytest.mark.parametrize("cell", ["=1+1", "+33 2", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_would_be_computed_is_made_text(cell):
    assert formula_safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Dupont", "a=b", "'=1", " =1", "1-2"])
def test_everything_else_stays(cell):
    assert formula_safe(cell) == cell

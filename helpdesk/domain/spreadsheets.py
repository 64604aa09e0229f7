"""Cells of files that people open in a spreadsheet."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def formula_safe(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would compute (CWE-1236)."""
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell

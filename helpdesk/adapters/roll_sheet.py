"""Rows of an XLSX spreadsheet as texts, the way a CSV file of the same roll would hold them."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from helpdesk.domain.errors import UnreadableFile

_XLSX, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MOST_BYTES = 256 << 20
"""Of the spreadsheet unpacked: a quarter of a million voters. More, or a bomb, would take the machine's memory."""

_CHUNK = 1 << 20
_NO_ARCHIVE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError,
)  # fmt: skip


def is_sheet(path: Path) -> bool:
    """True for a file that begins as a spreadsheet. Raises UnreadableFile for an old or a protected one; OSError."""
    with path.open("rb") as file:
        first = file.read(4)
    if first == _OLD:
        raise UnreadableFile(str(path), "old_sheet")
    return first == _XLSX


class SheetRows:
    """The rows of the first sheet, one a line, as wide as the header: empty cells behind it are left out."""

    def __init__(self, path: Path) -> None:
        """Read it. Raises UnreadableFile (`not_a_sheet`, `large_sheet`)."""
        self._rows = _read(path)
        self._width: int | None = None
        self.line_num = 0

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        cells = [_text(cell) for cell in next(self._rows)]
        self.line_num += 1
        if self._width is None:
            self._width = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
        return cells if "".join(cells[self._width :]).strip() else cells[: self._width]


def _read(path: Path) -> Iterator[list[Any]]:
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 (most rolls are CSV)

    _refuse_bombs(path)
    try:
        sheet = load_workbook(str(path)).get_sheet_by_index(0)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError):
        raise UnreadableFile(str(path), "not_a_sheet") from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # how the reader of a broken file ends, deep within
            raise UnreadableFile(str(path), "not_a_sheet") from None
        raise
    return iter(rows)


def _refuse_bombs(path: Path) -> None:
    """What is unpacked is counted, not believed."""
    left = _MOST_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                with archive.open(member) as file:
                    while chunk := file.read(min(_CHUNK, left + 1)):
                        left -= len(chunk)
                        if left < 0:
                            raise UnreadableFile(str(path), "large_sheet")
    except _NO_ARCHIVE:
        raise UnreadableFile(str(path), "not_a_sheet") from None


def _text(cell: Any) -> str:  # noqa: ANN401 (whatever a cell may hold)
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # every number of a spreadsheet is one with a point
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)

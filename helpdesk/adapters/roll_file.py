"""Reading a roll from CSV: any of three separators, UTF-8 or Windows-1252, headers in any dress."""

import csv
import hashlib
import io
import stat
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk.domain.errors import DuplicateHeader, MissingHeader, UnknownHeader, UnreadableFile
from helpdesk.domain.roll import COLUMNS, OPTIONAL_COLUMNS, canonical_header

if TYPE_CHECKING:
    import _csv

_SEPARATORS = ";,\t"
_CANONICAL = {canonical_header(column): column for column in COLUMNS}
_NEVER_READ = frozenset({"numen"})
"""A secret of the person: the column is passed over, whatever it holds (facts.md)."""

_LONGEST_CELL = 10_000


class RollFile:
    """Reads the canonical CSV."""

    def __call__(self, path: Path, *, mapping: Path | None = None) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row's first line and its cells by canonical column; blank lines are passed over.

        Raises UnreadableFile (`missing`, `denied`, `empty`, `encoding`, `not_text`, `truncated`, `quotes`, with the
        line where one can be named), UnknownHeader, DuplicateHeader, MissingHeader.
        """
        text = _read_text(path)
        separator = _separator(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        try:
            header = next(reader, None)
            if not header or not any(cell.strip() for cell in header):
                raise UnreadableFile(str(path), "empty")
            columns = _columns(path, header, _renamed(mapping))
            yield from _rows(path, reader, columns, len(header))
        except csv.Error:
            raise UnreadableFile(str(path), "quotes", reader.line_num) from None

    def headers(self, path: Path) -> tuple[str, ...]:
        """The names of the file's columns, as written. Raises UnreadableFile."""
        text = _read_text(path)
        try:
            header = next(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True), None)
        except csv.Error:
            raise UnreadableFile(str(path), "quotes", 1) from None
        if not header or not any(cell.strip() for cell in header):
            raise UnreadableFile(str(path), "empty")
        return tuple(cell.strip() for cell in header)

    def digest(self, path: Path) -> str:
        """The SHA-256 of the file's bytes, hexadecimal."""
        return hashlib.sha256(_read_bytes(path)).hexdigest()


def _rows(
    path: Path, reader: "_csv.Reader", columns: dict[int, str], width: int
) -> Iterator[tuple[int, dict[str, str]]]:
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if len(cells) != width:
                raise UnreadableFile(str(path), "truncated" if len(cells) < width else "too_wide", line)
            if any(len(cell) > _LONGEST_CELL for cell in cells):
                raise UnreadableFile(str(path), "not_text", line)
            yield line, {column: cells[place] for place, column in columns.items()}
        line = reader.line_num + 1


def _read_bytes(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe may never end, a device never does
            raise UnreadableFile(str(path), "denied")
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFile(str(path), "missing") from None
    except OSError:
        raise UnreadableFile(str(path), "denied") from None


def _read_text(path: Path) -> str:
    raw = _read_bytes(path)
    if not raw.strip():
        raise UnreadableFile(str(path), "empty")
    if b"\0" in raw:
        raise UnreadableFile(str(path), "not_text")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(str(path), "encoding")


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(_SEPARATORS, key=first.count)


def _renamed(mapping: Path | None) -> dict[str, str]:
    """Their headers, folded, with the canonical columns that a mapping file gives them."""
    if mapping is None:
        return {}
    try:
        content = tomllib.loads(mapping.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnreadableFile(str(mapping), "missing") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise UnreadableFile(str(mapping), "not_toml") from None
    renamed = {}
    for column, theirs in content.items():
        canonical = _CANONICAL.get(canonical_header(column))
        if canonical is None or not isinstance(theirs, str):
            raise UnknownHeader(str(mapping), column, _near(column))
        renamed[canonical_header(theirs)] = canonical
    return renamed


def _columns(path: Path, header: list[str], renamed: dict[str, str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for place, text in enumerate(header):
        folded = canonical_header(text)
        if folded in _NEVER_READ:
            continue
        column = renamed.get(folded) or _CANONICAL.get(folded)
        if column is None:
            raise UnknownHeader(str(path), text.strip(), _near(text))
        if column in found.values():
            raise DuplicateHeader(str(path), text.strip())
        found[place] = column
    for column in COLUMNS:
        if column not in found.values() and column not in OPTIONAL_COLUMNS:
            raise MissingHeader(str(path), column)
    return found


def _near(text: str) -> str | None:
    near = get_close_matches(canonical_header(text), _CANONICAL, 1)
    return _CANONICAL[near[0]] if near else None

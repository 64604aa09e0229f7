"""Reading a roll from CSV (any of three separators, UTF-8 or Windows-1252) or XLSX, headers in any dress."""

import codecs
import csv
import hashlib
import stat
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Protocol, TextIO

from helpdesk.adapters.roll_sheet import SheetRows, is_sheet
from helpdesk.domain.errors import DuplicateHeader, MissingHeader, UnknownHeader, UnreadableFile
from helpdesk.domain.roll import COLUMNS, OPTIONAL_COLUMNS, RawRows, canonical_header

_SEPARATORS = ";,\t"
_CANONICAL = {canonical_header(column): column for column in COLUMNS}
_NEVER_READ = frozenset({"numen"})
"""A secret of the person: the column is passed over, whatever it holds (facts.md)."""

_LONGEST_CELL = 10_000
_ROWS = 2_000
_CHUNK = 1 << 20
_NOT_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")


class _Reader(Protocol):
    """Rows one by one, and the line of the last one read: `csv.reader` and `SheetRows`."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


class RollFile:
    """Reads rolls in the canonical columns, from CSV and XLSX."""

    def __call__(self, path: Path, *, mapping: Path | None = None) -> Iterator[RawRows]:
        """All rows, some thousands at a time; blank lines are passed over.

        Raises UnreadableFile (`missing`, `denied`, `empty`, `encoding`, `not_text`, `truncated`, `quotes`, with the
        line where one can be named; `not_a_sheet`, `large_sheet`, `old_sheet`), UnknownHeader, DuplicateHeader,
        MissingHeader.
        """
        with _reading(path) as reader:
            header = _header(path, reader)
            yield from _rows(path, reader, _columns(path, header, _renamed(mapping)), len(header))

    def headers(self, path: Path) -> tuple[str, ...]:
        """The names of the file's columns, as written. Raises UnreadableFile."""
        with _reading(path) as reader:
            return tuple(cell.strip() for cell in _header(path, reader))

    def digest(self, path: Path) -> str:
        """The SHA-256 of the file's bytes, hexadecimal."""
        digest = hashlib.sha256()
        for chunk in _chunks(path):
            digest.update(chunk)
        return digest.hexdigest()


@contextmanager
def _reading(path: Path) -> Iterator[_Reader]:
    """The file's rows, of a spreadsheet or of a text file. Faults of the latter come as UnreadableFile, wherever."""
    _refuse_what_never_ends(path)
    try:
        if is_sheet(path):
            yield SheetRows(path)
            return
    except OSError:
        raise UnreadableFile(str(path), "denied") from None
    with _opened(path) as (file, separator):
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            yield reader
        except csv.Error:
            raise UnreadableFile(str(path), "quotes", reader.line_num) from None


def _header(path: Path, reader: _Reader) -> list[str]:
    header = next(reader, None)
    if not header or not any(cell.strip() for cell in header):
        raise UnreadableFile(str(path), "empty")
    return header


def _rows(path: Path, reader: _Reader, columns: dict[int, str], width: int) -> Iterator[RawRows]:
    places = [next((place for place, name in columns.items() if name == column), None) for column in COLUMNS]
    number_of = itemgetter(next(place for place, name in columns.items() if name == COLUMNS[0]))
    line = reader.line_num + 1
    while rows := list(islice(reader, _ROWS)):
        lines: Sequence[int] = range(line, line + len(rows))
        line = reader.line_num + 1
        if lines[-1] + 1 != line:
            lines = _beginnings(lines[0], rows)
        if {*map(len, rows)} != {width} or not all(map(str.strip, map(number_of, rows))):
            lines, rows = _without_blanks(lines, rows)
            for number, cells in zip(lines, rows, strict=True):
                if len(cells) != width:
                    raise UnreadableFile(str(path), "truncated" if len(cells) < width else "too_wide", number)
        if not rows:
            continue
        by_column = list(zip(*rows, strict=True))
        if max(map(len, map("".join, rows))) > _LONGEST_CELL:
            for number, cells in zip(lines, rows, strict=True):
                if max(map(len, cells)) > _LONGEST_CELL:
                    raise UnreadableFile(str(path), "not_text", number)
        lacking = ("",) * len(rows)
        yield RawRows(lines, tuple(lacking if place is None else by_column[place] for place in places))


def _beginnings(line: int, rows: list[list[str]]) -> list[int]:
    """Where rows begin of which some have cells with line breaks."""
    found = []
    for cells in rows:
        found.append(line)
        text = "".join(cells)
        line += 1 + text.count("\n") + text.count("\r") - text.count("\r\n")
    return found


def _without_blanks(lines: Sequence[int], rows: list[list[str]]) -> tuple[list[int], list[list[str]]]:
    kept = [(line, cells) for line, cells in zip(lines, rows, strict=True) if "".join(cells).strip()]
    return [line for line, _cells in kept], [cells for _line, cells in kept]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[TextIO, str]]:
    """The file as text, decoded as it is read, and its separator: a large roll never lies in memory whole."""
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            first = file.readline(_CHUNK)
            file.seek(0)
            yield file, max(_SEPARATORS, key=first.count)
    except OSError:
        raise UnreadableFile(str(path), "denied") from None
    except UnicodeDecodeError:  # somebody writes to it while it is read
        raise UnreadableFile(str(path), "encoding") from None


def _encoding(path: Path) -> str:
    """UTF-8 if all of it is, otherwise Windows-1252 if it can be."""
    utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    blank = cp1252 = True
    for chunk in _chunks(path):
        if b"\0" in chunk:
            raise UnreadableFile(str(path), "not_text")
        blank = blank and not chunk.strip()
        if utf8 is not None:
            try:
                utf8.decode(chunk)
            except UnicodeDecodeError:
                utf8 = None
        cp1252 = cp1252 and not any(byte in chunk for byte in _NOT_IN_CP1252)
    if blank:
        raise UnreadableFile(str(path), "empty")
    if utf8 is not None:
        try:
            utf8.decode(b"", final=True)
        except UnicodeDecodeError:
            utf8 = None
    if utf8 is None and not cp1252:
        raise UnreadableFile(str(path), "encoding")
    return "cp1252" if utf8 is None else "utf-8-sig"


def _refuse_what_never_ends(path: Path) -> None:
    """A pipe may never end, a device never does."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableFile(str(path), "denied")
    except FileNotFoundError:
        raise UnreadableFile(str(path), "missing") from None
    except OSError:
        raise UnreadableFile(str(path), "denied") from None


def _chunks(path: Path) -> Iterator[bytes]:
    _refuse_what_never_ends(path)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError:
        raise UnreadableFile(str(path), "denied") from None


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

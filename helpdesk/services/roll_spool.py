"""Rows of a roll kept in a temporary file between checking and applying: a million of them do not fit in memory."""

import marshal
import tempfile
from collections.abc import Iterator
from datetime import date
from types import TracebackType
from typing import Any, Self

from helpdesk.domain.roll_rows import RollRow

_CHUNK = 2_000
_BIRTH = 6


class RowSpool:
    """Holds checked rows in the order in which they were put; gone when it is closed."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._file = tempfile.TemporaryFile(prefix="helpdesk-roll-")  # noqa: SIM115 (closed by __exit__)
        self._waiting: list[tuple[object, ...]] = []
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def put(self, row: RollRow) -> None:
        """Keep a row."""
        values = (*row[:_BIRTH], row.birth_date.toordinal(), *row[_BIRTH + 1 :])
        self._count += 1
        self._waiting.append(values)
        if len(self._waiting) >= _CHUNK:
            self._flush()

    def batches(self) -> Iterator[list[RollRow]]:
        """The rows again, some thousands at a time."""
        self._flush()
        self._file.seek(0)
        while True:
            try:
                chunk = marshal.load(self._file)  # noqa: S302 (written by this very object)
            except EOFError:
                return
            yield [_row(values) for values in chunk]

    def _flush(self) -> None:
        if self._waiting:
            marshal.dump(self._waiting, self._file)
            self._waiting = []


def _row(values: tuple[Any, ...]) -> RollRow:
    return RollRow._make((*values[:_BIRTH], date.fromordinal(values[_BIRTH]), *values[_BIRTH + 1 :]))

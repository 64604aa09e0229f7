"""Log files of a month each, and none older than they may be kept (CNIL's recommendation on logs: 6 to 12 months)."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from helpdesk.system.private_files import touch_private

_NAME = "helpdesk-{year:04}-{month:02}.log"
_ANY = "helpdesk-[0-9][0-9][0-9][0-9]-[0-1][0-9].log"


class MonthlyLog(logging.FileHandler):
    """Writes to the file of the current month (UTC); goes on with the next one and removes old ones when it is over.

    Several processes write to one file, each a whole line at a time; nothing is renamed, which Windows would refuse.
    """

    def __init__(self, folder: Path, *, months: int, clock: Callable[[], float] = time.time) -> None:
        """Open the current file; `months` are kept, the current one included. Raises OSError."""
        self._folder, self._months = folder, months
        folder.mkdir(parents=True, exist_ok=True)
        self._month = _month_of(clock())
        super().__init__(self._prepared(), encoding="utf-8")

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; the first one of a month begins its file."""
        month = _month_of(record.created)
        if month > self._month:
            self._month = month
            try:
                path = self._prepared()
            except OSError:
                self.handleError(record)
                return
            self.close()
            self.baseFilename = str(path.absolute())
            self.stream = self._open()
        super().emit(record)

    def _prepared(self) -> Path:
        """The month's file, for its owner only; those that are too old are gone."""
        oldest = self._folder / _name(self._month - self._months + 1)
        for path in self._folder.glob(_ANY):
            if path.name < oldest.name:
                with suppress(OSError):  # somebody reads it: the next month will do
                    path.unlink()
        path = self._folder / _name(self._month)
        touch_private(path)
        return path


def _month_of(moment: float) -> int:
    when = datetime.fromtimestamp(moment, UTC)
    return when.year * 12 + when.month - 1


def _name(month: int) -> str:
    return _NAME.format(year=month // 12, month=month % 12 + 1)

"""The program's log: to a file or to standard error, in lines to read or in one JSON object a line.

Nothing of a person and no secret gets there: the program's own records are constant words with ids, an exception is
told by its types and places, never by its message, and of what libraries report only numbers are filled in.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from helpdesk.cli.monthly_log import MonthlyLog
from helpdesk.config import Settings
from helpdesk.domain.bug_trace import where_it_broke

_OURS = "helpdesk"
_LIBRARIES = ("waitress",)  # the portal's server tells of queues


class TextLines(logging.Formatter):
    """A line to read for each record, and where it broke on lines below."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        line = f"{_moment(record)} {record.levelname} {record.name} {_message(record)}"
        return "\n".join([line, *_places(record)])


class JsonLines(logging.Formatter):
    """One JSON object a line: `at` (UTC), `level`, `service`, `logger`, `message`, and `where` for an error."""

    def __init__(self, service: str) -> None:
        """Take the name of what is running: `portal`, `mailer`, `bounces`, `desk`, `command`."""
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        told: dict[str, Any] = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": _message(record),
        }
        if places := _places(record):
            told["where"] = places
        return json.dumps(told, ensure_ascii=False)


def keep_log(settings: Settings, *, service: str) -> None:
    """Send the log where the settings say, from now on. Raises OSError for a file that cannot be written."""
    handler = _handler(settings)
    handler.setFormatter(JsonLines(service) if settings.log.format == "json" else TextLines())
    for name in (_OURS, *_LIBRARIES):
        logger = logging.getLogger(name)
        for earlier in [each for each in logger.handlers if isinstance(each.formatter, TextLines | JsonLines)]:
            logger.removeHandler(earlier)
            earlier.close()
        logger.addHandler(handler)
    logging.getLogger(_OURS).setLevel(logging.INFO)


def log_is_on_terminal() -> bool:
    """Whether the log goes to standard error, which is then left to it."""
    return any(type(each) is logging.StreamHandler for each in logging.getLogger(_OURS).handlers)


def _handler(settings: Settings) -> logging.Handler:
    if settings.log.to == "stderr" and sys.stderr is not None:  # a program of Windows without a console has none
        return logging.StreamHandler(sys.stderr)
    return MonthlyLog(settings.data_dir, months=settings.log.months)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    """The record's words. Of a library's, numbers only are filled in: a text may be a path, and a path a link."""
    if record.name.partition(".")[0] == _OURS:
        return record.getMessage()
    if not isinstance(record.args, tuple):
        return str(record.msg)
    shown = tuple(each if isinstance(each, int | float) else "…" for each in record.args)
    try:
        return str(record.msg) % shown if shown else str(record.msg)
    except (TypeError, ValueError):
        return str(record.msg)


def _places(record: logging.LogRecord) -> list[str]:
    where = getattr(record, "where", "")
    if record.exc_info and record.exc_info[1] is not None:
        where = where_it_broke(record.exc_info[1])
    return where.splitlines()

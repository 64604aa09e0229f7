"""One import at a time: the turn ends with the process or connection that has it, however that ends."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpdesk.domain.errors import ImportUnderWay
from helpdesk.store.engine import Store, file_faults
from helpdesk.system.file_lock import FileLocked, hold_file

_KEY = 0x68656C70_726F6C6C  # "helprol", the advisory lock of who imports on PostgreSQL
_SINCE = 0x726F6C6C  # "roll", beside the second since when: a lock that only tells others, by its number
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_HOLDER = """
    SELECT coalesce((SELECT name FROM operator WHERE folded = a.usename), a.usename, ''), t.objid::bigint
    FROM pg_locks l
    LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN pg_locks t ON t.pid = l.pid AND t.locktype = 'advisory' AND t.classid = %s AND t.objsubid = 2
    WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
    AND l.classid = %s AND l.objid = %s
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def import_turn(store: Store, who: str, now: datetime) -> Iterator[None]:
    """Be the only one who imports. Raises ImportUnderWay, who imports and since when, and the store's faults."""
    with _file_turn(store.path, who, now) if store.path is not None else _server_turn(store, now):
        yield


@contextmanager
def _file_turn(path: Path, who: str, now: datetime) -> Iterator[None]:
    note = json.dumps({"by": who, "since": now.astimezone(UTC).isoformat()})
    try:
        with file_faults(), hold_file(path.with_name(f"{path.name}-import"), note):
            yield
    except FileLocked as locked:
        try:
            held = json.loads(locked.note)
            raise ImportUnderWay(str(held["by"]), datetime.fromisoformat(held["since"])) from None
        except (ValueError, KeyError, TypeError):  # the holder has not written it yet
            raise ImportUnderWay("?", now) from None


@contextmanager
def _server_turn(store: Store, now: datetime) -> Iterator[None]:
    with closing(store.open_connection()) as connection:
        taken = connection.execute("SELECT pg_try_advisory_lock(%s)", (_KEY,)).fetchone()
        if taken is None or not taken[0]:
            holder = connection.execute(_HOLDER, (_SINCE, _KEY >> 32, _KEY & 0xFFFFFFFF)).fetchone()
            by, since = holder or ("?", None)
            raise ImportUnderWay(str(by), _EPOCH + timedelta(seconds=since) if isinstance(since, int) else now)
        connection.execute("SELECT pg_advisory_lock(%s, %s)", (_SINCE, int((now - _EPOCH).total_seconds())))
        yield

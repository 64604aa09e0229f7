"""A database connection kept open for searching: a keystroke has no time to fetch one and to begin a transaction."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary, ref

from sqlalchemy import event

from helpdesk.domain.roles import Operator
from helpdesk.domain.search import SearchFilters
from helpdesk.store.engine import Store, driver_faults
from helpdesk.store.search.found import FoundVoter, nearest_last
from helpdesk.store.search.plan import Plan
from helpdesk.store.search.postgresql import prepare_search, search_postgresql
from helpdesk.store.search.spelling import apart
from helpdesk.store.search.sqlite import SqliteSearch

_SESSIONS: "WeakKeyDictionary[Store, SearchSession]" = WeakKeyDictionary()
_MAPPED_BYTES, _CACHE_KIB = 4_000_000_000, 65_536
_FRUGAL_CACHE_KIB = 2_048
"""Where memory is to be spared, the file is read and not mapped: a twentieth more of the processor for a key, and with
1.2 million voters 330 MB less that count as the program's."""
_ROLE = "SELECT role FROM operator WHERE id = ? AND name = ? AND disabled IS NULL"


class SearchSession:
    """Searches of one store, from any thread; a search that meets another takes a connection of its own."""

    def __init__(self, store: Store) -> None:
        """Nothing is opened before the first search."""
        self._engine, self._store = store.engine, ref(store)
        self._kept: Any = None
        self._turn = Lock()
        event.listen(store.engine, "engine_disposed", self._drop)

    def search(
        self, plan: Plan, *, operator: Operator, filters: SearchFilters, now: datetime, limit: int
    ) -> tuple[str | None, list[FoundVoter]]:
        """The operator's role as stored now, None for one who is gone or disabled, and the best voters, best first.

        Raises the store's faults. A connection that was lost while nobody searched is replaced once.
        """
        if self._kept is not None and self._is_lost(self._kept):
            self._drop()
        with driver_faults(), self._connection() as connection:
            if isinstance(connection, sqlite3.Connection):
                role, found = _search_sqlite(connection, plan, operator, filters, now, limit)
            else:
                role, found = search_postgresql(
                    connection, plan, operator=operator, filters=filters, now=now, limit=limit
                )
        return role, nearest_last(plan.text, found, limit)

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        if not self._turn.acquire(blocking=False):
            connection = self._open()
            try:
                yield connection
            finally:
                connection.close()
            return
        try:
            if self._kept is None:
                self._kept = self._open()
            yield self._kept
        except BaseException:
            self._drop()
            raise
        finally:
            self._turn.release()

    def _open(self) -> Any:  # noqa: ANN401 (either driver's)
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        if isinstance(connection, sqlite3.Connection):
            store = self._store()
            frugal = store is not None and store.spares_memory
            connection.execute(f"PRAGMA mmap_size = {0 if frugal else _MAPPED_BYTES}")
            connection.execute(f"PRAGMA cache_size = -{_FRUGAL_CACHE_KIB if frugal else _CACHE_KIB}")
            connection.create_function("apart", 2, apart, deterministic=True)
        else:
            prepare_search(connection)
        return connection

    @staticmethod
    def _is_lost(connection: Any) -> bool:  # noqa: ANN401 (either driver's)
        return bool(getattr(connection, "closed", False) or getattr(connection, "broken", False))

    def _drop(self, *_: object) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()


def search_session(store: Store) -> SearchSession:
    """The store's own: whoever builds services anew does not open connections anew."""
    if store not in _SESSIONS:
        _SESSIONS[store] = SearchSession(store)
    return _SESSIONS[store]


def _search_sqlite(
    connection: sqlite3.Connection,
    plan: Plan,
    operator: Operator,
    filters: SearchFilters,
    now: datetime,
    limit: int,
) -> tuple[str | None, list[FoundVoter]]:
    """One consistent view for all of a keystroke's statements."""
    connection.execute("BEGIN")
    try:
        role = connection.execute(_ROLE, (operator.id, operator.name)).fetchone()
        search = SqliteSearch(connection, operator_id=operator.id, filters=filters, now=now, limit=limit)
        return (role[0] if role else None), search.run(plan)
    finally:
        connection.execute("ROLLBACK")

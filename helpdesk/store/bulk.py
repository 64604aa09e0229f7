"""One transaction that adds very many rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from helpdesk.store.engine import Store, driver_faults

_CACHE_KIB = 32 * 1024


@contextmanager
def write_much(store: Store, *, only_first: bool = False) -> Iterator[Connection]:
    """`Store.write` for very many rows: what SQLite sorts on the way goes to the disk, not into memory.

    `only_first` is for a transaction that does nothing but put the first rows into tables, and makes every reference
    itself: SQLite checks none then, and takes tables of the same form over as they lie.
    """
    with driver_faults(), store.engine.connect().execution_options(helpdesk_write=True) as connection:
        raw: Any = connection.connection.driver_connection
        on_sqlite = connection.dialect.name == "sqlite"
        usual_cache = raw.execute("PRAGMA cache_size").fetchone()[0] if on_sqlite else 0
        if on_sqlite:
            raw.execute("PRAGMA temp_store = FILE")
            raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            raw.execute(f"PRAGMA foreign_keys = {'OFF' if only_first else 'ON'}")
        try:
            with connection.begin():
                yield connection
        finally:
            if on_sqlite:
                for _place, name, _file in raw.execute("PRAGMA database_list").fetchall():
                    if name not in {"main", "temp"}:
                        raw.execute(f"DETACH {name}")
                raw.execute("PRAGMA temp_store = MEMORY")
                raw.execute(f"PRAGMA cache_size = {usual_cache}")
                raw.execute("PRAGMA foreign_keys = ON")

"""One transaction that adds very many rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from helpdesk.store.engine import Store, driver_faults

_CACHE_KIB = 32 * 1024


@contextmanager
def write_much(store: Store) -> Iterator[Connection]:
    """`Store.write` for very many rows: what SQLite sorts on the way goes to the disk, not into memory."""
    with driver_faults(), store.engine.connect().execution_options(helpdesk_write=True) as connection:
        raw: Any = connection.connection.driver_connection
        on_sqlite = connection.dialect.name == "sqlite"
        usual_cache = raw.execute("PRAGMA cache_size").fetchone()[0] if on_sqlite else 0
        if on_sqlite:
            raw.execute("PRAGMA temp_store = FILE")
            raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            raw.execute("PRAGMA threads = 1")  # sorts for indexes go on beside the reading of what is to be sorted
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
                raw.execute("PRAGMA threads = 0")

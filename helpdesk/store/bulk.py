"""Adding very many rows in one transaction, by each database's own quickest way."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from helpdesk.store.engine import Store, driver_faults
from helpdesk.store.rows import insert_values
from helpdesk.store.schema import account, address, enrolment, voter
from helpdesk.store.search.tables import search_vocabulary

_REBUILT = (voter, address, account, enrolment, search_vocabulary)

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


@contextmanager
def first_load(connection: Connection) -> Iterator[None]:
    """While a store without voters is filled: its secondary indexes are built once, at the end.

    The transaction holds it all together: until it commits, others see the tables and indexes as they were. Nothing
    is done for a store that has voters, or on PostgreSQL for a login that does not own the tables.
    """
    if connection.scalar(select(voter.c.id).limit(1)) is not None or not _owns_tables(connection):
        yield
        return
    indexes = [index for table in _REBUILT for index in sorted(table.indexes, key=lambda each: str(each.name))]
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def insert_many(
    connection: Connection, table: Table, columns: str, rows: Sequence[tuple[object, ...]], *, copy: bool
) -> None:
    """Insert rows of values for these columns (names with commas); by COPY if so asked on PostgreSQL."""
    if not rows:
        return
    if copy and connection.dialect.name == "postgresql":
        raw: Any = connection.connection.driver_connection
        with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as out:
            for row in rows:
                out.write_row(row)
        return
    insert_values(connection, table, [name.strip() for name in columns.split(",")], rows)


def next_voter_ids(connection: Connection, count: int) -> list[int]:
    """Internal ids for so many new voters, in order."""
    if connection.dialect.name == "postgresql":
        drawn = text("SELECT nextval(pg_get_serial_sequence('voter', 'id')) FROM generate_series(1, :count)")
        return [int(each) for each in connection.scalars(drawn, {"count": count})]
    last = connection.scalar(select(func.max(voter.c.id))) or 0
    return list(range(last + 1, last + count + 1))


def _owns_tables(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return True
    owner = text("SELECT pg_has_role(current_user, tableowner, 'USAGE') FROM pg_tables WHERE tablename = 'voter'")
    return bool(connection.scalar(owner))

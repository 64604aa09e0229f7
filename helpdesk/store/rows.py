"""Inserting rows of values by each database's quickest way that is open to everybody."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table


def insert_values(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    rows: Sequence[tuple[object, ...]],
    *,
    conflict: str = "",
) -> None:
    """Insert rows of values for the columns of these names; `conflict` is an ON CONFLICT clause.

    On PostgreSQL all rows are one statement, of an array for each column: what row-level security asks of the login is
    asked once, not once a row.
    """
    if not rows:
        return
    columns = ", ".join(names)
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" for _name in names)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) VALUES ({marks}) {conflict}", list(rows))
        return
    kinds = [table.c[name].type.compile(connection.dialect).partition(" COLLATE")[0] for name in names]
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    statement = f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({arrays}) {conflict}"
    connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))

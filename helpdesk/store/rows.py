"""Writing many rows of values by each database's quickest way that is open to everybody."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, bindparam, select, update

from helpdesk.store.engine import upsert


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
    statement = (
        f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({_arrays(connection, table, names)}) {conflict}"
    )
    connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))


def delete_values(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Delete the rows that have these values in the columns of these names; one statement on PostgreSQL."""
    if not rows:
        return
    columns = ", ".join(names)
    if connection.dialect.name != "postgresql":
        matching = " AND ".join(f"{name} = ?" for name in names)
        connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE {matching}", list(rows))
        return
    matching = " AND ".join(f"old.{name} = gone.{name}" for name in names)
    gone = f"unnest({_arrays(connection, table, names)}) AS gone({columns})"
    connection.exec_driver_sql(
        f"DELETE FROM {table.name} old USING {gone} WHERE {matching}",
        tuple(list(column) for column in zip(*rows, strict=True)),
    )


def update_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], *, where: Mapping[str, object]
) -> frozenset[int]:
    """Give rows the values named with their `id`, as far as they have those of `where`; the ids of the rows changed.

    All name the same columns. One statement on PostgreSQL, where triggers and rules cost as much for one row as for
    many.
    """
    if not rows:
        return frozenset()
    names = [name for name in rows[0] if name != "id"]
    if connection.dialect.name == "postgresql":
        given = ", ".join(f"{name} = new.{name}" for name in names)
        asked = "".join(f" AND old.{name} = %s" for name in where)
        new = f"unnest({_arrays(connection, table, ['id', *names])}) AS new(id, {', '.join(names)})"
        statement = f"UPDATE {table.name} old SET {given} FROM {new} WHERE old.id = new.id{asked} RETURNING old.id"
        columns = [[row[name] for row in rows] for name in ("id", *names)]
        return frozenset(connection.exec_driver_sql(statement, (*columns, *where.values())).scalars())
    matching = [table.c[name] == value for name, value in where.items()]
    found = frozenset(
        connection.scalars(select(table.c.id).where(table.c.id.in_([row["id"] for row in rows]), *matching))
    )
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    changes = [{f"new_{name}": value for name, value in row.items()} for row in rows if row["id"] in found]
    if changes:
        connection.execute(update(table).where(table.c.id == bindparam("new_id")).values(values), changes)
    return found


def upsert_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], *, key: str, renew: tuple[str, ...]
) -> None:
    """`upsert` for rows that name the same columns, no two of one key; one statement on PostgreSQL."""
    if connection.dialect.name == "postgresql":
        renewed = ", ".join(f"{name} = excluded.{name}" for name in renew)
        values = [tuple(row.values()) for row in rows]
        conflict = f"ON CONFLICT ({key}) DO UPDATE SET {renewed}"
        insert_values(connection, table, list(rows[0]) if rows else [], values, conflict=conflict)
    elif rows:
        connection.execute(upsert(connection, table, rows[0], key=key, renew=renew), list(rows))


def _arrays(connection: Connection, table: Table, names: Sequence[str]) -> str:
    """One mark for an array of each column."""
    kinds = [table.c[name].type.compile(connection.dialect).partition(" COLLATE")[0] for name in names]
    return ", ".join(f"%s::{kind}[]" for kind in kinds)

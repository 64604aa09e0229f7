"""Everything that the store holds on one voter, whatever the tables are called: found through their references."""

from sqlalchemy import Column, ColumnElement, Connection, Table, func, or_, select

from helpdesk.store.schema import address, audit_event, link_request, metadata, operator, voter
from helpdesk.store.search import tables  # noqa: F401 (its tables belong to the metadata)

DERIVED = frozenset({"search_word", "search_trigram", "search_vocabulary"})
"""The search index: words of names and addresses that are shown where they come from."""

_PLUMBING = frozenset({"leased_by", "leased_until", "content_hash", "hash", "roll_digest", "folded", "digest"})
_NAMED_BY = {"ballot": "name", "establishment": "name", "challenge_question": "text_fr"}


def held_on(connection: Connection, voter_id: int, number: str) -> dict[str, list[dict[str, object]]]:
    """Rows about the voter, by table; columns that only say how the program works are left out.

    A hash of a secret is told as held or not. What this database login may not read is told by `unreadable`.
    """
    held: dict[str, list[dict[str, object]]] = {}
    for table in metadata.sorted_tables:
        belongs = _belongs(table, voter_id, number)
        if table.name in DERIVED or belongs is None:
            continue
        readable = [column for column in table.columns if _is_readable(connection, column)]
        rows = connection.execute(select(*readable).where(belongs)).mappings().all() if readable else []
        found = [_told(connection, table, dict(row)) for row in rows]
        if found:
            held[table.name] = found
    return held


def unreadable(connection: Connection) -> tuple[str, ...]:
    """Columns about voters that this database login may not read (PostgreSQL), as `table.column`."""
    return tuple(
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        if table.name not in DERIVED and _belongs(table, 0, "") is not None
        for column in table.columns
        if column.name not in _PLUMBING and not _is_readable(connection, column)
    )


def _belongs(table: Table, voter_id: int, number: str) -> ColumnElement[bool] | None:
    """Which rows of a table are about the voter; None for a table that is about nobody."""
    if table is voter:
        return voter.c.id == voter_id
    if table is audit_event:
        return audit_event.c.voter == number
    if table is operator:
        return operator.c.voter_number == number
    if table is link_request:
        return link_request.c.folded.in_(select(address.c.folded).where(address.c.voter_id == voter_id))
    references = [column for column in table.columns for key in column.foreign_keys if key.column is voter.c.id]
    return or_(*(column == voter_id for column in references)) if references else None


def _is_readable(connection: Connection, column: Column[object]) -> bool:
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.scalar(select(func.has_column_privilege(column.table.fullname, column.name, "SELECT"))))


def _told(connection: Connection, table: Table, row: dict[str, object]) -> dict[str, object]:
    told: dict[str, object] = {}
    for name, value in row.items():
        column = table.c[name]
        target = next((key.column for key in column.foreign_keys), None)
        if name in _PLUMBING or target is voter.c.id:
            continue
        if name.endswith("_hash"):
            told[name.removesuffix("_hash")] = value is not None
        elif target is operator.c.id or name == "actor":
            told[name.removesuffix("_id")] = _who(value)
        elif target is not None and target.table.name in _NAMED_BY and value is not None:
            named = target.table.c[_NAMED_BY[target.table.name]]
            told[name.removesuffix("_id")] = connection.scalar(select(named).where(target == value))
        else:
            told[name] = value
    return told


def _who(value: object) -> object:
    """Staff are not named to those who ask what is held on them (CJEU C-579/21), services are."""
    return value if value in {None, "", "mailer", "portal", "init", "demo"} else "desk"

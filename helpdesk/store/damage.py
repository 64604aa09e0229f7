"""What tells that an embedded file is damaged: its pages, and values that its columns never held."""

import sqlite3
from pathlib import Path

_NUMBERS = frozenset({"INTEGER", "SMALLINT", "BOOLEAN"})
"""The declared types that hold whole numbers; all others of this program hold texts."""


def opened_to_check(path: Path) -> sqlite3.Connection:
    """An open file that nothing is written to. Raises sqlite3.Error.

    It is not opened read-only: SQLite would not hold its rows to the rules of their tables.
    """
    file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
    file.execute("PRAGMA query_only = ON")
    return file


def has_whole_pages(file: sqlite3.Connection) -> bool:
    """Read every page, and hold every row to the rules of its table. Raises sqlite3.Error.

    Up to half a minute for a million voters. https://www.sqlite.org/pragma.html#pragma_integrity_check
    """
    try:
        complaint = file.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except UnicodeDecodeError:  # the driver's, at a complaint that quotes what is damaged
        return False
    return bool(complaint == "ok")


def has_strange_values(file: sqlite3.Connection) -> bool:
    """True if some value is not of its column's kind. Raises sqlite3.Error.

    SQLite keeps no checksums: bits that flip within a row, or a page that takes the place of another, may leave rows
    that break no rule, as a column takes values of any kind. https://www.sqlite.org/datatype3.html
    """
    columns: dict[str, list[str]] = {}
    for table, column, declared in file.execute(
        "SELECT tables.name, columns.name, columns.type FROM sqlite_schema AS tables, pragma_table_info(tables.name)"
        " AS columns WHERE tables.type = 'table' AND columns.type <> ''"
    ):
        kind = "integer" if declared in _NUMBERS else "text"
        columns.setdefault(table, []).append(f"typeof(\"{column}\") NOT IN ('{kind}', 'null')")
    return any(
        file.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}" WHERE {" OR ".join(strange)})').fetchone()[0]
        for table, strange in columns.items()
    )

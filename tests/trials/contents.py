"""What an embedded store holds, read past the program, to compare before and after."""

import hashlib
import sqlite3
from pathlib import Path


def fingerprint(path: Path) -> dict[str, str]:
    """A hash of every table's rows; raises sqlite3.DatabaseError for a damaged file."""
    with _open(path) as connection:
        return {table: _hash(connection, table) for table in tables(connection)}


def counts(path: Path) -> dict[str, int]:
    """How many rows each table has."""
    with _open(path) as connection:
        return {
            table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables(connection)
        }


def integrity(path: Path) -> str:
    """What SQLite says of the file: "ok", or its first complaint; foreign keys too."""
    with _open(path) as connection:
        said = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        lost = connection.execute("PRAGMA foreign_key_check").fetchone()
        return said if lost is None else f"foreign key: {lost}"


def tables(connection: sqlite3.Connection) -> list[str]:
    """The names of its tables but for those inside of a full-text index."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    virtual = [name for name, sql in rows if sql and sql.upper().startswith("CREATE VIRTUAL")]
    inner = [name for name, _sql in rows if any(name == each or name.startswith(f"{each}_") for each in virtual)]
    return [name for name, _sql in rows if name not in inner and not name.startswith("sqlite_")]


class _open:  # noqa: N801 (a context like `open`)
    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _hash(connection: sqlite3.Connection, table: str) -> str:
    digest = hashlib.sha256()
    for line in sorted(repr(row) for row in connection.execute(f'SELECT * FROM "{table}"')):
        digest.update(line.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()

"""The statements that made tables of an embedded store, so that rows can be prepared in tables of the very same form.

SQLite takes all rows of a table over into an empty one of the same form as they lie, those of its indexes too: nothing
is read, checked or sorted again (the transfer optimization of https://www.sqlite.org/src, `xferOptimization`).
"""

from collections.abc import Iterable
from typing import NamedTuple, Self

from sqlalchemy import Connection, Table, bindparam, text

_MADE = text(
    "SELECT type, sql FROM sqlite_master WHERE tbl_name IN :names AND sql IS NOT NULL ORDER BY rowid"
).bindparams(bindparam("names", expanding=True))


class TableForms(NamedTuple):
    """CREATE statements of some tables, and of their indexes that no constraint brings."""

    tables: tuple[str, ...]
    indexes: tuple[str, ...]

    @classmethod
    def of(cls, connection: Connection, tables: Iterable[Table]) -> Self:
        """As the store has them."""
        made = connection.execute(_MADE, {"names": [table.name for table in tables]}).all()
        return cls(*(tuple(sql for kind, sql in made if kind == wanted) for wanted in ("table", "index")))

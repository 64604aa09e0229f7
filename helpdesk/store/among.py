"""`column IN values` as SQL that is the same however many values there are: compiled, sent and planned as one."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, BindParameter, ColumnElement, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeEngine


class _Many(TypeDecorator[Collection[Any]]):
    """Whole numbers or texts: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, *, of_numbers: bool) -> None:
        super().__init__()
        self.of_numbers = of_numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(BigInteger() if self.of_numbers else Text()))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:  # noqa: ANN401 (the driver's)
        values = list(value or ())
        return values if dialect.name == "postgresql" else json.dumps(values)


class _Among(FunctionElement[Any]):
    inherit_cache = True
    name = "among"
    type = NullType()  # of type boolean, SQLite would be asked whether it equals 1, past every index


def among(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """True where the column has one of the values bound as `name`: whole numbers or texts, as the column's are."""
    of_numbers = column.type.python_type is int
    values: BindParameter[Any] = bindparam(name, type_=_Many(of_numbers=of_numbers))
    return _Among(column, values)


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: Any, **more: Any) -> str:  # noqa: ANN401 (SQLAlchemy's)
    column, values = (compiler.process(each, **more) for each in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: Any, **more: Any) -> str:  # noqa: ANN401 (SQLAlchemy's)
    column, values = (compiler.process(each, **more) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"

"""Several questions put to the database at once: a server far away is waited for once, not once a question."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Boolean, Connection, Integer, Row, Select, String, func, literal_column, select
from sqlalchemy.types import TypeEngine

from helpdesk.store.schema import Day, Document, UtcDateTime

Record = Row[Any] | SimpleNamespace
"""A row of an answer; its columns are attributes."""


def read_together(connection: Connection, questions: Mapping[str, Select[Any]]) -> dict[str, Sequence[Record]]:
    """The rows of every question, by its name, in the question's order.

    On PostgreSQL it is one statement, whose rows come as JSON: one round trip, and one view of the data. On SQLite,
    where a question costs no trip, they are asked one after the other. Raises TypeError for columns of a type that
    JSON does not carry unharmed.
    """
    if connection.dialect.name != "postgresql":
        return {name: connection.execute(question).all() for name, question in questions.items()}
    readers = {name: _readers(question) for name, question in questions.items()}
    row = connection.execute(select(*(_as_json(name, question) for name, question in questions.items()))).one()
    return {
        name: [_record(each, readers[name]) for each in answer or ()]
        for name, answer in zip(questions, row, strict=True)
    }


def _as_json(name: str, question: Select[Any]) -> Any:  # noqa: ANN401 (a column of any type)
    rows = question.subquery(name)
    return select(func.json_agg(literal_column(name))).select_from(rows).scalar_subquery().label(name)


def _readers(question: Select[Any]) -> dict[str, Callable[[Any], object]]:
    """How each column's value is read from JSON."""
    return {str(column.key): _reader(column.type) for column in question.selected_columns}


def _reader(kind: TypeEngine[Any]) -> Callable[[Any], object]:
    if isinstance(kind, UtcDateTime):
        return _moment
    if isinstance(kind, Day):
        return date.fromisoformat
    if isinstance(kind, (String, Integer, Boolean, Document)):
        return _as_it_is
    raise TypeError(f"{kind} cannot be read from JSON")


def _record(values: Mapping[str, Any], readers: Mapping[str, Callable[[Any], object]]) -> SimpleNamespace:
    return SimpleNamespace(
        **{name: read(values[name]) if values[name] is not None else None for name, read in readers.items()}
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _as_it_is(value: object) -> object:
    return value

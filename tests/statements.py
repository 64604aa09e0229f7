"""Counting what is asked of a database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

from helpdesk.store.engine import Store


@contextmanager
def counted(store: Store | None = None) -> Iterator[list[str]]:
    """The statements that are sent meanwhile, over this store or over any."""
    target = Engine if store is None else store.engine
    sent: list[str] = []

    def take(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(target, "before_cursor_execute", take)
    try:
        yield sent
    finally:
        event.remove(target, "before_cursor_execute", take)

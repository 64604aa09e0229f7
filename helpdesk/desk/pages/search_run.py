"""Searching as one types: a search for every keystroke, at most one under way, stale replies dropped."""

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from helpdesk.desk.tasks import TaskRunner
from helpdesk.domain.search import NO_FILTERS, SearchFilters
from helpdesk.domain.voters import SearchHit


class Search(Protocol):
    """What finds voters: the service, for one operator."""

    def __call__(self, text: str, *, filters: SearchFilters) -> tuple[SearchHit, ...]:
        """The best voters that the filters let through."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What a search found, with the text that it was for."""

    text: str
    hits: tuple[SearchHit, ...]


class SearchRun(QObject):
    """`found` and `failed` concern the newest text only."""

    found = Signal(object)
    failed = Signal(object)

    def __init__(self, tasks: TaskRunner, search: Search, parent: QObject | None = None) -> None:
        """`search` is called in a background thread, never twice at a time."""
        super().__init__(parent)
        self._tasks, self._search = tasks, search
        self._newest = 0
        self._under_way: int | None = None
        self._pending: tuple[int, str, SearchFilters] | None = None

    @property
    def waiting(self) -> bool:
        """True while the newest text has no reply yet."""
        return self._pending is not None or self._under_way == self._newest

    def ask(self, text: str, filters: SearchFilters = NO_FILTERS) -> None:
        """Search for this text among those let through; whatever was asked before no longer matters."""
        self._newest += 1
        self._pending = (self._newest, text, filters)
        self._start_next()

    def forget(self) -> None:
        """Nothing is asked any more: drop whatever comes back."""
        self._newest += 1
        self._pending = None

    def _start_next(self) -> None:
        if self._under_way is not None or self._pending is None:
            return
        number, text, filters = self._pending
        self._under_way, self._pending = number, None
        self._tasks.run(partial(_search, self._search, text, filters), self._reply, self._fail)

    def _reply(self, reply: Reply) -> None:
        if self._is_newest():
            self.found.emit(reply)
        self._start_next()

    def _fail(self, error: Exception) -> None:
        if self._is_newest():
            self.failed.emit(error)
        self._start_next()

    def _is_newest(self) -> bool:
        number, self._under_way = self._under_way, None
        return number == self._newest


def _search(search: Search, text: str, filters: SearchFilters) -> Reply:
    return Reply(text, search(text, filters=filters))

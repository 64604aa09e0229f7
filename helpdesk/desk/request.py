"""One question that a page puts to the services, asked anew whenever needed, never twice at a time."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from helpdesk.desk.session import Session
from helpdesk.desk.troubles import Troubles
from helpdesk.domain.errors import HelpdeskError

Job = Callable[[], object]


class Request(QObject):
    """`answered` carries the newest answer, `refused` a refusal; `busy` says whether one is under way.

    Faults from outside go to the banner, which asks again by itself; bugs are reported.
    """

    answered = Signal(object)
    refused = Signal(object)
    busy = Signal(bool)

    def __init__(self, session: Session, troubles: Troubles, source: str, parent: QObject) -> None:
        """`source` names the question for the banner."""
        super().__init__(parent)
        self._session, self._troubles, self._source = session, troubles, source
        self._job: Job | None = None
        self._running = False
        self._again = False

    @property
    def running(self) -> bool:
        """True while an answer is awaited."""
        return self._running

    def ask(self, job: Job) -> None:
        """Ask this; while another answer is awaited, right after it, and only the newest question counts."""
        self._job = job
        if self._running:
            self._again = True
            return
        self._start()

    def forget(self) -> None:
        """Whatever comes back no longer matters."""
        self._job = None
        self._again = False
        self._troubles.forget(self._source)

    def _start(self) -> None:
        if self._job is None:
            return
        self._running, self._again = True, False
        self.busy.emit(True)
        self._session.tasks.run(self._job, self._done, self._failed)

    def _repeat(self) -> None:
        if self._job is not None:
            self.ask(self._job)

    def _done(self, result: object) -> None:
        if self._ended():
            self._troubles.worked(self._source)
            self.answered.emit(result)

    def _failed(self, error: Exception) -> None:
        if self._ended() and not self._troubles.take(self._source, error, self._repeat):
            assert isinstance(error, HelpdeskError)  # noqa: S101 (the troubles reported everything else)
            self.refused.emit(error)

    def _ended(self) -> bool:
        """True when the answer is still wanted and the newest."""
        self._running = False
        self.busy.emit(False)
        if self._again:
            self._start()
            return False
        return self._job is not None

"""The program behind the first window: opened once that window is painted, by background jobs only."""

import threading

from helpdesk.desk.context import DeskContext, DeskStart

_LATEST_SECONDS = 2.0
"""A window that is never painted, because it is minimised, holds the program up no longer than this."""


class Opening:
    """`context` waits for `begin`; whoever asks first opens the program, and everybody gets the same."""

    def __init__(self, start: DeskStart) -> None:
        """Open nothing yet."""
        self._start = start
        self._painted, self._lock = threading.Event(), threading.Lock()
        self._context: DeskContext | None = None

    def begin(self) -> None:
        """The first window is painted: from now on the processor is free."""
        self._painted.set()

    def context(self) -> DeskContext:
        """The open program, with the main window's modules loaded; in background jobs only. Raises HelpdeskError."""
        with self._lock:
            if self._context is None:
                self._painted.wait(_LATEST_SECONDS)
                self._context = self._start.open()
                import helpdesk.desk.main_window  # noqa: F401, PLC0415 (while the name is being typed)
        return self._context

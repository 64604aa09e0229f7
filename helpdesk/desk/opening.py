"""The program behind the first window: opened once that window is painted, by background jobs only."""

import threading
from importlib import import_module

from helpdesk.desk.context import DeskContext, DeskStart

_LATEST_SECONDS = 2.0
"""A window that is never painted, because it is minimised, holds the program up no longer than this."""

_WORDS = ("errors", "findings", "timeline", "contacts", "call_sheet", "summary")
"""What the main window says: no Qt, which is for the GUI thread alone (see `preload`)."""


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
        """The open program, with the words of the main window; in background jobs only. Raises HelpdeskError."""
        with self._lock:
            if self._context is None:
                self._painted.wait(_LATEST_SECONDS)
                self._context = self._start.open()
                for name in _WORDS:
                    import_module(f"helpdesk.language.{name}")
        return self._context

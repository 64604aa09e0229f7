"""Works off requests for links, behind the requests: a page never waits for it, and its time says nothing."""

import logging
import os
from threading import Event, Lock, Thread

from helpdesk.domain.bug_trace import where_it_broke
from helpdesk.domain.errors import HelpdeskError
from helpdesk.services.link_requests import LinkRequests

PAUSE_SECONDS = 0.5
"""How long requests gather before they are looked at, so that the work does not follow the request it is for."""

LINK_WORKER = "helpdesk-link-worker"
"""The name of the worker among an application's extensions."""

_RETRY_SECONDS = 5.0

log = logging.getLogger("helpdesk.portal")


class LinkWorker:
    """One thread a process, started by the first request: servers that fork do so before."""

    def __init__(self, requests: LinkRequests) -> None:
        """Take the service; nothing runs yet."""
        self._requests = requests
        self._asked, self._stopped, self._lock = Event(), Event(), Lock()
        self._thread: Thread | None = None
        self._process = 0

    def wake(self) -> None:
        """Say that a request was put down."""
        self._asked.set()
        with self._lock:
            if self._thread is None or self._process != os.getpid() or not self._thread.is_alive():
                self._process = os.getpid()
                self._thread = Thread(target=self._run, name="link-requests", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Work off what there is and end."""
        self._stopped.set()
        self._asked.set()
        if self._thread is not None and self._process == os.getpid():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._asked.wait()
            self._asked.clear()
            self._stopped.wait(PAUSE_SECONDS)
            self._work_off()

    def _work_off(self) -> None:
        try:
            while self._requests.work_off():
                pass
        except HelpdeskError:  # the store is away: requests wait in it
            self._stopped.wait(_RETRY_SECONDS)
            self._asked.set()
        except Exception as error:  # noqa: BLE001 (one request that cannot be worked off must not hold up the others)
            where = where_it_broke(error)
            log.error("a request for a link could not be worked off", extra={"where": where})  # noqa: TRY400 (no values)
            self._drop()

    def _drop(self) -> None:
        try:
            self._requests.drop()
        except HelpdeskError:
            self._stopped.wait(_RETRY_SECONDS)
        self._asked.set()

"""What a service tells whoever watches it: figures for Prometheus and a health check, on a port of this machine only.

Nothing here says anything of a person: figures are counts and ages, labels are fates, statuses and names of pages.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from helpdesk.domain.errors import AddressTaken, OutsideFault
from helpdesk.domain.ports import Clock
from helpdesk.services import Services

_HOST = "127.0.0.1"
_TEXT = [("Content-Type", "text/plain; charset=utf-8")]


class MailFigures:
    """The outbox, counted at each look: mails by fate, how many wait, and how long the first has waited."""

    def __init__(self, services: Services, clock: Clock) -> None:
        """Count in the services' store."""
        self._services, self._clock = services, clock

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment; without a store, that it is away and nothing else."""
        try:
            fates = self._services.outbox.count_fates()
            waiting = self._services.outbox.status()
        except OutsideFault:
            yield _store(up=False)
            return
        yield _store(up=True)
        mails = GaugeMetricFamily("helpdesk_mails", "Mails of the outbox, by fate.", labels=["fate"])
        for fate, count in fates.items():
            mails.add_metric([fate.value], count)
        yield mails
        yield GaugeMetricFamily("helpdesk_mails_waiting", "Mails that wait to be sent.", value=waiting.waiting)
        age = _age(waiting.oldest, self._clock())
        yield GaugeMetricFamily("helpdesk_mails_waiting_oldest_seconds", "Since the first of them waits.", value=age)


class LinkRequestFigures:
    """The requests for links that the portal's worker has still to work off."""

    def __init__(self, services: Services, clock: Clock) -> None:
        """Count in the services' store."""
        self._services, self._clock = services, clock

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment; without a store, that it is away and nothing else."""
        try:
            depth, oldest = self._services.link_requests.waiting()
        except OutsideFault:
            yield _store(up=False)
            return
        yield _store(up=True)
        yield GaugeMetricFamily("helpdesk_link_requests_waiting", "Requests for links to work off.", value=depth)
        age = _age(oldest, self._clock())
        yield GaugeMetricFamily("helpdesk_link_requests_oldest_seconds", "Since the first of them waits.", value=age)


class RequestCounter:
    """Requests answered by the portal, by the page's name and the status; never by path, which may hold a link."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Count into a registry."""
        self._requests = Counter(
            "helpdesk_portal_requests", "Requests answered, by page and status.", ["page", "status"], registry=registry
        )

    def __call__(self, page: str, status: int) -> None:
        """Count one."""
        self._requests.labels(page, str(status)).inc()


class _Server(ThreadingMixIn, WSGIServer):
    """Answers looks side by side; those still open do not keep the service from ending."""

    daemon_threads = True


class _Silent(WSGIRequestHandler):
    """Writes no line for each look."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 (the base class's)
        """Say nothing."""


@contextmanager
def watched_on(port: int | None, registry: CollectorRegistry, healthy: Callable[[], object]) -> Iterator[int | None]:
    """Serve `/metrics` and `/health` of a service on 127.0.0.1 meanwhile; the port. Without a port, nothing.

    `healthy` raises an OutsideFault when the service cannot do its work. Raises AddressTaken.
    """
    if port is None:
        yield None
        return

    def answer(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
        match environ.get("PATH_INFO"):
            case "/metrics":
                start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
                return [generate_latest(registry)]
            case "/health":
                try:
                    healthy()
                except OutsideFault:
                    start("503 Service Unavailable", _TEXT)
                    return [b"the store is away\n"]
                start("200 OK", _TEXT)
                return [b"ok\n"]
            case _:
                start("404 Not Found", _TEXT)
                return [b"/metrics or /health\n"]

    try:
        server = make_server(_HOST, port, answer, server_class=_Server, handler_class=_Silent)
    except OSError:
        raise AddressTaken(f"{_HOST}:{port}") from None
    thread = Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield int(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _store(*, up: bool) -> Metric:
    return GaugeMetricFamily("helpdesk_store_up", "1 while the store answers.", value=int(up))


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0

"""Serving the portal with waitress, which runs on Windows and Linux alike."""

import socket
import threading

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from helpdesk.portal.app import MOST_BYTES
from helpdesk.portal.link_worker import LINK_WORKER
from helpdesk.system.ports import take_alone


def listen(host: str, port: int) -> socket.socket:
    """A listening address of this machine; port 0 takes any that is free. Raises OSError for one that is taken."""
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        take_alone(listening)
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    return listening


class PortalServer:
    """The portal on one address; a reverse proxy with TLS stands before it."""

    def __init__(self, app: Flask, listening: socket.socket, *, threads: int) -> None:
        """Take the address; `serve` or `start` answers requests, `threads` of them at a time."""
        self._app = app
        self._sockets: dict[int, object] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._server = create_server(
            app,
            map=self._sockets,
            sockets=[listening],
            threads=threads,
            ident=None,
            connection_limit=500,
            channel_timeout=30,
            max_request_header_size=16 * 1024,
            max_request_body_size=4 * MOST_BYTES,  # what exceeds the portal's own bound gets the portal's own page
            clear_untrusted_proxy_headers=False,  # the app reads them only when a setting says so
        )

    def serve(self) -> None:
        """Answer requests in the calling thread until `stop`; then finish those in hand."""
        self._app.extensions[LINK_WORKER].wake()  # for what an earlier process left
        adjustments = self._server.adj
        while not self._stopped.is_set():
            wasyncore.loop(
                timeout=adjustments.asyncore_loop_timeout,
                map=self._sockets,
                use_poll=adjustments.asyncore_use_poll,
                count=1,
            )
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._sockets)
        self._app.extensions[LINK_WORKER].stop()

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.serve, name="portal", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests; also called by signal handlers."""
        self._stopped.set()
        self._server.pull_trigger()
        if self._thread is not None:
            self._thread.join()

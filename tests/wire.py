"""A wire between a desk and its server that can be cut, at a chosen moment too."""

import socket
import threading
from contextlib import suppress


class Wire:
    """Forwards a port of this machine to another, until it is cut.

    `cut_at` holds bytes of a request: when they come by, everything is cut, after they were passed on if
    `cut_after`. `refusing` lets nobody in.
    """

    def __init__(self, port: int) -> None:
        self.to = port
        self.cut_at: bytes | None = None
        self.cut_after = True
        self.refusing = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                _break(end)

    def close(self) -> None:
        self.refusing = True
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
            except OSError:
                return
            if self.refusing:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.to), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._pairs.append((near, far))
            threading.Thread(target=self._pass_on, args=(near, far), kwargs={"asking": True}, daemon=True).start()
            threading.Thread(target=self._pass_on, args=(far, near), kwargs={"asking": False}, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, *, asking: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if asking and self.cut_at is not None and self.cut_at in data:
                    self.cut_at = None
                    if self.cut_after:
                        _break(source)  # the answer reaches nobody
                        sink.sendall(data)
                        sink.recv(65536)
                    self.cut()
                    return
                sink.sendall(data)
        _break(source)
        _break(sink)


def _break(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        end.close()

"""A mail server for trials: takes every mail, delivers none, and shows them on a page of this machine."""

import asyncio
import socket
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

from aiosmtpd.smtp import SMTP, Envelope, Session

from helpdesk.demo.caught_mail import CaughtMail, read_caught
from helpdesk.demo.mail_page import MailPage

HOST = "127.0.0.1"
_PATIENCE_SECONDS = 10

Script = str | tuple[str, ...]
"""What the server says of mails to an address: one answer to all of them, or one after another and then yes."""


class MailCatcher:
    """An SMTP server and a page, both on loopback; port 0 means any free one.

    `answers` maps recipients to what the server says instead of taking their mails: `"550 5.1.1 unknown"` for
    ever, `("451 4.7.1 greylisted",)` once.
    """

    def __init__(self, *, smtp_port: int = 0, http_port: int = 0, answers: Mapping[str, Script] | None = None) -> None:
        """Listen on nothing yet."""
        self._wanted_smtp_port, self._wanted_http_port = smtp_port, http_port
        self.answers = dict(answers or {})
        self._mails: list[CaughtMail] = []
        self._lock = threading.Lock()
        self._running: ExitStack | None = None
        self._page: MailPage | None = None
        self.smtp_port = smtp_port

    @property
    def messages(self) -> tuple[CaughtMail, ...]:
        """Every mail so far, oldest first."""
        with self._lock:
            return tuple(self._mails)

    @property
    def url(self) -> str:
        """The address of the page."""
        if self._page is None:
            raise RuntimeError("not started")
        return f"http://{HOST}:{self._page.port}/"

    def start(self) -> None:
        """Begin to listen; returns when both servers do. Raises OSError for a port that is taken."""
        with ExitStack() as opened:
            listener = socket.create_server((HOST, self._wanted_smtp_port))
            opened.callback(listener.close)
            page = MailPage((HOST, self._wanted_http_port), lambda: self.messages)
            opened.callback(page.server_close)
            self.smtp_port = listener.getsockname()[1]
            self._start_smtp(listener, opened)
            self._start_page(page, opened)
            self._page, self._running = page, opened.pop_all()

    def stop(self) -> None:
        """Stop listening; doing it again does nothing."""
        running, self._running = self._running, None
        if running is not None:
            running.close()

    def _start_smtp(self, listener: socket.socket, opened: ExitStack) -> None:
        loop = asyncio.new_event_loop()
        ready, done = threading.Event(), asyncio.Event()
        serve = partial(self._serve_smtp, loop, listener, ready, done)
        thread = threading.Thread(target=serve, name="mail-catcher", daemon=True)
        thread.start()
        opened.callback(thread.join, _PATIENCE_SECONDS)
        opened.callback(loop.call_soon_threadsafe, done.set)
        ready.wait(_PATIENCE_SECONDS)

    def _start_page(self, page: MailPage, opened: ExitStack) -> None:
        serve = partial(page.serve_forever, poll_interval=0.05)
        thread = threading.Thread(target=serve, name="mail-catcher-page", daemon=True)
        thread.start()
        opened.callback(thread.join, _PATIENCE_SECONDS)
        opened.callback(page.shutdown)

    def _serve_smtp(
        self,
        loop: asyncio.AbstractEventLoop,
        listener: socket.socket,
        ready: threading.Event,
        done: asyncio.Event,
    ) -> None:
        async def serve() -> None:
            make = partial(SMTP, self, enable_SMTPUTF8=True, loop=loop)
            server = await loop.create_server(make, sock=listener)
            ready.set()
            await done.wait()
            server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0)  # transports say goodbye in the loop's next round

        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(serve())
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd names its hooks after SMTP's verbs)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or say what the script wants said."""
        del server, session, options
        scripted = self.answers.get(address)
        if isinstance(scripted, tuple):
            scripted, rest = scripted[0], scripted[1:]
            if rest:
                self.answers[address] = rest
            else:
                del self.answers[address]
        if scripted:
            return scripted
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        del server, session
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        with self._lock:
            number = len(self._mails) + 1
            caught = read_caught(number, envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
            self._mails.append(caught)
        return f"250 2.0.0 Ok: caught as {number}"

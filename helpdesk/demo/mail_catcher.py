"""A mail server for trials: takes every mail, delivers none, and shows them on a page of this machine."""

import asyncio
import html
import json
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
_PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """A mail as it arrived: its envelope and its message."""

    number: int
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """The plain-text part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()) if part is not None else ""


class MailCatcher:
    """An SMTP server and a page, both on loopback; port 0 means any free one.

    `answers` maps a recipient to what the server says of mails to them, instead of taking them.
    """

    def __init__(self, *, smtp_port: int = 0, http_port: int = 0, answers: Mapping[str, str] | None = None) -> None:
        """Listen on nothing yet."""
        self._wanted_smtp_port, self._http_port = smtp_port, http_port
        self.answers = dict(answers or {})
        self._mails: list[CaughtMail] = []
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads: list[threading.Thread] = []
        self._page: ThreadingHTTPServer | None = None
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
        return f"http://{HOST}:{self._page.server_address[1]}/"

    def start(self) -> None:
        """Begin to listen; returns when both servers do."""
        listener = socket.create_server((HOST, self._wanted_smtp_port))
        self.smtp_port = listener.getsockname()[1]
        loop = self._loop = asyncio.new_event_loop()
        self._page = ThreadingHTTPServer((HOST, self._http_port), partial(_Page, self))
        self._threads = [
            threading.Thread(target=self._serve_smtp, args=(loop, listener), name="mail-catcher", daemon=True),
            threading.Thread(target=self._page.serve_forever, name="mail-catcher-page", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop listening; doing it again does nothing."""
        if self._loop is not None and self._page is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._page.shutdown()
            self._page.server_close()
            for thread in self._threads:
                thread.join(_PATIENCE_SECONDS)
            self._loop = None

    def _serve_smtp(self, loop: asyncio.AbstractEventLoop, listener: socket.socket) -> None:
        asyncio.set_event_loop(loop)
        make = partial(SMTP, self, enable_SMTPUTF8=True, loop=loop)
        server = loop.run_until_complete(loop.create_server(make, sock=listener))
        try:
            loop.run_forever()
        finally:
            server.close()
            loop.run_until_complete(server.wait_closed())
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd names its hooks after SMTP's verbs)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or say what the script wants said."""
        del server, session, options
        if scripted := self.answers.get(address):
            return scripted
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        del server, session
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(content, policy=default)
        if not isinstance(message, EmailMessage):
            return "554 5.6.0 not a message"
        with self._lock:
            number = len(self._mails) + 1
            recipients = tuple(envelope.rcpt_tos)
            self._mails.append(CaughtMail(number, datetime.now(UTC), envelope.mail_from or "", recipients, message))
        return "250 2.0.0 Ok: caught"


_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { width: 100%; border-collapse: collapse }
th, td { text-align: left; padding: .5rem; border-bottom: 1px solid #8886 }
iframe { width: 100%; height: 34rem; border: 1px solid #8886; background: #fff }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid #8886 }
"""
_WORDS = {
    "fr": {
        "title": "Messages reçus", "none": "Aucun message pour l'instant ; la page se rafraîchit d'elle-même.",
        "time": "Heure", "to": "Destinataire", "subject": "Objet", "back": "Tous les messages", "text": "Texte",
    },
    "en": {
        "title": "Mails received", "none": "No mail yet; the page refreshes by itself.",
        "time": "Time", "to": "To", "subject": "Subject", "back": "All mails", "text": "Text",
    },
}  # fmt: skip


class _Page(BaseHTTPRequestHandler):
    """The list of mails at `/`, one mail at `/N`, its HTML at `/N.html`, all of them at `/messages.json`."""

    def __init__(self, catcher: MailCatcher, *arguments: Any) -> None:  # noqa: ANN401 (the server's own)
        self._catcher = catcher
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Answer a browser."""
        words = _WORDS["fr" if self.headers.get("Accept-Language", "").lower().startswith("fr") else "en"]
        mails = self._catcher.messages
        name = self.path.partition("?")[0].strip("/")
        number = name.removesuffix(".html")
        if not name:
            self._answer(_list(mails, words))
        elif name == "messages.json":
            self._answer(json.dumps([_plain(mail) for mail in mails], ensure_ascii=False), kind="application/json")
        elif number.isascii() and number.isdigit() and 1 <= int(number) <= len(mails):
            mail = mails[int(number) - 1]
            self._answer(mail.html if name.endswith(".html") else _mail(mail, words))
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, *_: object) -> None:
        """Links are in these pages: nothing of them goes into a log."""

    def _answer(self, content: str, *, kind: str = "text/html") -> None:
        body = content.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)


def _plain(mail: CaughtMail) -> dict[str, object]:
    return {
        "number": mail.number,
        "at": mail.at.isoformat(),
        "from": mail.sender,
        "to": list(mail.recipients),
        "subject": mail.subject,
        "message_id": str(mail.message["Message-ID"] or ""),
        "text": mail.text,
        "html": mail.html,
    }


def _page(title: str, body: str, *, refresh: bool = False) -> str:
    again = '<meta http-equiv="refresh" content="3">' if refresh else ""
    head = f'<meta charset="utf-8">{again}<title>{title}</title><style>{_STYLE}</style>'
    return f"<!doctype html><html><head>{head}</head><body><h1>{title}</h1>{body}</body></html>"


def _list(mails: tuple[CaughtMail, ...], words: Mapping[str, str]) -> str:
    if not mails:
        return _page(words["title"], f"<p>{words['none']}</p>", refresh=True)
    rows = "".join(
        f"<tr><td>{mail.at.astimezone():%H:%M:%S}</td><td>{html.escape(', '.join(mail.recipients))}</td>"
        f'<td><a href="/{mail.number}">{html.escape(mail.subject)}</a></td></tr>'
        for mail in reversed(mails)
    )
    head = f"<tr><th>{words['time']}</th><th>{words['to']}</th><th>{words['subject']}</th></tr>"
    return _page(words["title"], f"<table>{head}{rows}</table>", refresh=True)


def _mail(mail: CaughtMail, words: Mapping[str, str]) -> str:
    to = html.escape(", ".join(mail.recipients))
    frame = f'<iframe sandbox="allow-popups" src="/{mail.number}.html" title="HTML"></iframe>'
    text = f"<h2>{words['text']}</h2><pre>{html.escape(mail.text)}</pre>"
    body = f'<p><a href="/">{words["back"]}</a></p><p>{words["to"]}: {to}</p>{frame}{text}'
    return _page(html.escape(mail.subject), body)

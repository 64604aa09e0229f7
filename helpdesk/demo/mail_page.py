"""The page on which the mail catcher shows its mails: a list, one mail, JSON; read-only, for this machine only."""

import html
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from helpdesk.demo.caught_mail import CaughtMail

_LISTED = 200
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A mail's own HTML: no script, no image, nothing from elsewhere; its links open in a window of their own.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { width: 100%; border-collapse: collapse }
th, td { text-align: left; padding: .5rem; border-bottom: 1px solid #8886; overflow-wrap: anywhere }
iframe { width: 100%; height: 34rem; border: 1px solid #8886; background: #fff; color-scheme: light }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid #8886; font-size: 1rem }
"""
_WORDS = {
    "fr": {
        "title": "Messages reçus",
        "none": "Aucun message pour l'instant. La page se rafraîchit d'elle-même.",
        "newest": "Seuls les {count} derniers messages sont affichés.",
        "time": "Heure",
        "to": "Destinataire",
        "subject": "Objet",
        "back": "Tous les messages",
        "html": "Mise en page",
        "text": "Texte brut",
        "empty": "(sans objet)",
    },
    "en": {
        "title": "Mails received",
        "none": "No mail yet. The page refreshes by itself.",
        "newest": "Only the {count} latest mails are shown.",
        "time": "Time",
        "to": "To",
        "subject": "Subject",
        "back": "All mails",
        "html": "As formatted",
        "text": "As plain text",
        "empty": "(no subject)",
    },
}


class MailPage(ThreadingHTTPServer):
    """Serves the mails that `mails` gives."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], mails: Callable[[], tuple[CaughtMail, ...]]) -> None:
        """Listen at once; answer when `serve_forever` runs."""
        self.mails = mails
        super().__init__(address, _Answerer)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class _Answerer(BaseHTTPRequestHandler):
    """The list of mails at `/`, one mail at `/N`, its HTML at `/N.html`, all of them at `/messages.json`."""

    server: MailPage

    def do_GET(self) -> None:
        """Answer a browser."""
        if self.headers.get("Host") not in {f"{name}:{self.server.port}" for name in ("127.0.0.1", "localhost")}:
            # A page of the internet whose name suddenly means this machine must not read the links.
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        language = "fr" if self.headers.get("Accept-Language", "").lower().startswith("fr") else "en"
        mails = self.server.mails()
        name = self.path.partition("?")[0].strip("/")
        if not name:
            self._answer(_list(mails, language))
        elif name == "messages.json":
            self._answer(json.dumps([_plain(mail) for mail in mails], ensure_ascii=False), kind="application/json")
        elif (mail := _find(mails, name.removesuffix(".html"))) is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif name.endswith(".html"):
            self._answer(mail.html.replace("<head>", '<head><base target="_blank">', 1), policy=_MAIL_POLICY)
        else:
            self._answer(_one(mail, language))

    def log_message(self, *_: object) -> None:
        """Links are in these pages: nothing of them goes into a log."""

    def _answer(self, content: str, *, kind: str = "text/html", policy: str = _PAGE_POLICY) -> None:
        body = content.encode("utf-8", "replace")
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)


def _find(mails: tuple[CaughtMail, ...], number: str) -> CaughtMail | None:
    return next((mail for mail in mails if str(mail.number) == number), None)


def _plain(mail: CaughtMail) -> dict[str, object]:
    return {
        "number": mail.number,
        "at": mail.at.isoformat(),
        "from": mail.sender,
        "to": list(mail.recipients),
        "subject": mail.subject,
        "message_id": mail.message_id,
        "text": mail.text,
        "html": mail.html,
    }


def _page(language: str, title: str, body: str, *, refresh: bool = False) -> str:
    again = '<meta http-equiv="refresh" content="3">' if refresh else ""
    head = f'<meta charset="utf-8">{again}<title>{html.escape(title)}</title><style>{_STYLE}</style>'
    page = f"<main><h1>{html.escape(title)}</h1>{body}</main>"
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{page}</body></html>'


def _list(mails: tuple[CaughtMail, ...], language: str) -> str:
    words = _WORDS[language]
    if not mails:
        return _page(language, words["title"], f"<p>{words['none']}</p>", refresh=True)
    rows = "".join(_row(mail, words) for mail in reversed(mails[-_LISTED:]))
    head = "".join(f'<th scope="col">{words[column]}</th>' for column in ("time", "to", "subject"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    more = f"<p>{words['newest'].format(count=_LISTED)}</p>" if len(mails) > _LISTED else ""
    return _page(language, f"{words['title']} ({len(mails)})", more + table, refresh=True)


def _row(mail: CaughtMail, words: Mapping[str, str]) -> str:
    to, subject = html.escape(", ".join(mail.recipients)), html.escape(mail.subject or words["empty"])
    return (
        f'<tr><td>{mail.at.astimezone():%H:%M:%S}</td><td>{to}</td><td><a href="/{mail.number}">{subject}</a></td></tr>'
    )


def _one(mail: CaughtMail, language: str) -> str:
    words = _WORDS[language]
    to = html.escape(", ".join(mail.recipients))
    sandbox = "allow-popups allow-popups-to-escape-sandbox"
    frame = f'<iframe sandbox="{sandbox}" src="/{mail.number}.html" title="{words["html"]}"></iframe>'
    return _page(
        language,
        mail.subject or words["empty"],
        f'<p><a href="/">{words["back"]}</a></p><p>{words["to"]} : {to}</p>'
        f"<h2>{words['html']}</h2>{frame}<h2>{words['text']}</h2><pre>{html.escape(mail.text)}</pre>",
    )

"""A mail as it goes out: its headers, its return path, its two equal parts."""

import binascii
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

from helpdesk.domain.errors import BadSetting
from helpdesk.domain.ports import MailContent

SENDER_NAME = "Élections professionnelles"
_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9][a-z0-9.-]*", re.IGNORECASE)
_TOKEN = re.compile(r"[a-zA-Z0-9.@_+-]+")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every mail carries: the sender's address, where answers go, where links lead.

    `bounces` is the address that return paths are made of; without one, bounces go to the sender.
    """

    sender: str
    reply_to: str
    portal_url: str
    bounces: str = ""

    def __post_init__(self) -> None:
        """Raise BadSetting for what is no address: better at the start than with every mail."""
        wanted = {"mail.sender": self.sender, "mail.reply_to": self.reply_to, "mail.bounces": self.bounces}
        for key, address in wanted.items():
            if not (_ADDRESS.fullmatch(address) or (not address and key != "mail.sender")):
                raise BadSetting(key, "not_an_address")


def return_path(letterhead: Letterhead, message_id: str) -> str:
    """The envelope's sender: a path of its own for each mail, `bounces+UUID@domain` (RFC 5233 subaddress).

    The mail's random id, not its number: who wants to forge a bounce has to know the mail.
    """
    if not letterhead.bounces:
        return letterhead.sender
    local, _, domain = letterhead.bounces.rpartition("@")
    return f"{local}+{envelope_id(message_id)}@{domain}"


def envelope_id(message_id: str) -> str:
    """What delivery reports call the mail (ENVID, RFC 3461, 4.4): its random id."""
    return message_id.partition("@")[0]


def compose(
    letterhead: Letterhead, content: MailContent, *, to: str, message_id: str, language: str, at: datetime
) -> bytes:
    """The message in 7-bit form with CRLF, so that no server on its way has to change it (RFC 2045, RFC 5322).

    Written out rather than built with `email.message`, which takes longer than the whole conversation with the
    server. Raises ValueError for a value that cannot stand in its header.
    """
    if not (_ADDRESS.fullmatch(to) and _TOKEN.fullmatch(message_id) and _TOKEN.fullmatch(language)):
        raise ValueError("not fit for a header")
    boundary = f"=_{uuid.uuid4().hex}"
    headers = [
        f"From: {_encoded(SENDER_NAME, 6)} <{letterhead.sender}>",
        f"To: {to}",
        *([f"Reply-To: {letterhead.reply_to}"] if letterhead.reply_to else []),
        f"Subject: {_encoded(' '.join(content.subject.split()), 9)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{message_id}>",
        f"Content-Language: {language}",
        "Auto-Submitted: auto-generated",  # RFC 3834, 5: nobody's holiday reply comes back
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    parts = [_part("plain", content.text), _part("html", content.html)]
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return ("\r\n".join(headers) + f"\r\n\r\n{body}--{boundary}--\r\n").encode("ascii")


def _part(kind: str, text: str) -> str:
    encoded = binascii.b2a_qp(text.replace("\r\n", "\n").encode(), istext=True).decode("ascii")
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head + encoded.replace("\n", "\r\n")


@lru_cache(maxsize=256)
def _encoded(text: str, used: int) -> str:
    """A header's text, folded and encoded where it is not ASCII (RFC 2047); `used` characters precede it."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name="x" * used).encode(linesep="\r\n")

"""A mail as it goes out: its headers, its return path, its two equal parts."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from helpdesk.domain.errors import BadSetting
from helpdesk.domain.ports import MailContent

SENDER_NAME = "Élections professionnelles"
_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9][a-z0-9.-]*", re.IGNORECASE)


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
    return f"{local}+{message_id.partition('@')[0]}@{domain}"


def compose(
    letterhead: Letterhead, content: MailContent, *, to: str, message_id: str, language: str, at: datetime
) -> EmailMessage:
    """The message, in 7-bit form so that no server on its way has to change it (RFC 2045, RFC 5322)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(SENDER_NAME, addr_spec=letterhead.sender)
    message["To"] = Address(addr_spec=to)
    if letterhead.reply_to:
        message["Reply-To"] = Address(addr_spec=letterhead.reply_to)
    message["Subject"] = content.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}>"
    message["Content-Language"] = language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5: nobody's holiday reply comes back
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(content.text, cte="quoted-printable")
    message.add_alternative(content.html, subtype="html", cte="quoted-printable")
    return message

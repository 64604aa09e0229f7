"""What delivers the mails of a program."""

import os
import secrets
import socket
from collections.abc import Callable
from functools import partial
from threading import Event

from helpdesk.bootstrap import Program, bounce_mailbox, link_key, mail_renderer, read_returned, smtp_transport
from helpdesk.mailer.bounce_loop import read_beside
from helpdesk.mailer.delivery import Delivery, Letterhead
from helpdesk.mailer.loop import EmbeddedMailer, Report


def embedded_mailer(program: Program) -> EmbeddedMailer:
    """The mailer of the embedded store, to be started in the desk's process; reads bounces if a mailbox is set."""
    read: Callable[[Report, Event], None] | None = None
    if program.settings.imap.host:
        read = partial(read_beside, partial(bounce_mailbox, program), program.services.bounces, read_returned)
    return EmbeddedMailer(partial(make_delivery, program), program.clock, read_bounces=read)


def make_delivery(program: Program) -> Delivery:
    """What delivers mails as the settings say. Raises SecretStoreUnavailable, BadSetting."""
    settings = program.settings
    return Delivery(
        outbox=program.services.outbox,
        transport=smtp_transport(program),
        renderer=mail_renderer(),
        clock=program.clock,
        key=link_key(program),
        letterhead=Letterhead(settings.mail.sender, settings.mail.reply_to, settings.portal.url, settings.mail.bounces),
        worker=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}",
        lease_seconds=settings.limits.lease_seconds,
    )

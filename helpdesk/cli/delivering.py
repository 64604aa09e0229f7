"""What delivers the mails of a program."""

import os
import secrets
import socket
from functools import partial

from helpdesk.bootstrap import Program, link_key, mail_renderer, smtp_transport
from helpdesk.mailer.delivery import Delivery, Letterhead
from helpdesk.mailer.loop import EmbeddedMailer


def embedded_mailer(program: Program) -> EmbeddedMailer:
    """The mailer of the embedded store, to be started in the desk's process."""
    return EmbeddedMailer(partial(make_delivery, program), program.clock)


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

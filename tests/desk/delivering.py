"""The mailer inside the desk, delivering to a real SMTP server on this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

from helpdesk.adapters.smtp import SmtpTransport
from helpdesk.demo.mail_catcher import MailCatcher
from helpdesk.desk.context import DeskContext
from helpdesk.mailer.delivery import Delivery
from helpdesk.mailer.letter import Letterhead
from helpdesk.mailer.loop import EmbeddedMailer, Report
from helpdesk.services import Services
from helpdesk.services.context import ServiceContext


def delivery_to(
    port: int, services: Services, context: ServiceContext, *, portal: str = "https://portail.example.org"
) -> Delivery:
    """What delivers the outbox to the server on `port`; links in its mails lead to `portal`."""
    return Delivery(
        outbox=services.outbox,
        transport=SmtpTransport(host="127.0.0.1", port=port, security="none"),
        renderer=context.renderer,
        clock=context.clock,
        key=bytes(range(32)),
        letterhead=Letterhead("elections@ac-rennes.example", "", portal),
        worker="desk",
        lease_seconds=60,
    )


@contextmanager
def delivering(
    desk: DeskContext,
    make_delivery: Callable[[], Delivery],
    *,
    read_bounces: Callable[[Report, Event], None] | None = None,
) -> Iterator[DeskContext]:
    """The desk with its mailer inside."""
    mailer = EmbeddedMailer(make_delivery, desk.clock, read_bounces=read_bounces)
    try:
        yield replace(desk, mailer=mailer)
    finally:
        mailer.stop()


@contextmanager
def catching(*, port: int = 0) -> Iterator[MailCatcher]:
    """A server that keeps what it is given, on a free port or this one."""
    catcher = MailCatcher(smtp_port=port)
    catcher.start()
    try:
        yield catcher
    finally:
        catcher.stop()

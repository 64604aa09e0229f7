"""The command that stays: the mailer."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from helpdesk.bootstrap import Program
from helpdesk.cli.delivering import make_delivery
from helpdesk.cli.log import keep_log, log_is_on_terminal
from helpdesk.cli.options import METRICS_PORT, TranslatedCommand, TranslatedOption
from helpdesk.cli.session import at_work, say_where_metrics_are
from helpdesk.domain.errors import MailServerUnreachable
from helpdesk.domain.mailer_status import MailerState, MailerStatus
from helpdesk.domain.roles import Permission
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext, to_translate
from helpdesk.language.errors import error_text
from helpdesk.mailer.loop import deliver_all_due, deliver_until_empty, deliver_until_stopped
from helpdesk.system.interruption import on_stop

log = logging.getLogger("helpdesk.mailer")


@click.command(cls=TranslatedCommand, help=to_translate("Deliver the outbox; without an option, until interrupted."))
@click.option("--once", is_flag=True, cls=TranslatedOption, help=to_translate("Deliver what is due now, then end."))
@click.option("--until-empty", is_flag=True, cls=TranslatedOption,
              help=to_translate("Deliver until no mail waits any more."))  # fmt: skip
@METRICS_PORT
@click.pass_context
def mailer(context: click.Context, metrics_port: int | None, *, once: bool, until_empty: bool) -> None:
    """Run the mailer in the foreground."""
    with at_work(context, Permission.RUN_MAILER) as program:
        stop = threading.Event()
        delivery = make_delivery(program)
        try:
            if once or until_empty:
                outbox = program.services.outbox
                if once:
                    count = deliver_all_due(delivery, stop)
                else:
                    count = deliver_until_empty(delivery, outbox, program.clock, stop)
                click.echo(ngettext("{count} mail handled.", "{count} mails handled.", count).format(count=count))
                return
            on_stop(stop.set)
            keep_log(program.settings, service="mailer")
            with _watched(program, metrics_port):
                deliver_until_stopped(delivery, program.clock, stop, _say)
            log.info("stopped")
        finally:
            delivery.close()


@contextmanager
def _watched(program: Program, port: int | None) -> Iterator[None]:
    """Tell of the outbox on a port of this machine meanwhile, if one was named."""
    if port is None:
        yield
        return
    from prometheus_client import CollectorRegistry  # noqa: PLC0415 (only whoever is watched needs it)

    from helpdesk.cli.watching import MailFigures, watched_on  # noqa: PLC0415

    registry = CollectorRegistry()
    registry.register(MailFigures(program.services, program.clock))
    with watched_on(port, registry, program.services.outbox.status) as taken:
        say_where_metrics_are(taken)
        yield


def _say(status: MailerStatus) -> None:
    """Tell a terminal and the log how the mailer fares; where they are one, the log alone."""
    if status.state is MailerState.RUNNING:
        log.info("delivering")
    else:
        log.warning("waiting: %s %s", status.state, status.why)
    if log_is_on_terminal():
        return
    if status.state is MailerState.RUNNING:
        click.echo(_("Delivering mails."), err=True)
    else:
        click.echo(error_text(MailServerUnreachable(status.why, status.answer)), err=True)


COMMANDS: tuple[click.Command, ...] = (mailer,)

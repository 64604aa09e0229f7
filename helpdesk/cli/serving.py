"""Commands that stay: the desk and the mailer."""

import os
import secrets
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helpdesk.bootstrap import (
    Program,
    create_program,
    link_key,
    live_changes,
    mail_renderer,
    open_program,
    smtp_transport,
)
from helpdesk.cli.desk_settings import DeskSettings
from helpdesk.cli.options import METRICS_PORT, TranslatedCommand, TranslatedOption, given
from helpdesk.cli.session import at_work, log_to_file, say_where_metrics_are, settings_of
from helpdesk.config import load_settings
from helpdesk.domain.errors import HelpdeskError, MailServerUnreachable
from helpdesk.domain.mailer_status import MailerState, MailerStatus
from helpdesk.domain.roles import Operator, Permission
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext, speak, to_translate
from helpdesk.language.errors import error_text
from helpdesk.mailer.delivery import Delivery, Letterhead
from helpdesk.mailer.loop import EmbeddedMailer, deliver_all_due, deliver_until_empty, deliver_until_stopped

if TYPE_CHECKING:  # the desk costs Qt: it is imported only when it is asked for
    from helpdesk.desk.context import DeskContext


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
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_arguments: stop.set())
            with _watched(program, metrics_port):
                deliver_until_stopped(delivery, program.clock, stop, _say)
        finally:
            delivery.close()


def open_desk(context: click.Context) -> int:
    """Open the desk on the store of the settings; the exit code."""
    settings = settings_of(context)
    speak(settings.language)
    try:
        program = open_program(settings)
    except HelpdeskError as error:
        from helpdesk.desk.obstacle import show_obstacle  # noqa: PLC0415

        show_obstacle(error_text(error))
        raise
    try:
        log_to_file()
        embedded = embedded_mailer(program) if program.store.path is not None else None
        kept = DeskSettings(
            given(context, "config"), program.secrets, program.store.url.render_as_string(hide_password=True)
        )
        return show_desk(program, operator=None, mailer=embedded, settings=kept)
    finally:
        program.close()


def show_desk(
    program: Program,
    *,
    operator: Operator | None,
    mailer: EmbeddedMailer | None,
    settings: DeskSettings | None = None,
) -> int:
    """Run the window until it is closed; the exit code. Without `settings`, what is chosen there is kept nowhere."""
    from helpdesk.desk.app import run_desk  # noqa: PLC0415

    return run_desk(desk_context(program, mailer=mailer, settings=settings), operator=operator)


def desk_context(
    program: Program, *, mailer: EmbeddedMailer | None, settings: DeskSettings | None = None
) -> "DeskContext":
    """What the desk is given."""
    from helpdesk.desk.context import DeskContext, Preferences, TextSize, ThemeChoice, keep_nothing  # noqa: PLC0415

    path = program.store.path
    return DeskContext(
        services=program.services,
        secrets=program.secrets,
        mailer=mailer,
        live=live_changes(program),
        clock=program.clock,
        database_label=path.name if path is not None else program.store.url.render_as_string(hide_password=True),
        preferences=Preferences(
            program.settings.language, ThemeChoice(program.settings.theme), TextSize(program.settings.text_size)
        ),
        keep_preferences=settings.keep_preferences if settings is not None else keep_nothing,
        settings=settings,
    )


def self_check() -> int:
    """Open the window on an empty store, paint once, say `ok VERSION`; the exit code."""
    from helpdesk.desk.app import run_desk  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="helpdesk-check-") as folder:
        settings = replace(load_settings(), database=f"sqlite:///{Path(folder, 'check.db')}")
        program = create_program(settings)
        try:
            return run_desk(desk_context(program, mailer=None), self_check=True)
        finally:
            program.close()


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
    """Tell a terminal how the mailer fares."""
    if status.state is MailerState.RUNNING:
        click.echo(_("Delivering mails."), err=True)
    else:
        click.echo(error_text(MailServerUnreachable(status.why, status.answer)), err=True)


COMMANDS: tuple[click.Command, ...] = (mailer,)

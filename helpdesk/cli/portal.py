"""`helpdesk portal`: the voters' portal, served until interrupted."""

import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from helpdesk.bootstrap import Program, open_program, portal_key
from helpdesk.cli.log import keep_log
from helpdesk.cli.options import METRICS_PORT, TranslatedCommand, TranslatedOption
from helpdesk.cli.session import say_where_metrics_are
from helpdesk.cli.settings import settings_of
from helpdesk.domain.errors import AddressTaken, SecretStoreUnavailable
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate
from helpdesk.system.interruption import on_stop

if TYPE_CHECKING:  # the portal costs Flask: it is imported only when it is asked for
    from flask import Flask

log = logging.getLogger("helpdesk.portal")


@click.command(cls=TranslatedCommand, help=to_translate("Serve the voters' portal until interrupted."))
@click.option("--host", default="127.0.0.1", show_default=True, cls=TranslatedOption,
              help=to_translate("Address to listen on; a reverse proxy with TLS stands before it."))  # fmt: skip
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), cls=TranslatedOption,
              help=to_translate("Port to listen on; 0: any that is free."))  # fmt: skip
@METRICS_PORT
@click.pass_context
def portal(context: click.Context, host: str, port: int, metrics_port: int | None) -> None:
    """Serve in the foreground."""
    from prometheus_client import CollectorRegistry  # noqa: PLC0415

    from helpdesk.cli.watching import LinkRequestFigures, RequestCounter, watched_on  # noqa: PLC0415
    from helpdesk.portal.server import PortalServer, listen  # noqa: PLC0415

    program = open_program(settings_of(context))
    try:
        keep_log(program.settings, service="portal")
        try:
            listening = listen(host, port)
        except OSError:
            raise AddressTaken(f"{host}:{port}") from None
        registry = CollectorRegistry()
        registry.register(LinkRequestFigures(program.services, program.clock))
        app = portal_app(program, key=_key(program), count_request=RequestCounter(registry))
        server = PortalServer(app, listening, threads=max(1, program.settings.portal.threads))
        on_stop(server.stop)
        click.echo(_("The portal answers on {address}").format(address=f"http://{host}:{listening.getsockname()[1]}"))
        with watched_on(metrics_port, registry, program.services.elections.current) as taken:
            say_where_metrics_are(taken)
            log.info("started")
            server.serve()
        log.info("stopped")
    finally:
        program.close()


def portal_app(
    program: Program,
    *,
    key: bytes,
    shows_captcha: bool = False,
    count_request: Callable[[str, int], None] | None = None,
) -> "Flask":
    """The portal over a program, as a WSGI application."""
    from helpdesk.portal.app import create_app  # noqa: PLC0415
    from helpdesk.portal.context import PortalContext  # noqa: PLC0415

    settings = program.settings
    return create_app(
        PortalContext(
            services=program.services,
            clock=program.clock,
            limits=settings.limits,
            key=key,
            url=settings.portal.url,
            desk_phone=settings.mail.desk_phone,
            desk_hours=settings.mail.desk_hours,
            proxies=settings.portal.proxies,
            limits_storage=settings.portal.limits_storage,
            shows_captcha=shows_captcha,
            count_request=count_request,
        )
    )


def _key(program: Program) -> bytes:
    """The portal's key. One process can do with a passing one: its forms and logins then end with it."""
    try:
        return portal_key(program)
    except SecretStoreUnavailable:
        if program.settings.portal_key_file is not None:
            raise
        log.warning("no keyring and no HELPDESK_PORTAL_KEY_FILE: sessions end when this process does")
        return secrets.token_bytes(32)


COMMANDS: tuple[click.Command, ...] = (portal,)

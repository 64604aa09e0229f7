"""`helpdesk demo`: a complete system on one machine, with invented voters."""

import json
import secrets
import shutil
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from helpdesk.bootstrap import (
    Program,
    create_program,
    portal_key,
    read_ballots,
    reference_calendar,
    system_clock,
    write_credential,
)
from helpdesk.cli.delivering import embedded_mailer
from helpdesk.cli.log import keep_log
from helpdesk.cli.options import TranslatedCommand, TranslatedOption
from helpdesk.cli.portal import portal_app
from helpdesk.cli.session import DEMO_OPERATOR, DEMO_PASSWORD_FILE
from helpdesk.cli.settings import settings_of
from helpdesk.cli.window import show_desk
from helpdesk.config import MailSettings, Settings, SmtpSettings
from helpdesk.demo.mail_catcher import MailCatcher
from helpdesk.demo.sample_roll import write_sample
from helpdesk.domain.errors import AddressTaken
from helpdesk.domain.roles import Operator
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate
from helpdesk.resource_files import resource
from helpdesk.system.interruption import on_stop, wait_for

_LINK_KEY_FILE, _PORTAL_KEY_FILE = "demo-link-key", "demo-portal-key"
_DAYS_TO_VOTE = 7


@click.command(
    cls=TranslatedCommand,
    help=to_translate("A complete system on this machine: invented voters, a mail catcher, the mailer, the desk."),
)
@click.option("--voters", default=5_000, show_default=True, type=click.IntRange(1, 2_000_000), cls=TranslatedOption,
              help=to_translate("How many voters to invent."))  # fmt: skip
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), cls=TranslatedOption,
              help=to_translate("Where to keep everything; default: a folder that is removed at the end."))  # fmt: skip
@click.option("--no-window", is_flag=True, cls=TranslatedOption,
              help=to_translate("No desk: print one JSON line when ready, serve until interrupted."))  # fmt: skip
@click.option("--portal-port", default=0, type=click.IntRange(0, 65535), cls=TranslatedOption,
              help=to_translate("Port of the portal; 0: any that is free."))  # fmt: skip
@click.option("--smtp-port", default=0, type=click.IntRange(0, 65535), cls=TranslatedOption,
              help=to_translate("Port of the mail catcher; 0: any that is free."))  # fmt: skip
@click.option("--at", "as_of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", cls=TranslatedOption,
              help=to_translate("Show the phase of that day; by default the vote opens in a week."))  # fmt: skip
@click.pass_context
def demo(
    context: click.Context,
    voters: int,
    folder: Path | None,
    portal_port: int,
    smtp_port: int,
    as_of: datetime | None,
    *,
    no_window: bool,
) -> int:
    """Build the system and run it until it is closed or interrupted."""
    from helpdesk.portal.server import PortalServer, listen  # noqa: PLC0415 (it brings Flask)

    with ExitStack() as stack:
        place = _folder(stack, folder)
        catcher = MailCatcher(smtp_port=smtp_port)
        catcher.start()
        stack.callback(catcher.stop)
        try:
            listening = listen("127.0.0.1", portal_port)
        except OSError:
            raise AddressTaken(f"127.0.0.1:{portal_port}") from None
        stack.callback(listening.close)
        settings = _settings(settings_of(context), place, catcher, listening.getsockname()[1])
        program = create_program(settings, trial=True)
        stack.callback(program.close)
        days_on = (as_of.date() - _today()).days if as_of else 0
        operator = _fill(
            program, place, voters=voters, vote_opens_on=_today() + timedelta(days=_DAYS_TO_VOTE - days_on)
        )
        app = portal_app(program, key=portal_key(program), shows_captcha=True)
        portal = PortalServer(app, listening, threads=settings.portal.threads)
        portal.start()
        stack.callback(portal.stop)
        mailer = embedded_mailer(program)
        if no_window:
            mailer.start(_say_nothing)
            stack.callback(mailer.stop)
            click.echo(json.dumps(_addresses(settings, catcher, operator, place)))
            _wait_for_interruption()
            return 0
        click.echo(_("Mails arrive at {url}").format(url=catcher.url))
        click.echo(_("The portal answers on {address}").format(address=settings.portal.url))
        keep_log(settings, service="desk")
        return show_desk(program, operator=operator, mailer=mailer)


def _addresses(settings: Settings, catcher: MailCatcher, operator: Operator, place: Path) -> dict[str, object]:
    return {
        "database": settings.database,
        "portal": settings.portal.url,
        "mails": catcher.url,
        "smtp": f"127.0.0.1:{catcher.smtp_port}",
        "operator": operator.name,
        "password_file": str(place / DEMO_PASSWORD_FILE),
        "link_key_file": str(place / _LINK_KEY_FILE),
    }


def _folder(stack: ExitStack, folder: Path | None) -> Path:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        return folder.absolute()
    made = Path(tempfile.mkdtemp(prefix="helpdesk-demo-"))
    stack.callback(shutil.rmtree, made, ignore_errors=True)
    return made


def _settings(settings: Settings, place: Path, catcher: MailCatcher, portal_port: int) -> Settings:
    return replace(
        settings,
        database=f"sqlite:///{place / 'helpdesk.db'}",
        data_dir=place,
        link_key_file=place / _LINK_KEY_FILE,
        portal_key_file=place / _PORTAL_KEY_FILE,
        smtp=SmtpSettings(host="127.0.0.1", port=catcher.smtp_port, security="none"),
        mail=MailSettings(sender="elections@demo.example", desk_phone="02 23 21 77 77", desk_hours="8 h – 18 h"),
        portal=replace(settings.portal, url=f"http://127.0.0.1:{portal_port}"),
    )


def _fill(program: Program, place: Path, *, voters: int, vote_opens_on: date) -> Operator:
    """Calendar, operator and voters of a new demo store; an existing one is only given the calendar."""
    services = program.services
    calendar = reference_calendar()
    password_file = place / DEMO_PASSWORD_FILE
    if services.setup.has_election():
        operator = services.operators.log_in(DEMO_OPERATOR, password_file.read_text(encoding="utf-8").strip())
    else:
        before_the_vote = _today() + timedelta(days=_DAYS_TO_VOTE)  # rolls are frozen while the vote is open
        services.setup.set_election(calendar.moved(vote_opens_on=before_the_vote), trial=True)
        password = secrets.token_urlsafe(18)
        write_credential(password_file, password)
        operator = services.operators.add_first(DEMO_OPERATOR, password)
        roll = place / "roll.csv"
        write_sample(roll, voters=voters)
        services.rolls.import_roll(operator, roll)
        sample_ballots = resource("ballots", "sample.toml")
        services.ballots.import_ballots(operator, read_ballots(sample_ballots), file_name=sample_ballots.name)
        services.trial.spread_cases()
    services.setup.set_election(calendar.moved(vote_opens_on=vote_opens_on), trial=True)
    return operator


def _today() -> date:
    return system_clock().astimezone(ZoneInfo("Europe/Paris")).date()


def _say_nothing(_status: object) -> None:
    """Nobody watches the mailer of a demo without a window."""


def _wait_for_interruption() -> None:
    stopped = threading.Event()
    on_stop(stopped.set)
    wait_for(stopped)


COMMANDS: tuple[click.Command, ...] = (demo,)

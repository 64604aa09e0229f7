"""`helpdesk doctor`: checks, one line each: ok, or what to do; then the settings in effect and where they are from."""

from collections.abc import Iterator

import click

from helpdesk.bootstrap import Program, open_program
from helpdesk.cli.checks import machine
from helpdesk.cli.checks.check import Check, Level, bad
from helpdesk.cli.checks.mail import sender_domain, servers, way_of_a_mail
from helpdesk.cli.checks.settings import Told, secrets_told, settings_told
from helpdesk.cli.checks.store import mail_settings, store
from helpdesk.cli.options import TranslatedCommand, TranslatedOption, given
from helpdesk.cli.session import logged_in, print_json, wants_json
from helpdesk.cli.settings import effective_of, settings_of
from helpdesk.config import Settings, settings_path
from helpdesk.domain.addresses import is_address
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.roles import Permission
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate
from helpdesk.language.errors import error_text

_UNREACHABLE = 5
_SIGNS = {Level.WELL: "ok", Level.NOTE: "--", Level.BAD: "!!"}


@click.command(
    cls=TranslatedCommand,
    help=to_translate("Check what the program needs, one line each, and tell the settings in effect."),
)
@click.option("--mail", "to", metavar="ADDRESS", cls=TranslatedOption,
              help=to_translate("Send one mail there and explain each step, and the sender's domain."))  # fmt: skip
@click.pass_context
def doctor(context: click.Context, to: str | None) -> int:
    """Check everything, or the way of a mail."""
    if to is not None and not is_address(to):
        raise click.UsageError(_("--mail takes one mail address."))
    told: list[Told] = []
    if to is not None:
        with logged_in(context) as session:
            session.program.services.operators.require(session.operator, Permission.RUN_MAILER)
            checks = list(way_of_a_mail(session.program, to))
    else:
        settings = settings_of(context)
        told = list(settings_told(effective_of(context), settings_path(given(context, "config"))))
        checks = list(_everything(settings, told))
    if wants_json(context):
        print_json({"checks": [_check_in_json(each) for each in checks], "settings": [_told_in_json(t) for t in told]})
    else:
        _print(checks, told)
    return _UNREACHABLE if any(check.level is Level.BAD for check in checks) else 0


def _everything(settings: Settings, told: list[Told]) -> Iterator[Check]:
    """Every check; the secrets that an open store lets be looked for are added to what is told."""
    yield from machine.variables()
    yield from machine.data_folder(settings)
    yield machine.terminal()
    yield machine.keyring()
    yield from machine.credential_files(settings)
    yield from machine.fonts()
    try:
        program = open_program(settings)
    except HelpdeskError as error:
        yield machine.disk_space(settings, None)
        yield bad(_("Store"), error_text(error))
        return
    try:
        told += secrets_told(program)
        yield machine.disk_space(settings, program.store.path)
        yield from _of_program(program)
    finally:
        program.close()


def _of_program(program: Program) -> Iterator[Check]:
    yield from store(program)
    yield from mail_settings(program)
    yield from servers(program)
    yield from sender_domain(program, unreachable=Level.NOTE)


def _print(checks: list[Check], told: list[Told]) -> None:
    for check in checks:
        click.echo(f"{_SIGNS[check.level]}  {check.name}: {check.text}")
    if not told:
        return
    names, values, origins = (
        max(len(getattr(each, column)) for each in told) for column in ("setting", "value", "origin_text")
    )
    click.echo()
    for each in told:
        line = f"{each.setting:<{names}}  {each.value:<{values}}  {each.origin_text:<{origins}}  {each.meaning}"
        click.echo(line.rstrip())


def _check_in_json(check: Check) -> dict[str, object]:
    return {"check": check.name, "ok": check.level is not Level.BAD, "level": check.level.value, "text": check.text}


def _told_in_json(told: Told) -> dict[str, str]:
    return {"setting": told.setting, "value": told.value, "origin": told.origin, "meaning": told.meaning}


COMMANDS: tuple[click.Command, ...] = (doctor,)
"""One command."""

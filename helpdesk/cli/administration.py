"""Commands that set up a store and its operators."""

from pathlib import Path

import click

from helpdesk.bootstrap import create_program, read_election, reference_calendar
from helpdesk.cli.options import TranslatedCommand, TranslatedGroup, TranslatedOption, given
from helpdesk.cli.session import logged_in, print_json, read_password, wants_json
from helpdesk.cli.settings import settings_of
from helpdesk.config import default_database, make_settings_file, settings_path
from helpdesk.domain.errors import UnreadableFile
from helpdesk.domain.roles import Role, Scope
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate
from helpdesk.language.errors import error_text
from helpdesk.language.moments import moment_text
from helpdesk.language.settings_file import settings_file_text
from helpdesk.language.words import role_text


@click.command(
    cls=TranslatedCommand,
    help=to_translate("Create or upgrade the store; set its calendar and first administrator."),
)
@click.option("--admin", metavar="NAME", cls=TranslatedOption, help=to_translate("The first administrator."))
@click.option("--election", type=click.Path(path_type=Path), metavar="FILE.toml", cls=TranslatedOption,
              help=to_translate("The election's calendar."))  # fmt: skip
@click.option("--trial", is_flag=True, cls=TranslatedOption,
              help=to_translate("A store to try things with: HELPDESK_NOW may set its clock."))  # fmt: skip
@click.pass_context
def init(context: click.Context, admin: str | None, election: Path | None, *, trial: bool) -> None:
    """Make a store ready; running it again changes nothing but what is asked for."""
    calendar = read_election(election) if election is not None else None
    password = (
        read_password(context, prompt=_("New password of {name}").format(name=admin), confirm=True) if admin else ""
    )
    settings_file = settings_path(given(context, "config"))
    made = _make_settings_file(context, settings_file)
    program = create_program(settings_of(context), trial=trial)
    try:
        setup = program.services.setup
        if calendar is not None:
            setup.set_election(calendar, trial=trial)
        elif not setup.has_election():
            setup.set_election(reference_calendar().opened_last(program.clock()), trial=trial)
            click.echo(
                _("No calendar given: for now the portal counts as open; set it with --election FILE.toml."), err=True
            )
        if admin:
            program.services.operators.add_first(admin, password)
        current = program.services.elections.current()
    finally:
        program.close()
    if program.kept is not None:
        click.echo(_("The store was upgraded; as it was before, it is kept in {file}.").format(file=program.kept))
    opens = moment_text(current.vote_opens, current.zone)
    click.echo(_("Store ready: {name}, vote opens on {opens}.").format(name=current.name, opens=opens))
    if made:
        click.echo(_("What there is to set, with its meaning: {file}").format(file=settings_file))


def _make_settings_file(context: click.Context, path: Path) -> bool:
    """Write the settings file with all defaults commented out; False where there is one, or cannot be.

    Raises UnreadableFile for a file that was named and cannot be written.
    """
    try:
        return make_settings_file(path, settings_file_text(default_database()))
    except UnreadableFile as error:
        if given(context, "config") is not None:
            raise
        click.echo(error_text(error), err=True)  # a service's account may have no home: the environment is enough
        return False


@click.group(cls=TranslatedGroup, help=to_translate("Operators: who works at the desk."))
def operator() -> None:
    """Hold the commands about operators."""


@operator.command(
    help=to_translate("Add an operator. Their password is asked for, or read from standard input (last line).")
)
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--scope", "scopes", multiple=True, metavar="academy=NAME|department=CODE", cls=TranslatedOption,
              help=to_translate("Limit to an académie or a department; may be repeated."))  # fmt: skip
@click.option("--voter", metavar="NUMBER", cls=TranslatedOption,
              help=to_translate("The operator's own voter number."))  # fmt: skip
@click.option("--external", is_flag=True, cls=TranslatedOption,
              help=to_translate("No password: the server asks for it elsewhere (LDAP, Kerberos)."))  # fmt: skip
@click.pass_context
def add(
    context: click.Context, name: str, role: str, scopes: tuple[str, ...], voter: str | None, *, external: bool
) -> None:
    """Add one operator."""
    scope = _read_scopes(scopes)
    with logged_in(context, keep_stdin=not external) as session:
        prompt = _("New password of {name}").format(name=name)
        password = None if external else read_password(context, prompt=prompt, confirm=True)
        session.program.services.operators.add(
            session.operator, name, role=Role(role), password=password, scope=scope, voter_number=voter
        )
    click.echo(_("Operator {name} added: {role}.").format(name=name, role=role_text(Role(role))))


@operator.command("list", help=to_translate("List every operator."))
@click.pass_context
def list_operators(context: click.Context) -> None:
    """Print the operators."""
    with logged_in(context) as session:
        views = session.program.services.operators.list_all(session.operator)
        zone = session.program.services.elections.current().zone
    if wants_json(context):
        print_json(views)
        return
    for view in views:
        parts = [view.name, role_text(view.role), " ".join(_scope_words(view.scope)) or _("everything")]
        if view.disabled is not None:
            parts.append(_("disabled on {when}").format(when=moment_text(view.disabled, zone)))
        click.echo("  ".join(parts))


@operator.command(help=to_translate("Close an operator's access at once."))
@click.argument("name")
@click.pass_context
def disable(context: click.Context, name: str) -> None:
    """Disable one operator."""
    with logged_in(context) as session:
        session.program.services.operators.disable(session.operator, name)
    click.echo(_("Operator {name} disabled.").format(name=name))


@operator.command(help=to_translate("Open a disabled operator's access again."))
@click.argument("name")
@click.pass_context
def enable(context: click.Context, name: str) -> None:
    """Enable one operator."""
    with logged_in(context) as session:
        session.program.services.operators.enable(session.operator, name)
    click.echo(_("Operator {name} enabled.").format(name=name))


@operator.command(help=to_translate("Replace an operator's scope; none given means everything."))
@click.argument("name")
@click.argument("scopes", nargs=-1, metavar="[academy=NAME|department=CODE]...")
@click.option("--scope", "more", multiple=True, metavar="academy=NAME|department=CODE")
@click.pass_context
def scope(context: click.Context, name: str, scopes: tuple[str, ...], more: tuple[str, ...]) -> None:
    """Set one operator's scope."""
    chosen = _read_scopes((*scopes, *more))
    with logged_in(context) as session:
        session.program.services.operators.set_scope(session.operator, name, chosen)
    click.echo(_("Scope of {name} set.").format(name=name))


@operator.command(
    help=to_translate("Give an operator a new password, asked for or read from standard input (last line).")
)
@click.argument("name")
@click.pass_context
def password(context: click.Context, name: str) -> None:
    """Set one operator's password."""
    with logged_in(context, keep_stdin=True) as session:
        new = read_password(context, prompt=_("New password of {name}").format(name=name), confirm=True)
        session.program.services.operators.set_password(session.operator, name, new)
    click.echo(_("Password of {name} set.").format(name=name))


def _read_scopes(texts: tuple[str, ...]) -> Scope:
    parts = [text.partition("=") for text in texts]
    if any(kind not in {"academy", "department"} or not value.strip() for kind, _sign, value in parts):
        raise click.UsageError(_("A scope is academy=NAME or department=CODE."))
    return Scope(
        academies=frozenset(value.strip() for kind, _sign, value in parts if kind == "academy"),
        departments=frozenset(value.strip().upper() for kind, _sign, value in parts if kind == "department"),
    )


def _scope_words(limits: Scope) -> list[str]:
    return [*sorted(limits.academies), *sorted(limits.departments)]


COMMANDS: tuple[click.Command, ...] = (init, operator)

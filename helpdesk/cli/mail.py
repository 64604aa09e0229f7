"""`helpdesk mail wording`: what mails say, read and changed from the command line."""

import sys
from pathlib import Path

import click

from helpdesk.adapters.text_file import told_as_unreadable
from helpdesk.cli.options import TranslatedCommand, TranslatedGroup, TranslatedOption
from helpdesk.cli.session import logged_in, print_json, wants_json
from helpdesk.domain.mail_wording import LANGUAGES, Wording, WordingVersion, WordingView
from helpdesk.domain.states import MailKind
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate
from helpdesk.language.moments import moment_text
from helpdesk.language.words import mail_kind_text

_LONGEST_FILE = 100_000

_kind = click.argument("kind", type=click.Choice([str(each) for each in MailKind]), metavar="KIND")
_language = click.argument("language", type=click.Choice(LANGUAGES), metavar="fr|en")


@click.group(cls=TranslatedGroup, help=to_translate("What mails say."))
def mail() -> None:
    """Hold the commands about mails."""


@mail.group(cls=TranslatedGroup, help=to_translate("The wording of mails: for supervisors and administrators."))
def wording() -> None:
    """Hold the commands about wordings."""


@wording.command(cls=TranslatedCommand, help=to_translate("Print a wording, or which mails were reworded."))
@click.argument("kind", type=click.Choice([str(each) for each in MailKind]), metavar="[KIND", required=False)
@click.argument("language", type=click.Choice(LANGUAGES), metavar="fr|en]", required=False)
@click.option("--preview", is_flag=True, cls=TranslatedOption,
              help=to_translate("Print the mail as a sample voter would get it."))  # fmt: skip
@click.option("--html", is_flag=True, cls=TranslatedOption, help=to_translate("With --preview: its HTML."))
@click.pass_context
def show(context: click.Context, kind: str | None, language: str | None, *, preview: bool, html: bool) -> None:
    """Print what is in force: the first line is the subject, as `set` reads it."""
    if kind is not None and language is None:
        raise click.UsageError(_("Say the mail and its language, or neither."))
    with logged_in(context) as session:
        wordings, zone = session.program.services.mail_wordings, session.program.services.elections.current().zone
        if kind is None or language is None:
            _print_all(context, wordings.all(session.operator), zone)
            return
        view = wordings.read(session.operator, MailKind(kind), language)
        if preview:
            content = wordings.preview(session.operator, view.kind, language, view.wording)
            click.echo(content.html if html else f"{content.subject}\n\n{content.text}", nl=False)
        elif wants_json(context):
            print_json(_document(view))
        else:
            click.echo(f"{view.wording.subject}\n\n{view.wording.body}")


@wording.command("set", cls=TranslatedCommand, help=to_translate(
    "Have a mail say what a text file says (- for standard input): the subject on its first line, then the text."
))  # fmt: skip
@_kind
@_language
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE")
@click.pass_context
def set_(context: click.Context, kind: str, language: str, file: Path) -> None:
    """Save a new version."""
    with logged_in(context, keep_stdin=str(file) == "-") as session:
        subject, _newline, body = _content(file).partition("\n")
        wordings = session.program.services.mail_wordings
        seen = wordings.read(session.operator, MailKind(kind), language).version
        saved = wordings.save(session.operator, MailKind(kind), language, Wording(subject, body), seen_version=seen)
        _tell(context, kind, language, saved)


@wording.command(cls=TranslatedCommand, help=to_translate("Go back to the wording that the program comes with."))
@_kind
@_language
@click.pass_context
def reset(context: click.Context, kind: str, language: str) -> None:
    """Save a version that stands for the shipped text."""
    with logged_in(context) as session:
        wordings = session.program.services.mail_wordings
        seen = wordings.read(session.operator, MailKind(kind), language).version
        _tell(context, kind, language, wordings.reset(session.operator, MailKind(kind), language, seen_version=seen))


@wording.command(cls=TranslatedCommand, help=to_translate("Every version of a wording, newest first."))
@_kind
@_language
@click.pass_context
def history(context: click.Context, kind: str, language: str) -> None:
    """Print the versions, whole."""
    with logged_in(context) as session:
        versions = session.program.services.mail_wordings.history(session.operator, MailKind(kind), language)
        zone = session.program.services.elections.current().zone
    if wants_json(context):
        print_json([_version_document(each) for each in versions])
        return
    for each in versions:
        said = _("Version {version}, {name}, {when}")
        click.echo(said.format(version=each.version, name=each.written_by, when=moment_text(each.written_at, zone)))
        if each.wording is None:
            click.echo(_("back to the wording that the program comes with") + "\n")
        else:
            click.echo(f"{each.wording.subject}\n\n{each.wording.body}\n")


def _content(file: Path) -> str:
    """The file's text. Raises UnreadableFile."""
    with told_as_unreadable(file):
        if str(file) == "-":
            return sys.stdin.read(_LONGEST_FILE)
        with file.open(encoding="utf-8-sig") as opened:
            return opened.read(_LONGEST_FILE)


def _tell(context: click.Context, kind: str, language: str, version: int) -> None:
    if wants_json(context):
        print_json({"kind": kind, "language": language, "version": version})
    else:
        click.echo(_("Version {version} goes out from now on.").format(version=version))


def _print_all(context: click.Context, views: tuple[WordingView, ...], zone: str) -> None:
    if wants_json(context):
        print_json([_document(view) for view in views])
        return
    for view in views:
        said = _("as the program comes")
        if view.written_at is not None and not view.is_shipped:
            said = _("version {version}, {name}, {when}").format(
                version=view.version, name=view.written_by, when=moment_text(view.written_at, zone)
            )
        click.echo(f"{view.kind}  {view.language}  {mail_kind_text(view.kind)}: {said}")


def _document(view: WordingView) -> dict[str, object]:
    return {
        "kind": view.kind,
        "language": view.language,
        "version": view.version,
        "shipped": view.is_shipped,
        "subject": view.wording.subject,
        "text": view.wording.body,
        "written_by": view.written_by or None,
        "written_at": view.written_at,
    }


def _version_document(version: WordingVersion) -> dict[str, object]:
    wording = version.wording
    return {
        "version": version.version,
        "shipped": wording is None,
        "subject": wording.subject if wording else None,
        "text": wording.body if wording else None,
        "written_by": version.written_by,
        "written_at": version.written_at,
    }


COMMANDS: tuple[click.Command, ...] = (mail,)
"""One group of commands."""

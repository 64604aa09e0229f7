"""Commands about what comes back."""

import logging
import threading
from pathlib import Path

import click

from helpdesk.bootstrap import bounce_mailbox, read_returned
from helpdesk.cli.log import keep_log, log_is_on_terminal
from helpdesk.cli.options import TranslatedCommand, TranslatedGroup, TranslatedOption
from helpdesk.cli.session import at_work, print_json, wants_json
from helpdesk.domain.bug_trace import where_it_broke
from helpdesk.domain.errors import HelpdeskError, UnreadableFile
from helpdesk.domain.returned_mail import MOST_BYTES, RecordedReturn
from helpdesk.domain.roles import Permission
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext, to_translate
from helpdesk.language.errors import error_text
from helpdesk.language.words import returned_kind_text
from helpdesk.mailer.bounce_loop import read_unread, read_until_stopped
from helpdesk.system.interruption import on_stop

log = logging.getLogger("helpdesk.bounces")


@click.group(
    cls=TranslatedGroup,
    invoke_without_command=True,
    help=to_translate("Read the bounce mailbox; without an option, until interrupted."),
)
@click.option("--once", is_flag=True, cls=TranslatedOption, help=to_translate("Read what is there now, then end."))
@click.pass_context
def bounces(context: click.Context, *, once: bool) -> None:
    """Read the mailbox that the settings name."""
    if context.invoked_subcommand is not None:
        return
    with at_work(context, Permission.RUN_MAILER) as program:
        mailbox = bounce_mailbox(program)

        def read() -> int:
            recorded = read_unread(mailbox, program.services.bounces, read_returned)
            if recorded or once:
                _print(context, [("", each) for each in recorded])
            return len(recorded)

        try:
            if once:
                read()
                return
            stop = threading.Event()
            on_stop(stop.set)
            keep_log(program.settings, service="bounces")
            read_until_stopped(mailbox, read, stop, _say)
            log.info("stopped")
        finally:
            mailbox.close()


@bounces.command(cls=TranslatedCommand, help=to_translate("Read mails from files, as the mailbox would hold them."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE.eml…")
@click.pass_context
def read(context: click.Context, files: tuple[Path, ...]) -> None:
    """Read .eml files."""
    contents = [(file, _content(file)) for file in files]
    with at_work(context, Permission.RUN_MAILER) as program:
        mails = [read_returned(content) for _, content in contents]
        recorded = program.services.bounces.record(mails)
    _print(context, [(str(file), each) for (file, _), each in zip(contents, recorded, strict=True)])


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES)
    except FileNotFoundError:
        raise UnreadableFile(str(file), "missing") from None
    except OSError:
        raise UnreadableFile(str(file), "denied") from None


def _print(context: click.Context, recorded: list[tuple[str, RecordedReturn]]) -> None:
    if wants_json(context):
        print_json(
            {
                "messages": [
                    {
                        "file": file,
                        "kind": each.kind,
                        "address": each.address,
                        "voter": each.voter,
                        "message": each.message,
                        "status": each.status,
                        "text": each.text,
                    }
                    for file, each in recorded
                ]
            }
        )
        return
    for file, each in recorded:
        whose = each.voter or _("no known mail")
        said = each.text.partition("\n")[0]
        click.echo("  ".join(part for part in (file, returned_kind_text(each.kind), each.address, whose, said) if part))
    click.echo(ngettext("{count} mail read.", "{count} mails read.", len(recorded)).format(count=len(recorded)))


def _say(error: Exception) -> None:
    """Tell a terminal and the log what keeps the mailbox from being read; where they are one, the log alone."""
    if isinstance(error, HelpdeskError):
        log.warning("waiting: %s", type(error).__name__)
    else:
        log.error("the mailbox could not be read", extra={"where": where_it_broke(error)})
    if log_is_on_terminal():
        return
    if isinstance(error, HelpdeskError):
        click.echo(error_text(error), err=True)
    else:
        click.echo(_("Something went wrong while reading; it is tried again."), err=True)


COMMANDS: tuple[click.Command, ...] = (bounces,)

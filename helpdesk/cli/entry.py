"""The entry: global options, exit codes, and one line for every error."""

import logging
import secrets
import sys
from collections.abc import Sequence

import click

from helpdesk import __version__
from helpdesk.cli import administration, audit, rolls, serving, voters
from helpdesk.cli.options import TranslatedGroup
from helpdesk.cli.session import language_of, log_to_file
from helpdesk.domain.errors import BadInput, HelpdeskError, IntegrityBroken, OutsideFault, Refusal
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import speak, to_translate
from helpdesk.language.errors import error_text

DONE, REFUSED, USAGE, BAD_INPUT, BROKEN, UNREACHABLE, BUG = 0, 1, 2, 3, 4, 5, 70
_CODES = ((Refusal, REFUSED), (BadInput, BAD_INPUT), (IntegrityBroken, BROKEN), (OutsideFault, UNREACHABLE))


@click.group(
    cls=TranslatedGroup,
    invoke_without_command=True,
    help=to_translate("Support desk for voter accounts in professional elections. Without a command: opens the desk."),
)
@click.version_option(__version__, prog_name="helpdesk")
@click.option("--self-check", is_flag=True, help=to_translate("Open the window on an empty store, paint once, exit."))
@click.pass_context
def helpdesk(context: click.Context, *, self_check: bool) -> None:
    """Open the desk unless a command follows."""
    if self_check:
        context.exit(serving.self_check())
    if context.invoked_subcommand is None:
        context.exit(serving.open_desk(context))


for module in (administration, audit, rolls, serving, voters):
    for command in module.COMMANDS:
        helpdesk.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code of interfaces.md. Never raises, never prints a traceback."""
    speak(language_of(arguments))
    try:
        result = helpdesk.main(list(arguments), prog_name="helpdesk", standalone_mode=False)
    except HelpdeskError as error:
        click.echo(error_text(error), err=True)
        return next((code for kind, code in _CODES if isinstance(error, kind)), BUG)
    except click.UsageError as error:
        click.echo(f"{error.format_message()} {_('See `helpdesk --help`.')}", err=True)
        return USAGE
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("Stopped; nothing more was done."), err=True)
        return REFUSED
    except BrokenPipeError:
        sys.stdout = None  # type: ignore[assignment]  # the reader has gone: nothing can be flushed to it
        return DONE
    except Exception:
        incident = secrets.token_hex(4)
        log_to_file()
        logging.getLogger("helpdesk").exception("incident %s", incident)
        sentence = _("Something went wrong inside helpdesk (incident {incident}). The log has the details.")
        click.echo(sentence.format(incident=incident), err=True)
        return BUG
    return result if isinstance(result, int) else DONE

"""The entry: global options, exit codes, and one line for every error."""

import errno
import logging
import os
import secrets
import sys
from collections.abc import Sequence
from typing import TypeGuard

import click

from helpdesk import __version__
from helpdesk.cli import (
    administration,
    audit,
    ballots,
    bounces,
    demo,
    doctor,
    invitations,
    keeping,
    mail,
    portal,
    retention,
    rolls,
    serving,
    statistics,
    voters,
)
from helpdesk.cli.options import TranslatedGroup
from helpdesk.cli.session import language_of, log_to_file
from helpdesk.domain.errors import BadInput, HelpdeskError, IntegrityBroken, OutsideFault, Refusal, UnreadableFile
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import speak, to_translate
from helpdesk.language.errors import error_text
from helpdesk.mailer.bugs import where_it_broke

DONE, REFUSED, USAGE, BAD_INPUT, BROKEN, UNREACHABLE, BUG = 0, 1, 2, 3, 4, 5, 70
_ABOUT_A_PATH = {errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.EROFS}
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


voters.voter.add_command(retention.export_voter)
for module in (
    administration,
    audit,
    ballots,
    bounces,
    demo,
    doctor,
    invitations,
    keeping,
    mail,
    portal,
    rolls,
    serving,
    statistics,
    retention,
    voters,
):
    for command in module.COMMANDS:
        helpdesk.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code of interfaces.md. Never raises, never prints a traceback."""
    speak(language_of(arguments))
    try:
        result = helpdesk.main(list(arguments), prog_name="helpdesk", standalone_mode=False)
    except HelpdeskError as error:
        code = next((code for kind, code in _CODES if isinstance(error, kind)), BUG)
        return _say(error_text(error), code)
    except click.UsageError as error:
        return _say(error.format_message() + " " + _("See `helpdesk --help`."), USAGE)
    except click.ClickException as error:
        return _say(error.format_message(), BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        return _say(_("Stopped; nothing more was done."), REFUSED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: nothing to flush to
        result = DONE
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told in one line)
        result = _report_path(error) if _is_about_a_path(error) else _report_bug(error)
    return result if isinstance(result, int) else DONE


def _say(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code


def _is_about_a_path(error: Exception) -> TypeGuard[OSError]:
    """A path that was given and that no system takes: too long, a folder, a loop, not ours."""
    return isinstance(error, OSError) and error.errno in _ABOUT_A_PATH and error.filename is not None


def _report_path(error: OSError) -> int:
    return _say(error_text(UnreadableFile(str(error.filename), "denied")), BAD_INPUT)


def _report_bug(error: Exception) -> int:
    incident = secrets.token_hex(4)
    log_to_file()
    logging.getLogger("helpdesk").error("incident %s\n%s", incident, where_it_broke(error))
    sentence = _("Something went wrong inside helpdesk (incident {incident}). The log has the details.")
    return _say(sentence.format(incident=incident), BUG)

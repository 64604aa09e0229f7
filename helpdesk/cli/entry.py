"""The entry: global options, exit codes, and one line for every error."""

import errno
import logging
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TypeGuard

import click

from helpdesk import __version__
from helpdesk.cli.log import keep_log
from helpdesk.cli.options import TranslatedGroup, given
from helpdesk.cli.settings import settings_of
from helpdesk.cli.window import check_window, open_desk
from helpdesk.config import load_settings
from helpdesk.domain.bug_trace import where_it_broke
from helpdesk.domain.errors import BadInput, HelpdeskError, IntegrityBroken, OutsideFault, Refusal, UnreadableFile
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import speak, to_translate

DONE, REFUSED, USAGE, BAD_INPUT, BROKEN, UNREACHABLE, BUG = 0, 1, 2, 3, 4, 5, 70
_ABOUT_A_PATH = {errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.EROFS}
_CODES = ((Refusal, REFUSED), (BadInput, BAD_INPUT), (IntegrityBroken, BROKEN), (OutsideFault, UNREACHABLE))

MODULES = {
    "audit": "audit",
    "backup": "keeping",
    "ballots": "ballots",
    "bounces": "bounces",
    "challenge": "voters",
    "demo": "demo",
    "doctor": "doctor",
    "init": "administration",
    "invite": "invitations",
    "mail": "mail",
    "mailer": "serving",
    "operator": "administration",
    "portal": "portal",
    "purge": "retention",
    "resend": "voters",
    "restore": "keeping",
    "roll": "rolls",
    "sample": "rolls",
    "search": "voters",
    "stats": "statistics",
    "verify": "voters",
    "voter": "voters",
}
"""The module of `helpdesk.cli` that holds each command."""


class _Commands(TranslatedGroup):
    """Imports a command's module when the command is asked for: the desk waits for none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's)
        """Every command, known without an import."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's)
        """The command of this name, None if there is none."""
        if cmd_name not in MODULES:
            return None
        commands: tuple[click.Command, ...] = import_module(f"helpdesk.cli.{MODULES[cmd_name]}").COMMANDS
        return next(command for command in commands if command.name == cmd_name)


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    help=to_translate("Support desk for voter accounts in professional elections. Without a command: opens the desk."),
)
@click.version_option(__version__, prog_name="helpdesk")
@click.option("--self-check", is_flag=True, help=to_translate("Open the window on an empty store, paint once, exit."))
@click.pass_context
def helpdesk(context: click.Context, *, self_check: bool) -> None:
    """Open the desk unless a command follows."""
    if self_check:
        context.exit(check_window())
    if context.invoked_subcommand is None:
        context.exit(open_desk(settings_of(context), given(context, "config")))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code of interfaces.md. Never raises, never prints a traceback."""
    speak(os.environ.get("HELPDESK_LANGUAGE", "system"))
    return answered(partial(helpdesk.main, list(arguments), prog_name="helpdesk", standalone_mode=False))


def answered(command: Callable[[], object]) -> int:
    """Run what a person asked for; its exit code, and one line for whatever keeps it from being done."""
    try:
        result = command()
    except HelpdeskError as error:
        code = next((code for kind, code in _CODES if isinstance(error, kind)), BUG)
        return _say_error(error, code)
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


def _say_error(error: HelpdeskError, code: int) -> int:
    from helpdesk.language.errors import error_text  # noqa: PLC0415 (what goes well needs none of these words)

    return _say(error_text(error), code)


def _is_about_a_path(error: Exception) -> TypeGuard[OSError]:
    """A path that was given and that no system takes: too long, a folder, a loop, not ours."""
    return isinstance(error, OSError) and error.errno in _ABOUT_A_PATH and error.filename is not None


def _report_path(error: OSError) -> int:
    return _say_error(UnreadableFile(str(error.filename), "denied"), BAD_INPUT)


def _report_bug(error: Exception) -> int:
    incident = secrets.token_hex(4)
    with suppress(HelpdeskError, OSError):  # what is wrong with the settings or the disk must not hide the incident
        keep_log(load_settings(), service="command")
    logging.getLogger("helpdesk").error("incident %s", incident, extra={"where": where_it_broke(error)})
    sentence = _("Something went wrong inside helpdesk (incident {incident}). The log has the details.")
    return _say(sentence.format(incident=incident), BUG)

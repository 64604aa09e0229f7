"""The command line: one module a group of commands, every front imported only when it is asked for."""

import os
from collections.abc import Sequence
from functools import partial
from typing import NoReturn

from helpdesk.language.catalogue import speak

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code of interfaces.md. Never raises, never prints a traceback.

    Without any argument the desk opens, and what reads arguments is not even imported: the window comes first.
    """
    if arguments:
        from helpdesk.cli.entry import run as run_command  # noqa: PLC0415

        return run_command(arguments)
    speak(os.environ.get("HELPDESK_LANGUAGE", "system"))
    try:
        from helpdesk.cli.window import open_desk  # noqa: PLC0415
        from helpdesk.config import load_settings  # noqa: PLC0415

        return open_desk(load_settings(), None)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 (whatever it is, it is told in one line)
        from helpdesk.cli.entry import answered  # noqa: PLC0415

        return answered(partial(_raise, error))


def _raise(error: BaseException) -> NoReturn:
    raise error

"""The command line: one module a group of commands, every front imported only when it is asked for."""

from helpdesk.cli.entry import run

__all__ = ["run"]

"""`python -m helpdesk`, and the entry point of the installed command."""

import sys
from multiprocessing import freeze_support

from helpdesk.cli import run
from helpdesk.system.console import prepare_console


def main() -> None:
    """Run the command line and exit with its code."""
    prepare_console(sys.stdin, sys.stdout, sys.stderr)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    freeze_support()  # a bundle starts itself again for the second process of an import
    main()

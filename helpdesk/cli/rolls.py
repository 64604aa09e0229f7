"""Commands of the electoral roll."""

from pathlib import Path

import click

from helpdesk.cli.options import TranslatedCommand, TranslatedGroup, TranslatedOption

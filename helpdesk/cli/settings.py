"""The settings that a command line amounts to."""

import click

from helpdesk.cli.options import given
from helpdesk.config import Settings, load_settings


def settings_of(context: click.Context) -> Settings:
    """The effective settings of a command."""
    return load_settings(
        config_file=given(context, "config"),
        database=given(context, "database"),
        operator=given(context, "operator"),
        language=given(context, "lang"),
    )

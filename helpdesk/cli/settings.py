"""The settings that a command line amounts to."""

import click

from helpdesk.cli.options import given
from helpdesk.config import Effective, Settings, effective_settings, load_settings


def settings_of(context: click.Context) -> Settings:
    """The effective settings of a command."""
    return load_settings(
        config_file=given(context, "config"),
        database=given(context, "database"),
        operator=given(context, "operator"),
        language=given(context, "lang"),
    )


def effective_of(context: click.Context) -> dict[str, Effective]:
    """The same, one by one, with where each is from."""
    on_the_line = {"database": given(context, "database"), "operator": given(context, "operator")}
    return effective_settings(
        config_file=given(context, "config"), given=on_the_line | {"language": given(context, "lang")}
    )

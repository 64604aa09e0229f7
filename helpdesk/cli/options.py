"""Options that every command takes, before or after its name, and help in the language in use."""

from pathlib import Path
from typing import Any

import click

from helpdesk.language.catalogue import LANGUAGES, speak, to_translate
from helpdesk.language.catalogue import gettext as _

_META = "helpdesk.options"


class TranslatedOption(click.Option):
    """An option whose help is translated when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Name and help, in the language in use."""
        original = self.help
        self.help = _(original) if original else original
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = original


class TranslatedCommand(click.Command):
    """A command that takes the global options too, with translated help."""

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 (click's own signature)
        """Add the global options to the command's own."""
        super().__init__(*arguments, **more)
        self.params += [option for option in _global_options() if option.name not in {p.name for p in self.params}]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        """Write the command's help, in the language in use."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_(self.help) if self.help else "")

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first words of the help, for lists of commands."""
        del limit
        return _(self.help).partition(". ")[0].rstrip(".") if self.help else ""


class TranslatedGroup(click.Group, TranslatedCommand):
    """A group of such commands."""

    command_class = TranslatedCommand
    group_class = type


AS_OWNER = click.option(
    "--as-owner",
    is_flag=True,
    cls=TranslatedOption,
    help=to_translate("On a server: work with the login in the database's address, its owner's."),
)

METRICS_PORT = click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    cls=TranslatedOption,
    help=to_translate("Serve /metrics and /health on this port of 127.0.0.1; 0: any that is free."),
)


def given(context: click.Context, name: str, default: Any = None) -> Any:  # noqa: ANN401 (typed by its readers)
    """What was given for a global option, wherever it stood; the last one wins."""
    return context.meta.get(f"{_META}.{name}", default)


def _remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value not in (None, False, ()):
        context.meta[f"{_META}.{parameter.name}"] = value


def _speak(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        speak(value)
        _remember(context, parameter, value)


def _global_options() -> list[click.Option]:
    def option(*names: str, text: str, **more: Any) -> TranslatedOption:  # noqa: ANN401
        more.setdefault("callback", _remember)
        return TranslatedOption([*names], expose_value=False, help=text, **more)

    return [
        option("--database", metavar="URL", text=to_translate("Database; default: the embedded file.")),
        option(
            "--config",
            type=click.Path(path_type=Path),
            metavar="FILE",
            text=to_translate("Settings file; default: helpdesk.toml of the user's configuration folder."),
        ),
        option("--operator", metavar="NAME", text=to_translate("Operator to act as.")),
        option(
            "--password-stdin", is_flag=True, text=to_translate("Read the operator's password from standard input.")
        ),
        option(
            "--lang",
            type=click.Choice(LANGUAGES),
            is_eager=True,
            callback=_speak,
            text=to_translate("Language of all texts; default: the system's."),
        ),
        option("--json", "as_json", is_flag=True, text=to_translate("Print JSON.")),
    ]

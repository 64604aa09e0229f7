"""Commands of ballots."""

from pathlib import Path

import click

from helpdesk.bootstrap import read_ballots
from helpdesk.cli.options import TranslatedGroup
from helpdesk.cli.session import logged_in, print_json, wants_json
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate


@click.group(cls=TranslatedGroup, help=to_translate("Ballots and candidate lists."))
def ballots() -> None:
    """Hold the commands about ballots."""


@ballots.command(
    "import", help=to_translate("Name ballots and replace their candidate lists: all of a file, or nothing.")
)
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def import_ballots(context: click.Context, file: Path) -> None:
    """Import ballots."""
    with logged_in(context) as session:
        read = read_ballots(file)
        counts = session.program.services.ballots.import_ballots(session.operator, read, file_name=file.name)
    if wants_json(context):
        print_json(counts)
        return
    words = _("{ballots} ballots, {lists} candidate lists, {candidates} candidates imported.")
    click.echo(words.format(ballots=counts.ballots, lists=counts.lists, candidates=counts.candidates))


COMMANDS: tuple[click.Command, ...] = (ballots,)

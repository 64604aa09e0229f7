"""Commands that keep a store, and put one back."""

from pathlib import Path

import click

from helpdesk.bootstrap import open_backup
from helpdesk.cli.options import TranslatedCommand
from helpdesk.cli.session import log_in, logged_in, print_json, wants_json
from helpdesk.cli.settings import settings_of
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate


@click.command(
    cls=TranslatedCommand, help=to_translate("Copy the embedded store to a new file, also while it is used.")
)
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, file: Path) -> None:
    """Write one checked copy."""
    with logged_in(context) as session:
        made = session.program.services.backups.write(session.operator, file.absolute())
    if wants_json(context):
        print_json(made)
        return
    sentence = _("{file} holds the store as of row {seq} of the audit trail ({size} MB, checked).")
    click.echo(sentence.format(file=made.path, seq=made.head.seq, size=-(-made.size // 1_000_000)))


@click.command(
    cls=TranslatedCommand, help=to_translate("Put a backup in the place of the embedded store, checked first.")
)
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def restore(context: click.Context, file: Path) -> None:
    """Restore a copy; what was there is kept beside it."""
    with open_backup(settings_of(context), file.absolute()) as (program, target):
        session = log_in(context, program)
        done = program.services.backups.put_in_place(session.operator, target)
    if wants_json(context):
        print_json(done)
        return
    click.echo(_("Restored: the audit trail is whole, with {seq} rows.").format(seq=done.head.seq))
    if done.kept is not None:
        click.echo(_("What was there before is kept in {file}.").format(file=done.kept))


COMMANDS: tuple[click.Command, ...] = (backup, restore)

"""Commands of the audit trail."""

import json
from pathlib import Path

import click

from helpdesk.cli.options import TranslatedGroup, TranslatedOption
from helpdesk.cli.session import logged_in, print_json, wants_json
from helpdesk.domain.audit import ChainHead
from helpdesk.domain.errors import UnreadableFile
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate
from helpdesk.language.moments import moment_text


@click.group(cls=TranslatedGroup, help=to_translate("The audit trail: who did what, provably."))
def audit() -> None:
    """Hold the commands of the trail."""


@audit.command(help=to_translate("Show the newest rows."))
@click.option("--voter", metavar="NUMBER", cls=TranslatedOption, help=to_translate("Only rows about this voter."))
@click.option("--by", metavar="NAME", cls=TranslatedOption, help=to_translate("Only rows of this actor."))
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
@click.pass_context
def show(context: click.Context, voter: str | None, by: str | None, limit: int) -> None:
    """Print rows, newest first."""
    with logged_in(context) as session:
        services = session.program.services
        events = services.trail.show(session.operator, voter=voter, by=by, limit=limit)
        zone = services.elections.current().zone
    if wants_json(context):
        print_json(events)
        return
    for event in events:
        cells = (str(event.seq), moment_text(event.at, zone), event.actor, event.action, event.outcome)
        click.echo("  ".join((*cells, event.voter or "-", event.reason or "")).rstrip())


@audit.command(help=to_translate("Check the whole chain; exits 4 at the first broken row and names it."))
@click.option("--against", type=click.Path(path_type=Path), metavar="HEADFILE", cls=TranslatedOption,
              help=to_translate("A head printed earlier by `audit head`."))  # fmt: skip
@click.pass_context
def verify(context: click.Context, against: Path | None) -> None:
    """Prove the chain."""
    kept = _read_head(against) if against is not None else None
    with logged_in(context) as session:
        head = session.program.services.trail.verify(session.operator, against=kept)
    if wants_json(context):
        print_json(head)
        return
    click.echo(_("The audit trail is whole: {count} rows.").format(count=head.seq))


@audit.command(help=to_translate("Print the end of the chain, to be kept elsewhere."))
@click.pass_context
def head(context: click.Context) -> None:
    """Print the head as JSON."""
    with logged_in(context) as session:
        print_json(session.program.services.trail.head(session.operator))


@audit.command(help=to_translate("Write the whole trail to a CSV file."))
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def export(context: click.Context, file: Path) -> None:
    """Write the trail; the export is itself audited."""
    if file.exists():
        raise UnreadableFile(str(file), "exists")
    with logged_in(context) as session:
        count = session.program.services.trail.export(session.operator, file)
    click.echo(_("{count} rows written to {file}.").format(count=count, file=file))


def _read_head(path: Path) -> ChainHead:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return ChainHead(int(kept["seq"]), str(kept["hash"]))
    except FileNotFoundError:
        raise UnreadableFile(str(path), "missing") from None
    except OSError:
        raise UnreadableFile(str(path), "denied") from None
    except (ValueError, KeyError, TypeError):
        raise UnreadableFile(str(path), "not_a_head") from None


COMMANDS: tuple[click.Command, ...] = (audit,)

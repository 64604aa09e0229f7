"""Commands of the electoral roll."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from helpdesk.cli.options import TranslatedCommand, TranslatedGroup, TranslatedOption
from helpdesk.cli.session import logged_in, print_json, wants_json
from helpdesk.domain.errors import RollRejected, UnreadableFile
from helpdesk.domain.roll import RollReport
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate
from helpdesk.language.roll_report import counts_text, difference_text, problem_text
from helpdesk.language.roll_report_file import refuse_report_file, write_report
from helpdesk.services.roll import Progress

_MOST_SHOWN = 50


@click.command(cls=TranslatedCommand, help=to_translate("Write an invented roll, to try things with."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--voters", required=True, type=click.IntRange(1, 10_000_000), cls=TranslatedOption,
              help=to_translate("How many voters to invent."))  # fmt: skip
@click.option("--seed", default=1, show_default=True, cls=TranslatedOption,
              help=to_translate("The same seed gives the same file."))  # fmt: skip
def sample(file: Path, voters: int, seed: int) -> None:
    """Write a sample roll."""
    from helpdesk.demo.sample_roll import write_sample  # noqa: PLC0415 (it brings Faker)

    try:
        write_sample(file, voters=voters, seed=seed)
    except OSError:
        raise UnreadableFile(str(file), "unwritable") from None
    click.echo(_("{count} invented voters written to {file}.").format(count=voters, file=file))


@click.group(cls=TranslatedGroup, help=to_translate("The electoral roll."))
def roll() -> None:
    """Hold the commands about rolls."""


_report_option = click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", cls=TranslatedOption,
    help=to_translate("Write the whole report to a new file: .txt, .csv or .json."),
)  # fmt: skip


@roll.command(help=to_translate("Read and check a roll file; changes nothing."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), metavar="FILE.toml", cls=TranslatedOption,
              help=to_translate('Other headers: canonical = "theirs".'))  # fmt: skip
@_report_option
@click.pass_context
def check(context: click.Context, file: Path, mapping: Path | None, report: Path | None) -> int:
    """Say what a file holds and what importing it would do."""
    refuse_report_file(report)
    with logged_in(context) as session, _progress() as progress:
        found = session.program.services.rolls.check(session.operator, file, mapping=mapping, progress=progress)
    if report is not None:
        write_report(report, found)
    if not wants_json(context):
        for difference in found.differences[:_MOST_SHOWN]:
            click.echo(difference_text(difference))
        if len(found.differences) > _MOST_SHOWN:
            more = len(found.differences) - _MOST_SHOWN
            click.echo(_("… and {count} more; --report or --json has them all.").format(count=more))
    _print(context, found)
    return 3 if found.errors else 0


@roll.command("import", help=to_translate("Check a roll file, then apply all of it or nothing."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), metavar="FILE.toml", cls=TranslatedOption,
              help=to_translate('Other headers: canonical = "theirs".'))  # fmt: skip
@click.option("--remove-missing", is_flag=True, cls=TranslatedOption,
              help=to_translate("Remove voters whom the file lacks; without it they are kept and marked."))  # fmt: skip
@_report_option
@click.pass_context
def import_roll(
    context: click.Context, file: Path, mapping: Path | None, report: Path | None, *, remove_missing: bool
) -> None:
    """Import a roll."""
    refuse_report_file(report)
    with logged_in(context) as session, _progress() as progress:
        try:
            done = session.program.services.rolls.import_roll(
                session.operator, file, mapping=mapping, remove_missing=remove_missing, progress=progress
            )
        except RollRejected as rejected:
            if report is not None:
                write_report(report, rejected.report)
            _print_problems(rejected.report)
            raise
    if report is not None:
        write_report(report, done)
    _print(context, done)


def _print(context: click.Context, report: RollReport) -> None:
    if wants_json(context):
        print_json(report)
        return
    _print_problems(report)
    click.echo(counts_text(report))


def _print_problems(report: RollReport) -> None:
    for problem in report.problems[:_MOST_SHOWN]:
        click.echo(problem_text(problem), err=True)
    if len(report.problems) > _MOST_SHOWN:
        more = len(report.problems) - _MOST_SHOWN
        click.echo(_("… and {count} more; --report or --json has them all.").format(count=more), err=True)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A progress bar on a terminal; nothing where a script reads."""
    if not sys.stderr.isatty():
        yield None
        return

    yield _tell
    click.echo(err=True)


def _tell(done: int, total: int) -> None:
    share = f"{done / total:4.0%}" if total else f"{done}"
    click.echo(f"\r{share} ", nl=False, err=True)


COMMANDS: tuple[click.Command, ...] = (sample, roll)

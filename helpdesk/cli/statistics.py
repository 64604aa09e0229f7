"""`helpdesk stats`: how far the accounts are."""

import click

from helpdesk.cli.options import TranslatedCommand
from helpdesk.cli.session import logged_in, print_json, wants_json
from helpdesk.domain.statistics import Dimension, Overview, Slice
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate
from helpdesk.language.moments import date_text
from helpdesk.language.numbers import number_text, share_text
from helpdesk.language.words import state_text

_SHOWN_DAYS = 14


@click.command(
    cls=TranslatedCommand, help=to_translate("Accounts by state, académie, establishment and day, within your scope.")
)
@click.pass_context
def stats(context: click.Context) -> None:
    """Print the figures."""
    with logged_in(context) as session:
        overview = session.program.services.statistics.overview(session.operator)
    if wants_json(context):
        print_json(_document(overview))
        return
    click.echo(_("{count} voters").format(count=number_text(overview.voters)))
    for state, count in overview.states.items():
        click.echo(f"  {number_text(count):>10}  {share_text(count, overview.voters):>6}  {state_text(state)}")
    for title, dimension in ((_("Académie"), Dimension.ACADEMY), (_("Establishment"), Dimension.ESTABLISHMENT)):
        click.echo(title)
        for each in overview.slices[dimension]:
            active = _("{count} active").format(count=number_text(each.active))
            share = share_text(each.active, each.voters)
            click.echo(f"  {number_text(each.voters):>10}  {active} ({share})  {each.name}")
    click.echo(_("Activated by day"))
    for day in overview.days[-_SHOWN_DAYS:]:
        click.echo(f"  {number_text(day.activated):>10}  {date_text(day.day)}")


def _document(overview: Overview) -> dict[str, object]:
    return {
        "voters": overview.voters,
        "states": {str(state): count for state, count in overview.states.items()},
        **{str(dimension): [_bar(each) for each in slices] for dimension, slices in overview.slices.items()},
        "days": [
            {
                "day": each.day.isoformat(),
                "invited": each.invited,
                "opened": each.opened,
                "activated": each.activated,
            }
            for each in overview.days
        ],
        "calls": dict(overview.calls),
        "mails": dict(overview.mails),
        "load": list(overview.load),
    }


def _bar(each: Slice) -> dict[str, object]:
    states = {str(state): count for state, count in each.states.items()}
    return {"code": each.code, "name": each.name, "voters": each.voters, "active": each.active, "states": states}


COMMANDS: tuple[click.Command, ...] = (stats,)

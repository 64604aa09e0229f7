"""`helpdesk invite`: the first mail, or a reminder, to many voters."""

import sys

import click

from helpdesk.cli.options import TranslatedCommand, TranslatedOption
from helpdesk.cli.session import Session, logged_in, print_json, wants_json
from helpdesk.domain.errors import ConfirmationNeeded
from helpdesk.domain.invitations import CONFIRM_ABOVE, INVITABLE, CampaignView, Selection
from helpdesk.domain.states import AccountState, CampaignState
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext, to_translate
from helpdesk.language.moments import moment_text
from helpdesk.language.words import campaign_state_text


@click.command(
    cls=TranslatedCommand,
    help=to_translate("Invite voters, or remind them, in bulk: counts first, and continues what was interrupted."),
)
@click.option("--academy", default="", cls=TranslatedOption, help=to_translate("Only this académie."))
@click.option("--department", default="", cls=TranslatedOption, help=to_translate("Only this department."))
@click.option("--establishment", default="", metavar="UAI", cls=TranslatedOption,
              help=to_translate("Only this establishment."))  # fmt: skip
@click.option("--corps", default="", cls=TranslatedOption, help=to_translate("Only this corps."))
@click.option("--state", type=click.Choice([str(state) for state in INVITABLE]), cls=TranslatedOption,
              help=to_translate("Only accounts in this state; without it, the never invited."))  # fmt: skip
@click.option("--not-active-since", "days", type=click.IntRange(0, 3650), metavar="DAYS", cls=TranslatedOption,
              help=to_translate("Remind voters not active yet whose last mail is so many days old."))  # fmt: skip
@click.option("--reason", default="", cls=TranslatedOption, help=to_translate("Why; goes into the audit trail."))
@click.option("--yes", is_flag=True, cls=TranslatedOption, help=to_translate("Do not ask."))
@click.option("--count", "only_count", is_flag=True, cls=TranslatedOption,
              help=to_translate("Say how many voters it would be, and end."))  # fmt: skip
@click.option("--list", "only_list", is_flag=True, cls=TranslatedOption, help=to_translate("List the campaigns."))
@click.option("--pause", type=int, metavar="CAMPAIGN", cls=TranslatedOption, help=to_translate("Hold a campaign."))
@click.option("--resume", type=int, metavar="CAMPAIGN", cls=TranslatedOption,
              help=to_translate("Go on with a campaign."))  # fmt: skip
@click.option("--stop", type=int, metavar="CAMPAIGN", cls=TranslatedOption,
              help=to_translate("End a campaign; its unsent mails are cancelled."))  # fmt: skip
@click.pass_context
def invite(
    context: click.Context,
    academy: str,
    department: str,
    establishment: str,
    corps: str,
    state: str | None,
    days: int | None,
    reason: str,
    pause: int | None,
    resume: int | None,
    stop: int | None,
    *,
    yes: bool,
    only_count: bool,
    only_list: bool,
) -> None:
    """Queue the mails of a campaign."""
    selection = Selection(academy, department, establishment, corps, AccountState(state) if state else None, days)
    with logged_in(context, keep_stdin=True) as session:
        invitations = session.program.services.invitations
        if only_list:
            _list(context, session, invitations.all(session.operator))
        elif pause is not None:
            _tell(context, invitations.pause(session.operator, pause))
        elif stop is not None:
            _tell(context, invitations.stop(session.operator, stop))
        elif resume is not None:
            _run(context, session, invitations.resume(session.operator, resume))
        elif only_count:
            _say_count(context, invitations.count(session.operator, selection))
        else:
            count = invitations.count(session.operator, selection)
            confirmed = count if yes else _confirmed(count)
            text = reason or _("bulk invitation from the command line")
            _run(context, session, invitations.start(session.operator, selection, reason=text, confirmed=confirmed))


def _confirmed(count: int) -> int | None:
    """The number, typed: above 100 there is no other way but `--yes`. Raises ConfirmationNeeded."""
    if count <= CONFIRM_ABOVE:
        return None
    click.echo(ngettext("{count} voter.", "{count} voters.", count).format(count=count), err=True)
    click.echo(_("Type this number to confirm:") + " ", nl=False, err=True)
    typed = sys.stdin.readline().strip().replace(" ", "")
    if typed != str(count):
        raise ConfirmationNeeded(count)
    return count


def _run(context: click.Context, session: Session, view: CampaignView) -> None:
    invitations = session.program.services.invitations
    shown = sys.stderr.isatty()
    while view.state is CampaignState.RUNNING:
        view = invitations.advance(session.operator, view.id)
        if shown:
            share = view.queued / view.total if view.total else 1
            click.echo(f"\r{min(share, 1):4.0%} ", nl=False, err=True)
    if shown:
        click.echo(err=True)
    _tell(context, view)


def _say_count(context: click.Context, count: int) -> None:
    if wants_json(context):
        print_json({"count": count})
    else:
        click.echo(ngettext("{count} voter.", "{count} voters.", count).format(count=count))


def _tell(context: click.Context, view: CampaignView) -> None:
    if wants_json(context):
        print_json(view)
        return
    said = _("Campaign {id}: {state}. {queued} of {total} voters invited, {sent} mails sent, {waiting} waiting.")
    click.echo(
        said.format(
            id=view.id,
            state=campaign_state_text(view.state),
            queued=view.queued,
            total=view.total,
            sent=view.sent,
            waiting=view.waiting,
        )
    )


def _list(context: click.Context, session: Session, views: tuple[CampaignView, ...]) -> None:
    if wants_json(context):
        print_json(views)
        return
    zone = session.program.services.elections.current().zone
    for view in views:
        state, when = campaign_state_text(view.state), moment_text(view.created_at, zone)
        click.echo(f"{view.id}  {when}  {view.created_by}  {state}  {view.queued}/{view.total}  {view.reason}")


COMMANDS: tuple[click.Command, ...] = (invite,)

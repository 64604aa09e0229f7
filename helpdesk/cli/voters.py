"""Commands about one voter: search, show, verify, resend, reset."""

import json
import time
from functools import partial
from pathlib import Path

import click

from helpdesk.adapters.text_file import told_as_unreadable
from helpdesk.cli.options import TranslatedCommand, TranslatedGroup, TranslatedOption
from helpdesk.cli.retention import export_voter
from helpdesk.cli.session import logged_in, print_json, wants_json
from helpdesk.domain.findings import SuggestedAction
from helpdesk.domain.search import SearchFilters
from helpdesk.domain.states import AccountState
from helpdesk.domain.verification import Claim
from helpdesk.domain.voters import SearchHit, VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate
from helpdesk.language.findings import action_text, finding_text
from helpdesk.language.moments import moment_text
from helpdesk.language.timeline import event_text
from helpdesk.language.words import fate_text, mail_kind_text, match_text, state_text


@click.command(cls=TranslatedCommand, help=to_translate("Find voters, best matches first."))
@click.argument("query", required=False)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500), cls=TranslatedOption,
              help=to_translate("Most voters to show."))  # fmt: skip
@click.option("--batch", type=click.Path(path_type=Path), cls=TranslatedOption,
              help=to_translate("A file with one query a line; prints a JSON line for each."))  # fmt: skip
@click.option("--academy", default="", cls=TranslatedOption, help=to_translate("Only this académie."))
@click.option("--department", default="", cls=TranslatedOption, help=to_translate("Only this department."))
@click.option("--establishment", default="", metavar="UAI", cls=TranslatedOption,
              help=to_translate("Only this establishment."))  # fmt: skip
@click.option("--corps", default="", cls=TranslatedOption, help=to_translate("Only this corps."))
@click.option("--state", type=click.Choice([str(state) for state in AccountState]), cls=TranslatedOption,
              help=to_translate("Only accounts in this state."))  # fmt: skip
@click.pass_context
def search(
    context: click.Context,
    query: str | None,
    limit: int,
    batch: Path | None,
    academy: str,
    department: str,
    establishment: str,
    corps: str,
    state: str | None,
) -> None:
    """Print matching voters."""
    if (query is None) == (batch is None):
        raise click.UsageError(_("Give either a query or --batch FILE."))
    filters = SearchFilters(academy, department, establishment, corps, AccountState(state) if state else None)
    with logged_in(context) as session:
        voters = session.program.services.search
        find = partial(voters.search, limit=limit, filters=filters)
        if batch is not None:
            voters.warm_up(session.operator)
            for line in _lines(batch):
                started = time.perf_counter()
                hits = find(session.operator, line)
                spent = (time.perf_counter() - started) * 1000
                click.echo(json.dumps({"query": line, "ms": round(spent, 3), "results": [hit.voter for hit in hits]}))
            return
        hits = find(session.operator, query or "")
    if wants_json(context):
        print_json([hit._asdict() for hit in hits])
    elif not hits:
        click.echo(_("Nobody found. Try another spelling, a former name, or the other address."), err=True)
    else:
        for hit in hits:
            click.echo(_hit_line(hit))


@click.group(cls=TranslatedGroup, help=to_translate("Look at one voter."))
def voter() -> None:
    """Hold the commands about one voter's record."""


@voter.command(help=to_translate("Show a voter: addresses, state, mails, history, and what is the matter."))
@click.argument("voter_or_address")
@click.pass_context
def show(context: click.Context, voter_or_address: str) -> None:
    """Open one voter; the view is audited."""
    with logged_in(context) as session:
        services = session.program.services
        number = services.voters.resolve(session.operator, voter_or_address)
        address = voter_or_address if "@" in voter_or_address else ""
        detail = services.voters.open(session.operator, number, given_address=address)
        zone = services.elections.current().zone
    if wants_json(context):
        print_json(voter_document(detail, zone))
        return
    click.echo(f"{detail.name}  ({detail.number})")
    click.echo(f"{detail.establishment_name} {detail.establishment_code}, {detail.academy}, {detail.corps}")
    click.echo(state_text(detail.state))
    for view in detail.addresses:
        standing = _("TIED TO THE ACCOUNT") if view.tied else _("Known, not tied")
        click.echo(f"  {view.address}  {standing}")
    for finding in detail.findings:
        action = action_text(finding.action)
        click.echo(f"- {finding_text(finding, zone)}" + (f" → {action}" if action else ""))
    for mail in detail.mails:
        when = moment_text(mail.queued_at, zone)
        click.echo(f"  {when}  {mail_kind_text(mail.kind)} → {mail.to}  {fate_text(mail.fate)}")
    for entry in detail.timeline:
        click.echo(f"  {moment_text(entry.at, zone)}  {entry.actor}  {event_text(entry)}")


@click.command(cls=TranslatedCommand, help=to_translate("Verify a caller; prints matched or not, nothing else."))
@click.argument("voter_or_address", metavar="VOTER")
@click.option("--with", "claims", multiple=True, required=True, metavar="FIELD=VALUE", cls=TranslatedOption,
              help=to_translate("What the caller says; FIELD is one of birth_date, establishment, family_name, "
                                "voter_number, corps. Two at least."))  # fmt: skip
@click.pass_context
def verify(context: click.Context, voter_or_address: str, claims: tuple[str, ...]) -> int:
    """Compare claims with the store."""
    said = _read_claims(claims)
    with logged_in(context) as session:
        services = session.program.services
        number = services.voters.resolve(session.operator, voter_or_address)
        result = services.verification.verify(session.operator, number, said)
    if wants_json(context):
        print_json({"matched": result.matched, "until": result.until})
    else:
        click.echo(_("matched") if result.matched else _("not matched"))
    return 0 if result.matched else 1


@click.command(cls=TranslatedCommand, help=to_translate("Queue the mail that helps a voter onwards."))
@click.argument("voter_or_address", metavar="VOTER")
@click.option("--reason", required=True, cls=TranslatedOption, help=to_translate("Why; goes into the audit trail."))
@click.option("--override", is_flag=True, cls=TranslatedOption,
              help=to_translate("Override the limit of mails (supervisors)."))  # fmt: skip
@click.pass_context
def resend(context: click.Context, voter_or_address: str, reason: str, *, override: bool) -> None:
    """Resend the link for the voter's next step."""
    with logged_in(context) as session:
        services = session.program.services
        number = services.voters.resolve(session.operator, voter_or_address)
        queued = services.activation.resend(session.operator, number, reason=reason, override=override)
    if wants_json(context):
        print_json(queued)
        return
    said = _("Already waiting: {kind} to {address}.") if queued.repeated else _("Queued: {kind} to {address}.")
    click.echo(said.format(kind=mail_kind_text(queued.kind), address=queued.to_masked))


@click.group(cls=TranslatedGroup, help=to_translate("The challenge question of a voter."))
def challenge() -> None:
    """Hold the commands about challenge questions."""


@challenge.command(help=to_translate("Reset the challenge question; the voter is mailed a link to choose another."))
@click.argument("voter_or_address", metavar="VOTER")
@click.option("--reason", required=True, cls=TranslatedOption, help=to_translate("Why; goes into the audit trail."))
@click.pass_context
def reset(context: click.Context, voter_or_address: str, reason: str) -> None:
    """Reset a verified caller's question."""
    with logged_in(context) as session:
        services = session.program.services
        number = services.voters.resolve(session.operator, voter_or_address)
        queued = services.challenge.reset(session.operator, number, reason=reason)
    if wants_json(context):
        print_json(queued)
        return
    click.echo(_("Question reset. A link to choose another goes to {address}.").format(address=queued.to_masked))


def voter_document(detail: VoterDetail, zone: str) -> dict[str, object]:
    """A voter as `voter show --json` prints one (promised in interfaces.md)."""
    return {
        "voter": detail.number,
        "name": detail.name,
        "family_name": detail.family_name,
        "usage_name": detail.usage_name,
        "first_name": detail.first_name,
        "birth_date": detail.birth_date_masked,
        "establishment": {"code": detail.establishment_code, "name": detail.establishment_name},
        "academy": detail.academy,
        "department": detail.department,
        "corps": detail.corps,
        "state": detail.state,
        "addresses": detail.addresses,
        "ballots": detail.ballots,
        "verified_until": detail.verified_until,
        "findings": [
            {
                "code": finding.code,
                "text": finding_text(finding, zone),
                "action": None if finding.action is SuggestedAction.NONE else finding.action,
            }
            for finding in detail.findings
        ],
        "timeline": detail.timeline,
        "mails": detail.mails,
    }


def _hit_line(hit: SearchHit) -> str:
    columns = (hit.voter, hit.name, hit.tied_address, hit.establishment, state_text(hit.state), match_text(hit.matched))
    return "  ".join(columns)


def _read_claims(texts: tuple[str, ...]) -> dict[Claim, str]:
    claims: dict[Claim, str] = {}
    for text in texts:
        field, separator, value = text.partition("=")
        try:
            claim = Claim(field.strip().lower().replace("-", "_"))
        except ValueError:
            separator = ""
        if not separator:
            known = ", ".join(Claim)
            raise click.UsageError(_("--with takes FIELD=VALUE, where FIELD is one of: {known}.").format(known=known))
        claims[claim] = value
    return claims


def _lines(path: Path) -> list[str]:
    with told_as_unreadable(path):
        return path.read_text(encoding="utf-8").splitlines()


voter.add_command(export_voter)

COMMANDS: tuple[click.Command, ...] = (search, voter, verify, resend, challenge)

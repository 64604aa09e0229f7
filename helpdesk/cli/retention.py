"""Commands about what may be kept: the purge at the end, and what is held on one voter."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

from helpdesk.adapters.access_file import value_text, write_json, write_pdf
from helpdesk.adapters.statement_key import is_signed
from helpdesk.bootstrap import statement_signer
from helpdesk.cli.options import AS_OWNER, TranslatedCommand, TranslatedOption
from helpdesk.cli.session import Session, logged_in_as_owner, print_json, wants_json
from helpdesk.domain.errors import HelpdeskError, OwnerNeeded, StatementForged, StoreForbids, UnreadableFile
from helpdesk.domain.ports import Signature
from helpdesk.domain.statements import SignedStatement, canonical_json
from helpdesk.language.catalogue import current_language, to_translate
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.held import column_text, table_text
from helpdesk.services.access import HeldOnVoter
from helpdesk.services.retention import PurgePlan


@click.command(
    cls=TranslatedCommand,
    help=to_translate(
        "Remove all that is held on voters. Shows what would go; --yes removes it and signs a statement."
    ),
)
@click.option("--after", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", cls=TranslatedOption,
              help=to_translate("Last day of the appeal period."))  # fmt: skip
@click.option("--yes", is_flag=True, cls=TranslatedOption, help=to_translate("Remove it now, for good."))
@click.option("--statement", type=click.Path(path_type=Path), metavar="FILE", cls=TranslatedOption,
              help=to_translate("Where to write the signed statement; it is printed too."))  # fmt: skip
@click.option("--check", type=click.Path(path_type=Path), metavar="FILE", cls=TranslatedOption,
              help=to_translate("Check the signature of a statement written earlier."))  # fmt: skip
@AS_OWNER
@click.pass_context
def purge(
    context: click.Context,
    after: datetime | None,
    statement: Path | None,
    check: Path | None,
    *,
    yes: bool,
    as_owner: bool,
) -> None:
    """Show what a purge would remove, or do it."""
    if check is not None:
        click.echo(_("Signed by the key {key}.").format(key=_checked(check)))
        return
    if after is None:
        raise click.UsageError(_("Say when the appeal period ended: --after DATE (YYYY-MM-DD)."))
    if statement is not None and statement.exists():
        raise UnreadableFile(str(statement), "exists")
    with _owners_work(as_owner=as_owner), logged_in_as_owner(context, wanted=as_owner) as session:
        if yes:
            print_json(_purge(session, after.date(), statement))
        else:
            _show(context, session.program.services.retention.plan(session.operator, after=after.date()))


@contextmanager
def _owners_work(*, as_owner: bool) -> Iterator[None]:
    """Tells who is not the owner that it takes the owner. Raises OwnerNeeded."""
    try:
        yield
    except StoreForbids:
        if as_owner:
            raise
        raise OwnerNeeded from None


def _purge(session: Session, after: date, statement: Path | None) -> dict[str, object]:
    """Purge, writing the statement before anything is final; the statement."""

    def keep(signed: SignedStatement) -> None:
        if statement is not None:
            write_json(signed.document(), statement)

    signer = statement_signer(session.program)
    try:
        signed = session.program.services.retention.purge(session.operator, after=after, signer=signer, keep=keep)
    except HelpdeskError:
        if statement is not None:
            statement.unlink(missing_ok=True)
        raise
    return signed.document()


def _show(context: click.Context, plan: PurgePlan) -> None:
    if wants_json(context):
        print_json({"removed": plan.removed, "audit_rows": plan.audit_rows, "copies": [str(c) for c in plan.copies]})
        return
    for table, count in plan.removed.items():
        click.echo(f"{count:>10}  {table}")
    told = _("{count} rows of the audit trail would lose their content; their hashes stay.")
    click.echo(told.format(count=plan.audit_rows))
    for copy in plan.copies:
        click.echo(_("{file} would be destroyed.").format(file=copy))
    click.echo(_("Nothing was removed. Add --yes to remove it for good."))


@click.command(
    "export", cls=TranslatedCommand, help=to_translate("Write all that is held on a voter, for their access request.")
)
@click.argument("voter", metavar="VOTER_OR_ADDRESS")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.json|FILE.pdf")
@click.option("--reason", required=True, metavar="TEXT", cls=TranslatedOption,
              help=to_translate("Who asked, and when; goes into the audit trail."))  # fmt: skip
@AS_OWNER
@click.pass_context
def export_voter(context: click.Context, voter: str, file: Path, reason: str, *, as_owner: bool) -> None:
    """Write one voter's data; audited."""
    if file.suffix.lower() not in {".json", ".pdf"}:
        raise UnreadableFile(str(file), "unknown_format")
    if file.exists():
        raise UnreadableFile(str(file), "exists")
    with logged_in_as_owner(context, wanted=as_owner) as session:
        services = session.program.services
        number = services.voters.resolve(session.operator, voter)
        held = services.access.export(session.operator, number, reason=reason)
    if file.suffix.lower() == ".json":
        write_json(_document(held), file)
    else:
        write_pdf(_title(held), _sections(held), file, language=current_language())
    click.echo(_("{file} holds everything about voter {voter}.").format(file=file, voter=held.voter))
    if held.not_shown:
        click.echo(_("This login may not read: {columns}. Have them as the database's owner, with --as-owner.").format(
            columns=", ".join(held.not_shown)
        ), err=True)  # fmt: skip


def _document(held: HeldOnVoter) -> dict[str, object]:
    return {
        "voter": held.voter,
        "name": held.name,
        "election": held.election,
        "produced_at": held.produced_at,
        "held": held.held,
        "not_shown": list(held.not_shown),
    }


def _title(held: HeldOnVoter) -> str:
    return _("Data held on {name} (voter {voter})").format(name=held.name, voter=held.voter)


def _sections(held: HeldOnVoter) -> list[tuple[str, list[list[tuple[str, str]]]]]:
    about = [
        (_("Election"), held.election),
        (_("Produced"), value_text(held.produced_at, zone=held.zone, yes="", no="")),
        (_("Secrets"), _("Passwords, answers, codes and links are kept as hashes: it is said whether there is one.")),
    ]

    def entry(row: dict[str, object]) -> list[tuple[str, str]]:
        return [
            (column_text(name), value_text(value, zone=held.zone, yes=_("yes"), no=_("no")))
            for name, value in row.items()
            if value not in (None, "", {})
        ]

    return [(_("About this document"), [about])] + [
        (table_text(table), [entry(row) for row in rows]) for table, rows in held.held.items()
    ]


def _checked(path: Path) -> str:
    """The public key of a statement's signature. Raises StatementForged, UnreadableFile."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        signature = Signature(document["signature"]["public_key"], document["signature"]["value"])
        content = canonical_json(document["statement"])
    except FileNotFoundError:
        raise UnreadableFile(str(path), "missing") from None
    except OSError:
        raise UnreadableFile(str(path), "denied") from None
    except (ValueError, KeyError, TypeError):
        raise UnreadableFile(str(path), "not_a_statement") from None
    if not is_signed(content, signature):
        raise StatementForged(str(path))
    return signature.public_key


COMMANDS: tuple[click.Command, ...] = (purge,)

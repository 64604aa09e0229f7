"""Words for what a roll file holds and what is wrong with it."""

from helpdesk.domain.roll import Difference, DifferenceKind, Problem, ProblemCode, RollReport, Severity
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext


def problem_text(problem: Problem) -> str:
    """One line: where it is, what it is, what to do."""
    what = {
        ProblemCode.MISSING_VALUE: _("the value is missing: fill it in"),
        ProblemCode.BAD_NUMBER: _("this is no voter number: letters, digits and hyphens only"),
        ProblemCode.BAD_DATE: _("this is no date: write dd/mm/yyyy or yyyy-mm-dd"),
        ProblemCode.BAD_ADDRESS: _("this is no mail address: correct it"),
        ProblemCode.BAD_UAI: _("this is no UAI code: seven digits and the right check letter"),
        ProblemCode.BAD_DEPARTMENT: _("this is no department: two digits, 2A, 2B or 971 to 988"),
        ProblemCode.DUPLICATE_VOTER: _("this voter number stands in an earlier row too: keep one of them"),
        ProblemCode.ADDRESS_TIED_TWICE: _(
            "this address is tied to another voter of the file: an address has one owner"
        ),
        ProblemCode.ADDRESS_ALSO_TIED: _("this other address is tied to another voter of the file"),
        ProblemCode.ADDRESS_TAKEN: _(
            "this address is tied to a voter from whom the file does not take it: correct one of the two, or import "
            "with --remove-missing if the file lacks that voter"
        ),
    }[problem.code]
    kind = severity_text(problem.severity)
    where = _("{kind}, line {line}, column {column}").format(kind=kind, line=problem.line, column=problem.column)
    shown = f" «{problem.value}»" if problem.value else ""
    return f"{where}{shown}: {what}."


def severity_text(severity: Severity) -> str:
    """Whether a problem stops an import."""
    return _("Error") if severity is Severity.ERROR else _("Warning")


def difference_text(difference: Difference) -> str:
    """One line: who, and what an import adds, changes (old → new) or does not find."""
    who = f"{difference.name} ({difference.voter})"
    if difference.kind is DifferenceKind.ADDED:
        return _("{who}: added").format(who=who)
    if difference.kind is DifferenceKind.MISSING:
        return _("{who}: missing from the file").format(who=who)
    return _("{who}: changed, {changes}").format(who=who, changes=changes_text(difference))


def changes_text(difference: Difference) -> str:
    """What an import changes of a voter, old → new; empty for one who is added or missing."""
    return ", ".join(
        f"{change.column} «{change.old}» → «{change.new}»" if change.old or change.new else change.column
        for change in difference.changes
    )


def difference_kind_text(kind: DifferenceKind) -> str:
    """What happens to a voter, in a word or two."""
    return {
        DifferenceKind.ADDED: _("new"),
        DifferenceKind.CHANGED: _("changed"),
        DifferenceKind.MISSING: _("missing from the file"),
    }[kind]


def counts_text(report: RollReport) -> str:
    """What importing the file did, or would do."""
    parts = [
        ngettext("{count} row", "{count} rows", report.rows).format(count=report.rows),
        ngettext("{count} added", "{count} added", report.added).format(count=report.added),
        ngettext("{count} changed", "{count} changed", report.changed).format(count=report.changed),
        ngettext("{count} unchanged", "{count} unchanged", report.unchanged).format(count=report.unchanged),
        ngettext("{count} missing, kept", "{count} missing, kept", report.missing).format(count=report.missing),
        ngettext("{count} removed", "{count} removed", report.removed).format(count=report.removed),
        ngettext("{count} rejected", "{count} rejected", report.rejected).format(count=report.rejected),
    ]
    sentence = ", ".join(parts) + "."
    nothing = not (report.added or report.changed or report.removed or report.rejected)
    return sentence + " " + _("Nothing changed.") if nothing else sentence


def column_text(column: str) -> str:
    """A column of the roll, as people name it."""
    return {
        "id_electeur": _("Voter number"),
        "civilite": _("Title"),
        "nom_usage": _("Name in use"),
        "nom_famille": _("Birth family name"),
        "prenom": _("First name"),
        "date_naissance": _("Birth date"),
        "mel_identifiant": _("Tied address"),
        "mel_secondaires": _("Other addresses"),
        "academie": _("Académie"),
        "departement": _("Department"),
        "uai": _("Establishment's code"),
        "etablissement": _("Establishment"),
        "corps": _("Corps"),
        "statut": _("Status"),
        "codes_scrutins": _("Ballots"),
    }.get(column, column)

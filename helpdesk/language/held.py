"""Names of what is held on a voter, as people read them; what has no name here is shown by the table's own."""

from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate

_TABLES = {
    "voter": to_translate("Voter on the electoral roll"),
    "address": to_translate("Professional addresses"),
    "account": to_translate("Voter account"),
    "outbox": to_translate("Mails sent or waiting"),
    "one_time_link": to_translate("One-time links (the links themselves are known to nobody)"),
    "portal_session": to_translate("Sessions on the portal"),
    "voter_code": to_translate("Voter codes (kept as hashes)"),
    "enrolment": to_translate("Ballots"),
    "verification": to_translate("Verifications of callers"),
    "approval": to_translate("Changes of the tied address"),
    "contact": to_translate("Calls"),
    "draft": to_translate("Unfinished notes of the desk"),
    "form_draft": to_translate("Texts of the desk that were not sent"),
    "pinned_voter": to_translate("On the short list of an operator"),
    "audit_event": to_translate("Audit trail"),
    "returned_mail": to_translate("Mails that came back"),
    "link_request": to_translate("Requests for a link"),
    "operator": to_translate("Operator of the desk"),
}


def table_text(table: str) -> str:
    """The heading over a table's rows."""
    return _(_TABLES[table]) if table in _TABLES else table.replace("_", " ").capitalize()


def column_text(column: str) -> str:
    """The label of a column: technical names, spelt out; the same in both languages, as in the JSON."""
    return column.replace("_", " ")

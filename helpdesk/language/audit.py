"""Words of the audit trail."""

from helpdesk.domain.audit import Action, AuditEvent, Outcome
from helpdesk.language.catalogue import gettext as _


def action_name(action: str) -> str:
    """What was done, as lists show it; an action of a newer program by its code."""
    return _names().get(action, action)


def outcome_name(outcome: str) -> str:
    """How it ended."""
    return {
        Outcome.DONE: _("done"),
        Outcome.REFUSED: _("refused"),
        Outcome.FAILED: _("failed"),
    }.get(Outcome(outcome), outcome)


def detail_text(event: AuditEvent) -> str:
    """The details of a row, one `name: value` a line, in order."""
    return "\n".join(f"{name}: {value}" for name, value in sorted(event.detail.items()))


def _names() -> dict[str, str]:
    return {
        Action.LOGIN: _("Log-in"),
        Action.VOTER_VIEWED: _("Voter opened"),
        Action.CALLER_VERIFIED: _("Caller verified"),
        Action.MAIL_PREVIEWED: _("Mail previewed"),
        Action.LINK_RESENT: _("Mail resent"),
        Action.CHALLENGE_RESET: _("Question reset"),
        Action.ROLL_IMPORTED: _("Roll imported"),
        Action.STORE_INITIALISED: _("Store prepared"),
        Action.OPERATOR_ADDED: _("Operator added"),
        Action.OPERATOR_CHANGED: _("Operator changed"),
        Action.OPERATOR_DISABLED: _("Operator disabled"),
        Action.OPERATOR_ENABLED: _("Operator enabled"),
        Action.MAIL_ACCEPTED: _("Mail accepted"),
        Action.MAIL_FAILED: _("Mail failed"),
        Action.MAIL_EXPIRED: _("Mail given up"),
        Action.MAIL_RETURNED: _("Mail came back"),
        Action.MAIL_HURRIED: _("Mail tried again at once"),
        Action.MAIL_CANCELLED: _("Mail cancelled"),
        Action.RETURNED_MAIL_HANDLED: _("Answer handled"),
        Action.CAMPAIGN_STARTED: _("Campaign started"),
        Action.CAMPAIGN_CHANGED: _("Campaign changed"),
        Action.INVITED: _("Invited"),
        Action.MAIL_REWORDED: _("Mail reworded"),
        Action.TRIAL_PREPARED: _("Trial prepared"),
        Action.AUDIT_READ: _("Trail searched"),
        Action.AUDIT_EXPORTED: _("Trail exported"),
        Action.CALL_LOGGED: _("Call logged"),
        Action.ADDRESS_CHANGE_REQUESTED: _("Address change asked for"),
        Action.ADDRESS_CHANGE_APPROVED: _("Address change approved"),
        Action.ADDRESS_CHANGE_REFUSED: _("Address change turned down"),
        Action.INCIDENT_SET: _("Incident notice set"),
        Action.INCIDENT_ENDED: _("Incident notice ended"),
        Action.CALENDAR_CHANGED: _("Calendar changed"),
    }

"""Words of the audit trail."""

from helpdesk.domain.audit import Action, AuditEvent, Outcome
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate

_NAMES: dict[str, str] = {
    Action.LOGIN: to_translate("Log-in"),
    Action.VOTER_VIEWED: to_translate("Voter opened"),
    Action.CALLER_VERIFIED: to_translate("Caller verified"),
    Action.MAIL_PREVIEWED: to_translate("Mail previewed"),
    Action.LINK_RESENT: to_translate("Mail resent"),
    Action.CHALLENGE_RESET: to_translate("Question reset"),
    Action.ROLL_IMPORTED: to_translate("Roll imported"),
    Action.STORE_INITIALISED: to_translate("Store prepared"),
    Action.OPERATOR_ADDED: to_translate("Operator added"),
    Action.OPERATOR_CHANGED: to_translate("Operator changed"),
    Action.OPERATOR_DISABLED: to_translate("Operator disabled"),
    Action.OPERATOR_ENABLED: to_translate("Operator enabled"),
    Action.MAIL_ACCEPTED: to_translate("Mail accepted"),
    Action.MAIL_FAILED: to_translate("Mail failed"),
    Action.MAIL_EXPIRED: to_translate("Mail given up"),
    Action.MAIL_RETURNED: to_translate("Mail came back"),
    Action.MAIL_HURRIED: to_translate("Mail tried again at once"),
    Action.MAIL_CANCELLED: to_translate("Mail cancelled"),
    Action.RETURNED_MAIL_HANDLED: to_translate("Answer handled"),
    Action.CAMPAIGN_STARTED: to_translate("Campaign started"),
    Action.CAMPAIGN_CHANGED: to_translate("Campaign changed"),
    Action.INVITED: to_translate("Invited"),
    Action.MAIL_REWORDED: to_translate("Mail reworded"),
    Action.TRIAL_PREPARED: to_translate("Trial prepared"),
    Action.AUDIT_READ: to_translate("Trail searched"),
    Action.AUDIT_EXPORTED: to_translate("Trail exported"),
    Action.CALL_LOGGED: to_translate("Call logged"),
    Action.ADDRESS_CHANGE_REQUESTED: to_translate("Address change asked for"),
    Action.ADDRESS_CHANGE_APPROVED: to_translate("Address change approved"),
    Action.ADDRESS_CHANGE_REFUSED: to_translate("Address change turned down"),
    Action.INCIDENT_SET: to_translate("Incident notice set"),
    Action.INCIDENT_ENDED: to_translate("Incident notice ended"),
    Action.CALENDAR_CHANGED: to_translate("Calendar changed"),
}


def action_name(action: str) -> str:
    """What was done, as lists show it; an action of a newer program by its code."""
    name = _NAMES.get(action)
    return _(name) if name is not None else action


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

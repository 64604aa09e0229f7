"""What is typed into the forms of the desk and not sent yet: which forms, and what each is about."""

from dataclasses import dataclass
from enum import StrEnum

from helpdesk.domain.roles import Permission


class Form(StrEnum):
    """A form whose texts are kept while they are typed."""

    RESEND = "resend"
    RESET_CHALLENGE = "reset_challenge"
    ASK_ADDRESS = "ask_address"
    APPROVE = "approve"
    TURN_DOWN = "turn_down"
    CANCEL_MAIL = "cancel_mail"
    RETRY_MAIL = "retry_mail"
    INVITE = "invite"
    INCIDENT = "incident"
    WORDING = "wording"
    ADD_OPERATOR = "add_operator"
    OPERATOR_SCOPE = "operator_scope"
    SETTINGS = "settings"
    CALENDAR = "calendar"


MAY_SEND: dict[Form, Permission] = {
    Form.RESEND: Permission.RESEND_LINK,
    Form.RESET_CHALLENGE: Permission.RESET_CHALLENGE,
    Form.ASK_ADDRESS: Permission.REQUEST_ADDRESS_CHANGE,
    Form.APPROVE: Permission.APPROVE_ADDRESS_CHANGE,
    Form.TURN_DOWN: Permission.APPROVE_ADDRESS_CHANGE,
    Form.CANCEL_MAIL: Permission.RESEND_LINK,
    Form.RETRY_MAIL: Permission.RESEND_LINK,
    Form.INVITE: Permission.INVITE,
    Form.INCIDENT: Permission.SET_INCIDENT,
    Form.WORDING: Permission.WORD_MAILS,
    Form.ADD_OPERATOR: Permission.MANAGE_OPERATORS,
    Form.OPERATOR_SCOPE: Permission.MANAGE_OPERATORS,
    Form.SETTINGS: Permission.MANAGE_OPERATORS,
    Form.CALENDAR: Permission.CHANGE_CALENDAR,
}
"""What an operator must be allowed to do with a form for its texts to be kept."""


@dataclass(frozen=True, slots=True)
class FormPlace:
    """One form about one thing: `about` tells apart what a voter has several of (mails, requests), wordings, operators.

    `voter` is the voter number, None where a form is about no voter.
    """

    form: Form
    about: str = ""
    voter: str | None = None

"""Words for the history of an account."""

from helpdesk.domain.states import LinkPurpose, MailKind
from helpdesk.domain.voters import TimelineEntry
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import to_translate
from helpdesk.language.words import mail_kind_text

_MAIL_STEPS = {
    "mail_queued": to_translate("put in the outbox"),
    "mail_accepted": to_translate("accepted by the mail server"),
    "mail_delivered": to_translate("delivered"),
    "mail_failed_permanently": to_translate("refused by the mail server"),
    "mail_expired": to_translate("given up, no server took it in time"),
    "mail_returned_permanent": to_translate("came back, it cannot be delivered"),
    "mail_returned_temporary": to_translate("came back, the voter's server has given up"),
    "mail_returned_delayed": to_translate("delayed, the voter's server goes on trying"),
    "mail_returned_delivered": to_translate("the voter's server reports that it was delivered"),
    "mail_returned_auto_reply": to_translate("answered by a machine"),
    "mail_returned_reply": to_translate("answered by a person"),
    "mail_returned_other": to_translate("something came back"),
}

_LINK_STEPS = {
    "link_opened": to_translate("{link} opened by the voter"),
    "link_used": to_translate("{link} used by the voter"),
    "link_replaced": to_translate("{link} replaced by a newer one"),
}

_ACTIONS = {
    "voter_viewed_refused": to_translate("Opening the voter was refused"),
    "caller_verified_done": to_translate("Caller verified"),
    "caller_verified_failed": to_translate("Caller not verified: the answers did not match"),
    "caller_verified_refused": to_translate("Verification refused"),
    "link_resent_done": to_translate("Mail with a new link asked for"),
    "link_resent_refused": to_translate("Resending refused"),
    "challenge_reset_done": to_translate("Challenge question reset"),
    "challenge_reset_refused": to_translate("Resetting the challenge question refused"),
    "mail_hurried_done": to_translate("Mail tried again at once"),
    "mail_hurried_refused": to_translate("Trying a mail again at once refused"),
    "mail_cancelled_done": to_translate("Mail cancelled"),
    "mail_cancelled_refused": to_translate("Cancelling a mail refused"),
    "returned_mail_handled_done": to_translate("What came back was handled"),
    "invited_done": to_translate("Invited in a campaign"),
    "voter_exported_done": to_translate("All that is held on the voter was exported"),
    "voter_exported_refused": to_translate("Exporting all that is held on the voter refused"),
    "call_logged_done": to_translate("Call logged"),
    "call_logged_refused": to_translate("Logging a call refused"),
    "address_change_requested_done": to_translate("Another tied address asked for"),
    "address_change_requested_refused": to_translate("Asking for another tied address refused"),
    "address_change_approved_done": to_translate("Change of the tied address approved"),
    "address_change_approved_refused": to_translate("Approving a change of address refused"),
    "address_change_refused_done": to_translate("Change of the tied address turned down"),
    "address_change_refused_refused": to_translate("Turning down a change of address refused"),
    "roll_imported_done": to_translate("Changed by a new electoral roll"),
    "link_requested_done": to_translate("Link asked for on the portal"),
    "link_requested_refused": to_translate("Link asked for on the portal: enough mails for now"),
    "other_address_told_done": to_translate("Link asked for with another address: told that it is not the tied one"),
    "password_chosen_done": to_translate("Password chosen with a link"),
    "password_chosen_refused": to_translate("Link tried that works no more, or password not taken"),
    "question_chosen_done": to_translate("Challenge question chosen"),
    "question_chosen_refused": to_translate("Challenge question not taken: wrong password or dead link"),
    "portal_login_done": to_translate("Logged in to the portal"),
    "portal_login_refused": to_translate("Login to the portal refused"),
    "portal_logout_done": to_translate("Logged out of the portal"),
    "password_changed_done": to_translate("Password changed by the voter"),
    "password_changed_refused": to_translate("Change of password refused: current password wrong"),
    "question_changed_done": to_translate("Challenge question changed by the voter"),
    "question_changed_refused": to_translate("Change of the challenge question refused: password wrong"),
    "code_reissued_done": to_translate("Voter code issued again"),
    "code_reissued_refused": to_translate("Voter code not issued: wrong answer, or not possible now"),
}


def event_text(entry: TimelineEntry) -> str:
    """What happened, in one line."""
    if entry.event in _MAIL_STEPS:
        step = _(_MAIL_STEPS[entry.event])
        return _("{mail}: {step}").format(mail=mail_kind_text(MailKind(entry.detail)), step=step)
    if entry.event in _LINK_STEPS:
        return _(_LINK_STEPS[entry.event]).format(link=_purpose_text(LinkPurpose(entry.detail)))
    known = _(_ACTIONS[entry.event]) if entry.event in _ACTIONS else entry.event
    return _("{action}, reason: {reason}").format(action=known, reason=entry.detail) if entry.detail else known


def _purpose_text(purpose: LinkPurpose) -> str:
    return {
        LinkPurpose.ACTIVATION: _("Activation link"),
        LinkPurpose.PASSWORD: _("Password link"),
        LinkPurpose.QUESTION: _("Question link"),
    }[purpose]

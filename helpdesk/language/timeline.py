"""Words for the history of an account."""

from helpdesk.domain.states import LinkPurpose, MailKind
from helpdesk.domain.voters import TimelineEntry
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.words import mail_kind_text


def event_text(entry: TimelineEntry) -> str:
    """What happened, in one line."""
    if entry.event in _mail_steps():
        step = _mail_steps()[entry.event]
        return _("{mail}: {step}").format(mail=mail_kind_text(MailKind(entry.detail)), step=step)
    if entry.event in _link_steps():
        return _link_steps()[entry.event].format(link=_purpose_text(LinkPurpose(entry.detail)))
    known = _actions().get(entry.event, entry.event)
    return _("{action}, reason: {reason}").format(action=known, reason=entry.detail) if entry.detail else known


def _mail_steps() -> dict[str, str]:
    return {
        "mail_queued": _("put in the outbox"),
        "mail_accepted": _("accepted by the mail server"),
        "mail_delivered": _("delivered"),
        "mail_failed_permanently": _("refused by the mail server"),
        "mail_expired": _("given up, no server took it in time"),
        "mail_returned_permanent": _("came back, it cannot be delivered"),
        "mail_returned_temporary": _("came back, the voter's server has given up"),
        "mail_returned_delayed": _("delayed, the voter's server goes on trying"),
        "mail_returned_delivered": _("the voter's server reports that it was delivered"),
        "mail_returned_auto_reply": _("answered by a machine"),
        "mail_returned_reply": _("answered by a person"),
        "mail_returned_other": _("something came back"),
    }


def _link_steps() -> dict[str, str]:
    return {
        "link_opened": _("{link} opened by the voter"),
        "link_used": _("{link} used by the voter"),
        "link_replaced": _("{link} replaced by a newer one"),
    }


def _purpose_text(purpose: LinkPurpose) -> str:
    return {
        LinkPurpose.ACTIVATION: _("Activation link"),
        LinkPurpose.PASSWORD: _("Password link"),
        LinkPurpose.QUESTION: _("Question link"),
    }[purpose]


def _actions() -> dict[str, str]:
    return {
        "voter_viewed_refused": _("Opening the voter was refused"),
        "caller_verified_done": _("Caller verified"),
        "caller_verified_failed": _("Caller not verified: the answers did not match"),
        "caller_verified_refused": _("Verification refused"),
        "link_resent_done": _("Mail with a new link asked for"),
        "link_resent_refused": _("Resending refused"),
        "challenge_reset_done": _("Challenge question reset"),
        "challenge_reset_refused": _("Resetting the challenge question refused"),
        "mail_hurried_done": _("Mail tried again at once"),
        "mail_hurried_refused": _("Trying a mail again at once refused"),
        "mail_cancelled_done": _("Mail cancelled"),
        "mail_cancelled_refused": _("Cancelling a mail refused"),
        "returned_mail_handled_done": _("What came back was handled"),
        "invited_done": _("Invited in a campaign"),
        "voter_exported_done": _("All that is held on the voter was exported"),
        "voter_exported_refused": _("Exporting all that is held on the voter refused"),
        "call_logged_done": _("Call logged"),
        "call_logged_refused": _("Logging a call refused"),
        "address_change_requested_done": _("Another tied address asked for"),
        "address_change_requested_refused": _("Asking for another tied address refused"),
        "address_change_approved_done": _("Change of the tied address approved"),
        "address_change_approved_refused": _("Approving a change of address refused"),
        "address_change_refused_done": _("Change of the tied address turned down"),
        "address_change_refused_refused": _("Turning down a change of address refused"),
        "roll_imported_done": _("Changed by a new electoral roll"),
        "link_requested_done": _("Link asked for on the portal"),
        "link_requested_refused": _("Link asked for on the portal: enough mails for now"),
        "other_address_told_done": _("Link asked for with another address: told that it is not the tied one"),
        "password_chosen_done": _("Password chosen with a link"),
        "password_chosen_refused": _("Link tried that works no more, or password not taken"),
        "question_chosen_done": _("Challenge question chosen"),
        "question_chosen_refused": _("Challenge question not taken: wrong password or dead link"),
        "portal_login_done": _("Logged in to the portal"),
        "portal_login_refused": _("Login to the portal refused"),
        "portal_logout_done": _("Logged out of the portal"),
        "password_changed_done": _("Password changed by the voter"),
        "password_changed_refused": _("Change of password refused: current password wrong"),
        "question_changed_done": _("Challenge question changed by the voter"),
        "question_changed_refused": _("Change of the challenge question refused: password wrong"),
        "code_reissued_done": _("Voter code issued again"),
        "code_reissued_refused": _("Voter code not issued: wrong answer, or not possible now"),
    }

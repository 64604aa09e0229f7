"""Words for findings: what to read out to the caller, and what the suggested action is called."""

from datetime import datetime

from helpdesk.domain.findings import Finding, FindingCode, Parameter, SuggestedAction
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext, to_translate
from helpdesk.language.moments import moment_text
from helpdesk.language.server_answers import answer_text


def finding_text(finding: Finding, zone: str) -> str:
    """Advice to read out to the caller, whole sentences, times in the election's zone."""
    values: dict[str, str] = {key: _value(key, value, zone) for key, value in finding.parameters.items()}
    if finding.code is FindingCode.LINK_REPLACED:
        count = int(str(finding.parameters["count"]))
        template = ngettext(
            "A newer link has replaced that of an older mail. Only the link in the latest mail works: "
            "delete the older one.",
            "A newer link has replaced those of {count} older mails. Only the link in the latest mail works: "
            "delete the older ones.",
            count,
        )
        return template.format(**values)
    return _(_TEXTS[finding.code]).format(**values)


def action_text(action: SuggestedAction) -> str:
    """The suggested action, as its control is labelled; empty where talking suffices."""
    return {
        SuggestedAction.NONE: "",
        SuggestedAction.RESEND: _("Resend the mail"),
        SuggestedAction.VERIFY: _("Verify the caller"),
        SuggestedAction.RESET_CHALLENGE: _("Reset the question"),
        SuggestedAction.CHANGE_ADDRESS: _("Ask for a change of address"),
        SuggestedAction.WAIT: _("Wait"),
        SuggestedAction.REFER_TO_HR: _("Refer to human resources"),
    }[action]


def _value(key: str, value: Parameter, zone: str) -> str:
    if isinstance(value, datetime):
        return moment_text(value, zone)
    if key == "answer":
        return answer_text(str(value))
    if key == "missing":
        return {"question": _("the challenge question"), "account": _("an activated account")}[str(value)]
    return str(value)


_TEXTS: dict[FindingCode, str] = {
    FindingCode.OTHER_ADDRESS: to_translate(
        "The address you gave is known, but the account is tied to another professional address of yours: {tied}. "
        "Mails go there and nowhere else. Use that address on the portal and look in that mailbox."
    ),
    FindingCode.ADDRESS_UNKNOWN: to_translate(
        "The address you gave is not known for this account. It is tied to {tied}: use that one on the portal."
    ),
    FindingCode.LOCKED: to_translate(
        "The account is locked after several wrong passwords. It opens again by itself on {until}."
    ),
    FindingCode.NEVER_INVITED: to_translate(
        "No activation mail has been sent yet. We can send one now to the address tied to the account."
    ),
    FindingCode.MAIL_QUEUED: to_translate(
        "A mail to {tied} has been waiting to be sent since {since}. It will leave in a moment; "
        "nothing needs to be done."
    ),
    FindingCode.MAIL_DELAYED: to_translate(
        "The mail server of {tied} did not take the mail yet ({answer}). We try again by ourselves, next on {retry}."
    ),
    FindingCode.MAIL_REFUSED: to_translate(
        "The mail server of {tied} refused the mail: {answer}. Sending again will not help until that is mended, "
        "or until the account is tied to another address."
    ),
    FindingCode.MAILBOX_FULL: to_translate(
        "The mail to {tied} came back: {answer}. That can pass: please make room or wait a little, then we send a "
        "new one."
    ),
    FindingCode.ADDRESS_FAILING: to_translate(
        "Several mails to {tied} came back: that mailbox does not work. If you have another professional address, "
        "we can ask for the account to be tied to it."
    ),
    FindingCode.MAIL_EXPIRED: to_translate("The last mail to {tied} could not be sent in time. We can send a new one."),
    FindingCode.MAIL_ACCEPTED: to_translate(
        "The mail server of {tied} took the mail on {at}. Look in the spam folder, make room if the mailbox is "
        "full, and check that you are reading that very mailbox."
    ),
    FindingCode.LINK_VALID: to_translate("The link in the latest mail has not been used and works until {until}."),
    FindingCode.LINK_EXPIRED: to_translate("The link expired on {at} without being used. We can send a new one."),
    FindingCode.LINK_USED: to_translate("The link was used on {at}: it works only once."),
    FindingCode.QUESTION_NOT_CHOSEN: to_translate(
        "The challenge question was reset and no new one has been chosen yet: open the link in the mail, give your "
        "password and choose a question. If the link is lost, we can send a new one."
    ),
    FindingCode.ACTIVATION_UNFINISHED: to_translate(
        "The password is chosen but the challenge question is missing: log in on the portal with your address and "
        "password to choose one. If the password is forgotten, we can send a link."
    ),
    FindingCode.REISSUE_NOT_YET: to_translate(
        "A lost voter code cannot be issued again yet: that is possible from {opens}, when the vote opens."
    ),
    FindingCode.REISSUE_OVER: to_translate("The vote closed on {closed}: a voter code can no longer be issued again."),
    FindingCode.REISSUE_CLOSED: to_translate(
        "Too many wrong answers to the challenge question: a new voter code can be asked for again from {until}."
    ),
    FindingCode.REISSUE_MISSING: to_translate("Before a new voter code can be issued, this is missing: {missing}."),
    FindingCode.REISSUE_POSSIBLE: to_translate(
        "A lost voter code can be issued again on the portal until {until}: log in and answer the challenge question."
    ),
    FindingCode.BALLOT_MISSING: to_translate(
        "Most colleagues of the same corps are enrolled in the ballot {ballot}, and you are not. Human resources "
        "can check that; the desk cannot change enrolments."
    ),
    FindingCode.GONE_FROM_ROLL: to_translate(
        "Since {at} you are no longer on the electoral roll that the ministry sent. Please ask human resources."
    ),
    FindingCode.ALL_WELL: to_translate("The account is active and nothing is wrong with it."),
}

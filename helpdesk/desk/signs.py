"""Which icon and tone stand for a state, a fate or a finding, everywhere alike."""

from dataclasses import dataclass

from helpdesk.domain.address_changes import ChangeState
from helpdesk.domain.audit import Outcome
from helpdesk.domain.findings import FindingCode, SuggestedAction
from helpdesk.domain.roll import DifferenceKind, Severity
from helpdesk.domain.states import AccountState, CampaignState, MailFate


@dataclass(frozen=True, slots=True)
class Sign:
    """An icon's name, and a tone: good, notice, bad, told or neutral."""

    icon: str
    tone: str


STATE_SIGNS = {
    AccountState.NOT_INVITED: Sign("mail", "neutral"),
    AccountState.INVITED: Sign("send", "told"),
    AccountState.LINK_OPENED: Sign("tied", "told"),
    AccountState.PASSWORD_SET: Sign("key", "notice"),
    AccountState.ACTIVE: Sign("check", "good"),
    AccountState.CHALLENGE_RESET: Sign("question", "notice"),
    AccountState.LOCKED: Sign("lock", "bad"),
}

FATE_SIGNS = {
    MailFate.QUEUED: Sign("clock", "told"),
    MailFate.SENDING: Sign("send", "told"),
    MailFate.ACCEPTED: Sign("check", "good"),
    MailFate.DELIVERED: Sign("check", "good"),
    MailFate.DELAYED: Sign("clock", "notice"),
    MailFate.FAILED_TEMPORARILY: Sign("clock", "notice"),
    MailFate.FAILED_PERMANENTLY: Sign("cross", "bad"),
    MailFate.EXPIRED: Sign("cross", "neutral"),
}

CAMPAIGN_SIGNS = {
    CampaignState.RUNNING: Sign("send", "told"),
    CampaignState.PAUSED: Sign("clock", "notice"),
    CampaignState.STOPPED: Sign("cross", "neutral"),
    CampaignState.DONE: Sign("check", "good"),
}

CHANGE_SIGNS = {
    ChangeState.WAITING: Sign("clock", "notice"),
    ChangeState.APPROVED: Sign("check", "good"),
    ChangeState.REFUSED: Sign("cross", "bad"),
    ChangeState.EXPIRED: Sign("clock", "neutral"),
}

OUTCOME_SIGNS = {
    Outcome.DONE: Sign("check", "good"),
    Outcome.REFUSED: Sign("cross", "bad"),
    Outcome.FAILED: Sign("warning", "notice"),
}

PROBLEM_SIGNS = {Severity.ERROR: Sign("cross", "bad"), Severity.WARNING: Sign("warning", "notice")}

DIFFERENCE_SIGNS = {
    DifferenceKind.ADDED: Sign("plus", "good"),
    DifferenceKind.CHANGED: Sign("history", "told"),
    DifferenceKind.MISSING: Sign("warning", "notice"),
}

OPERATOR_OPEN = Sign("check", "good")
OPERATOR_CLOSED = Sign("lock", "bad")
VERIFIED = Sign("shield-check", "good")
NOT_VERIFIED = Sign("shield", "notice")
VERIFICATION_CLOSED = Sign("lock", "bad")
MAILS_CAME_BACK = Sign("warning", "bad")
DONE = Sign("check", "good")
REFUSED = Sign("warning", "bad")

ACTION_ICONS = {
    SuggestedAction.NONE: "speech",
    SuggestedAction.RESEND: "send",
    SuggestedAction.VERIFY: "shield",
    SuggestedAction.RESET_CHALLENGE: "question-reset",
    SuggestedAction.CHANGE_ADDRESS: "at",
    SuggestedAction.WAIT: "clock",
    SuggestedAction.REFER_TO_HR: "building",
}

_ALARMING = frozenset({FindingCode.MAIL_REFUSED, FindingCode.GONE_FROM_ROLL, FindingCode.LOCKED})
_TELLING = frozenset({FindingCode.OTHER_ADDRESS, FindingCode.ADDRESS_UNKNOWN})


def finding_sign(code: FindingCode, action: SuggestedAction) -> Sign:
    """What stands before a finding: something is wrong, something can be done, or there is something to say."""
    if code is FindingCode.ALL_WELL:
        return Sign("check", "good")
    if code in _ALARMING:
        return Sign("warning", "bad")
    if code in _TELLING:
        return Sign("at", "notice")
    if action is SuggestedAction.NONE:
        return Sign("speech", "told")
    return Sign(ACTION_ICONS[action], "told" if action is SuggestedAction.WAIT else "notice")

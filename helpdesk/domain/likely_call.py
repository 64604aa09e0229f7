"""What a call was probably about, so that logging it takes two keys; the agent corrects what is wrong."""

from collections.abc import Iterable
from datetime import datetime

from helpdesk.domain.contacts import ContactOutcome, Motive
from helpdesk.domain.findings import Finding, FindingCode
from helpdesk.domain.voters import TimelineEntry

_MOTIVES = {
    FindingCode.OTHER_ADDRESS: Motive.TWO_ADDRESSES,
    FindingCode.ADDRESS_UNKNOWN: Motive.TWO_ADDRESSES,
    FindingCode.MAIL_REFUSED: Motive.DEAD_ADDRESS,
    FindingCode.LINK_EXPIRED: Motive.LINK_REFUSED,
    FindingCode.LINK_REPLACED: Motive.LINK_REFUSED,
    FindingCode.QUESTION_NOT_CHOSEN: Motive.ANSWER_FORGOTTEN,
    FindingCode.REISSUE_POSSIBLE: Motive.CODE_LOST,
    FindingCode.BALLOT_MISSING: Motive.BALLOT_WRONG,
    FindingCode.NEVER_INVITED: Motive.NO_MAIL,
    FindingCode.MAIL_QUEUED: Motive.NO_MAIL,
    FindingCode.MAIL_DELAYED: Motive.NO_MAIL,
    FindingCode.MAIL_EXPIRED: Motive.NO_MAIL,
    FindingCode.MAIL_ACCEPTED: Motive.NO_MAIL,
    FindingCode.LINK_VALID: Motive.NO_MAIL,
}


def likely_motive(findings: Iterable[Finding]) -> Motive:
    """The motive that a diagnosis suggests, for the log to begin with; the agent chooses another if it is wrong."""
    codes = [finding.code for finding in findings]
    return next((_MOTIVES[code] for code in codes if code in _MOTIVES), Motive.OTHER)


_MAILED = frozenset({"link_resent_done", "challenge_reset_done"})


def likely_outcome(timeline: Iterable[TimelineEntry], *, actor: str, since: datetime) -> ContactOutcome:
    """What the operator's own actions since the page opened suggest as the call's outcome."""
    mine = {entry.event for entry in timeline if entry.actor == actor and entry.at >= since}
    if mine & _MAILED:
        return ContactOutcome.MAIL_SENT
    return ContactOutcome.REFERRED if "address_change_requested_done" in mine else ContactOutcome.ADVISED

"""What logging a call begins with: the motive that the diagnosis suggests, the outcome of what was done."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.domain.contacts import ContactOutcome, Motive
from helpdesk.domain.findings import Finding, FindingCode, SuggestedAction
from helpdesk.domain.likely_call import likely_motive, likely_outcome
from helpdesk.domain.voters import TimelineEntry

OPENED = datetime(2026, 11, 24, 10, tzinfo=UTC)
CODE = FindingCode


def finding(code):
    return Finding(code, SuggestedAction.NONE)


@pytest.mark.parametrize(
    ("codes", "motive"),
    [
        ([], Motive.OTHER),
        ([CODE.MAIL_ACCEPTED], Motive.NO_MAIL),
        ([CODE.MAIL_QUEUED], Motive.NO_MAIL),
        ([CODE.MAIL_DELAYED], Motive.NO_MAIL),
        ([CODE.MAIL_EXPIRED], Motive.NO_MAIL),
        ([CODE.NEVER_INVITED], Motive.NO_MAIL),
        ([CODE.LINK_VALID], Motive.NO_MAIL),
        ([CODE.MAIL_REFUSED, CODE.NEVER_INVITED], Motive.DEAD_ADDRESS),
        ([CODE.OTHER_ADDRESS, CODE.MAIL_ACCEPTED], Motive.TWO_ADDRESSES),
        ([CODE.ADDRESS_UNKNOWN], Motive.TWO_ADDRESSES),
        ([CODE.LINK_EXPIRED], Motive.LINK_REFUSED),
        ([CODE.LINK_REPLACED], Motive.LINK_REFUSED),
        ([CODE.QUESTION_NOT_CHOSEN], Motive.ANSWER_FORGOTTEN),
        ([CODE.REISSUE_POSSIBLE], Motive.CODE_LOST),
        ([CODE.BALLOT_MISSING], Motive.BALLOT_WRONG),
    ],
)
def test_the_first_thing_that_the_diagnosis_says_suggests_the_motive(codes, motive):
    assert likely_motive(finding(code) for code in codes) is motive


def done(event, *, actor="Alix", minutes=1):
    return TimelineEntry(OPENED + timedelta(minutes=minutes), actor, event, "")


@pytest.mark.parametrize(
    ("timeline", "outcome"),
    [
        ([], ContactOutcome.ADVISED),
        ([done("caller_verified_done")], ContactOutcome.ADVISED),
        ([done("link_resent_done")], ContactOutcome.MAIL_SENT),
        ([done("challenge_reset_done"), done("caller_verified_done")], ContactOutcome.MAIL_SENT),
        ([done("link_resent_refused")], ContactOutcome.ADVISED),
        ([done("address_change_requested_done")], ContactOutcome.REFERRED),
        ([done("address_change_requested_done"), done("link_resent_done")], ContactOutcome.MAIL_SENT),
        ([done("link_resent_done", actor="Somebody else")], ContactOutcome.ADVISED),
        ([done("link_resent_done", minutes=0)], ContactOutcome.MAIL_SENT),
        ([done("link_resent_done", minutes=-1)], ContactOutcome.ADVISED),
    ],
)
def test_what_the_operator_did_since_the_page_opened_is_the_outcome(timeline, outcome):
    assert likely_outcome(timeline, actor="Alix", since=OPENED) is outcome

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.domain.findings import CaseFacts, FindingCode, LastLink, LastMail, SuggestedAction, diagnose
from helpdesk.domain.states import AccountState, LinkState, MailFate, Phase
from helpdesk.language.catalogue import speak
from helpdesk.language.findings import action_text, finding_text

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
CODE, DO = FindingCode, SuggestedAction
MAIL = LastMail(MailFate.ACCEPTED, "250 2.0.0 Ok", NOW - timedelta(hours=2), NOW - timedelta(hours=2), None)
LINK = LastLink(LinkState.VALID, NOW + timedelta(hours=70), None, 0)
FACTS = CaseFacts(
    now=NOW,
    phase=Phase.ACTIVATION,
    vote_opens=NOW + timedelta(days=7),
    vote_closes=NOW + timedelta(days=14),
    state=AccountState.INVITED,
    locked_until=None,
    tied_address="marie.dupont@ac-rennes.fr",
    other_addresses=("marie.martin@ac-rennes.fr",),
    given_address="",
    mail=MAIL,
    link=LINK,
    reissue_closed_until=None,
    missing_ballots=(),
    missing_from_roll=None,
)


def diagnosis(**changes: object) -> dict[FindingCode, SuggestedAction]:
    return {finding.code: finding.action for finding in diagnose(replace(FACTS, **changes))}


def test_the_callers_address_is_known_but_not_the_tied_one():
    found = diagnosis(given_address="Marie.MARTIN@ac-rennes.fr")
    assert found[CODE.OTHER_ADDRESS] is DO.VERIFY
    assert CODE.OTHER_ADDRESS not in diagnosis(given_address="marie.dupont@ac-rennes.fr")
    assert CODE.ADDRESS_UNKNOWN in diagnosis(given_address="nobody@ac-rennes.fr")


def test_never_invited():
    found = diagnosis(state=AccountState.NOT_INVITED, mail=None, link=None)
    assert found[CODE.NEVER_INVITED] is DO.RESEND


def test_a_link_unused_and_still_valid():
    found = diagnosis()
    assert found[CODE.LINK_VALID] is DO.NONE
    assert CODE.MAIL_ACCEPTED in found


@pytest.mark.parametrize(
    ("state", "code", "action"),
    [
        (LinkState.EXPIRED, CODE.LINK_EXPIRED, DO.RESEND),
        (LinkState.USED, CODE.LINK_USED, DO.RESEND),
        (LinkState.REPLACED, CODE.LINK_REPLACED, DO.NONE),
    ],
)
def test_a_link_that_works_no_longer(state, code, action):
    assert diagnosis(link=replace(LINK, state=state, used=NOW))[code] is action


def test_a_newer_link_replaced_an_older_one():
    assert CODE.LINK_REPLACED in diagnosis(link=replace(LINK, replaced_before=2))


@pytest.mark.parametrize(
    ("fate", "code", "action"),
    [
        (MailFate.QUEUED, CODE.MAIL_QUEUED, DO.WAIT),
        (MailFate.SENDING, CODE.MAIL_QUEUED, DO.WAIT),
        (MailFate.FAILED_TEMPORARILY, CODE.MAIL_DELAYED, DO.WAIT),
        (MailFate.DELAYED, CODE.MAIL_DELAYED, DO.WAIT),
        (MailFate.FAILED_PERMANENTLY, CODE.MAIL_REFUSED, DO.CHANGE_ADDRESS),
        (MailFate.EXPIRED, CODE.MAIL_EXPIRED, DO.RESEND),
        (MailFate.DELIVERED, CODE.MAIL_ACCEPTED, DO.NONE),
    ],
)
def test_every_fate_of_a_mail_is_said(fate, code, action):
    assert diagnosis(mail=replace(MAIL, fate=fate))[code] is action


def test_the_servers_reason_is_in_plain_words():
    mail = replace(MAIL, fate=MailFate.FAILED_PERMANENTLY, answer="552 5.2.2 <m@x>: Over quota")
    (full,) = [found for found in diagnose(replace(FACTS, mail=mail)) if found.code is CODE.MAILBOX_FULL]
    assert "the mailbox is full" in finding_text(full, "Europe/Paris")
    assert full.action is DO.RESEND


def test_several_bounces_of_a_full_mailbox_ask_for_another_address():
    mail = replace(MAIL, fate=MailFate.FAILED_PERMANENTLY, answer="552 5.2.2 <m@x>: Over quota")
    assert diagnosis(mail=mail, tied_failing=True)[CODE.MAIL_REFUSED] is DO.CHANGE_ADDRESS
    assert diagnosis(mail=MAIL, tied_failing=True)[CODE.ADDRESS_FAILING] is DO.CHANGE_ADDRESS


def test_locked_until():
    assert diagnosis(state=AccountState.ACTIVE, locked_until=NOW + timedelta(minutes=5))[CODE.LOCKED] is DO.WAIT
    assert CODE.LOCKED not in diagnosis(state=AccountState.ACTIVE, locked_until=NOW)


def test_the_question_was_reset_and_none_chosen_yet():
    assert diagnosis(state=AccountState.CHALLENGE_RESET)[CODE.QUESTION_NOT_CHOSEN] is DO.RESEND


@pytest.mark.parametrize(
    ("phase", "state", "code"),
    [
        (Phase.ACTIVATION, AccountState.ACTIVE, CODE.REISSUE_NOT_YET),
        (Phase.CLOSED, AccountState.ACTIVE, CODE.REISSUE_OVER),
        (Phase.VOTE, AccountState.ACTIVE, CODE.REISSUE_POSSIBLE),
        (Phase.VOTE, AccountState.INVITED, CODE.REISSUE_MISSING),
        (Phase.VOTE, AccountState.CHALLENGE_RESET, CODE.REISSUE_MISSING),
    ],
)
def test_whether_a_voter_code_can_be_issued_again(phase, state, code):
    assert code in diagnosis(phase=phase, state=state)


def test_reissue_closed_after_wrong_answers():
    later = NOW + timedelta(hours=24)
    assert CODE.REISSUE_CLOSED in diagnosis(phase=Phase.VOTE, state=AccountState.ACTIVE, reissue_closed_until=later)


def test_a_ballot_that_colleagues_have_is_missing():
    assert diagnosis(missing_ballots=("CAPA-2D",))[CODE.BALLOT_MISSING] is DO.REFER_TO_HR


def test_nothing_is_wrong_with_an_active_account():
    assert CODE.ALL_WELL in diagnosis(state=AccountState.ACTIVE)
    assert CODE.ALL_WELL not in diagnosis(state=AccountState.ACTIVE, given_address="marie.martin@ac-rennes.fr")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("state", [state for state in AccountState if state is not AccountState.LOCKED])
def test_every_case_has_words_and_reads_out_no_address(phase, state, language):
    speak(language)
    cases = [
        replace(
            FACTS,
            phase=phase,
            state=state,
            mail=replace(MAIL, fate=fate),
            link=replace(LINK, state=link, used=NOW, replaced_before=before),
            given_address=given,
            locked_until=NOW + timedelta(minutes=5),
            missing_ballots=("CAPD",),
            missing_from_roll=NOW,
        )
        for fate in MailFate
        for link in LinkState
        for before in (0, 1, 3)
        for given in ("", "marie.martin@ac-rennes.fr", "x@y.fr")
    ]
    for case in cases:
        for finding in diagnose(case):
            text = finding_text(finding, "Europe/Paris")
            assert len(text) > 20
            assert "{" not in text
            assert "dupont" not in text
            action_text(finding.action)

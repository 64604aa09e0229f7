"""Resetting the challenge question: verified callers only, and never half."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import (
    ChangedMeanwhile,
    ConfirmationMismatch,
    NotVerified,
    ReasonMissing,
    WrongPhase,
    WrongState,
)
from helpdesk.domain.findings import FindingCode
from helpdesk.domain.states import AccountState, MailKind
from helpdesk.store.schema import account, one_time_link, outbox, portal_session, voter
from tests.voters import verify_caller

REASON = "answer forgotten"


@pytest.fixture
def number(add_voter):
    return add_voter(tied="marie.dupont@ac-rennes.fr", others=("marie.martin@ac-rennes.fr",), state=AccountState.ACTIVE)


def the_account(database):
    with database.read() as connection:
        return connection.execute(select(account)).one()


def test_question_and_answer_are_forgotten_and_the_voter_is_told(services, agent, number, database):
    password = the_account(database).password_hash
    verify_caller(services, agent, number)
    queued = services.challenge.reset(
        agent, number, reason=REASON, confirmed_address=" Marie.Dupont@ac-rennes.fr", seen_generation=0
    )
    row = the_account(database)
    assert (row.state, row.answer_hash, row.challenge_question_id) == (AccountState.CHALLENGE_RESET, None, None)
    assert row.password_hash == password
    assert (queued.kind, queued.to_masked) == (MailKind.QUESTION, "m•••.d•••@ac-rennes.fr")
    with database.read() as connection:
        sent = connection.execute(select(outbox.c.kind, outbox.c.to_address).order_by(outbox.c.id)).all()
    assert [tuple(mail) for mail in sent] == [
        (MailKind.QUESTION, "marie.dupont@ac-rennes.fr"),
        (MailKind.QUESTION_RESET_NOTICE, "marie.dupont@ac-rennes.fr"),
        (MailKind.QUESTION_RESET_NOTICE, "marie.martin@ac-rennes.fr"),
    ]
    codes = {finding.code for finding in services.voters.open(agent, number).findings}
    assert FindingCode.QUESTION_NOT_CHOSEN in codes


def test_links_and_portal_sessions_end(services, agent, number, database, clock):
    with database.write() as connection:
        voter_id = connection.execute(select(voter.c.id)).scalar_one()
        span = {"created": clock.now, "expires": clock.now + timedelta(hours=1)}
        connection.execute(insert(portal_session).values(voter_id=voter_id, token_hash="a" * 64, **span))
    services.activation.resend(agent, number, reason=REASON)
    (mail,) = services.outbox.claim("test", limit=1)
    services.outbox.mint_link(mail, "b" * 64)
    services.outbox.record_accepted(mail, "2.0.0", "250 Ok")
    verify_caller(services, agent, number)
    services.challenge.reset(agent, number, reason=REASON)
    with database.read() as connection:
        assert connection.scalar(select(portal_session.c.ended)) == clock.now
        assert connection.scalar(select(one_time_link.c.replaced)) == clock.now


def test_without_a_verified_caller_nothing_happens(services, agent, supervisor, number, database, clock):
    before = the_account(database)
    verify_caller(services, supervisor, number)
    with pytest.raises(NotVerified):
        services.challenge.reset(agent, number, reason=REASON)
    verify_caller(services, agent, number)
    clock.advance(minutes=15)
    with pytest.raises(NotVerified):
        services.challenge.reset(agent, number, reason=REASON)
    assert the_account(database) == before


def test_a_verification_holds_for_its_voter_only(services, agent, number, add_voter):
    other = add_voter(state=AccountState.ACTIVE)
    verify_caller(services, agent, other)
    with pytest.raises(NotVerified):
        services.challenge.reset(agent, number, reason=REASON)


def test_the_tied_address_confirms_and_no_other(services, agent, number, database):
    verify_caller(services, agent, number)
    for typed in ("marie.martin@ac-rennes.fr", "", "marie.dupont"):
        with pytest.raises(ConfirmationMismatch):
            services.challenge.reset(agent, number, reason=REASON, confirmed_address=typed)
    assert the_account(database).state == AccountState.ACTIVE


@pytest.mark.parametrize("state", [state for state in AccountState if state not in ("active", "locked")])
def test_only_an_active_account_has_a_question_to_reset(services, agent, add_voter, state):
    number = add_voter(state=state)
    verify_caller(services, agent, number)
    with pytest.raises(WrongState):
        services.challenge.reset(agent, number, reason=REASON)


def test_a_repeated_request_resets_once(services, agent, number, database):
    verify_caller(services, agent, number)
    first = services.challenge.reset(agent, number, reason=REASON, request="r-9", seen_generation=0)
    again = services.challenge.reset(agent, number, reason=REASON, request="r-9", seen_generation=0)
    assert (again.message, again.repeated) == (first.message, True)
    with database.read() as connection:
        assert len(connection.execute(select(outbox.c.id)).all()) == 3


def test_an_outdated_page_a_missing_reason_and_a_closed_vote_are_refused(services, agent, number, clock, election):
    verify_caller(services, agent, number)
    with pytest.raises(ReasonMissing):
        services.challenge.reset(agent, number, reason="")
    with pytest.raises(ChangedMeanwhile):
        services.challenge.reset(agent, number, reason=REASON, seen_generation=7)
    clock.now = election.vote_closes
    with pytest.raises(WrongPhase):
        services.challenge.reset(agent, number, reason=REASON)


def test_the_trail_says_who_did_it_and_why(services, administrator, agent, number):
    verify_caller(services, agent, number)
    services.challenge.reset(agent, number, reason=REASON)
    event = services.trail.show(administrator, voter=number)[0]
    assert (event.actor, event.action, event.outcome, event.reason) == (
        agent.name,
        Action.CHALLENGE_RESET,
        Outcome.DONE,
        REASON,
    )

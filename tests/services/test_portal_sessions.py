"""A voter's sessions at the portal, whatever the pages did: renewed hashes, voters who left, sessions that ended."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from helpdesk.adapters.argon2 import Argon2Hasher
from helpdesk.domain.audit import Action
from helpdesk.domain.errors import (
    PasswordsDiffer,
    PortalSessionEnded,
    VoterLoginRefused,
    WrongState,
)
from helpdesk.domain.folding import fold_answer
from helpdesk.domain.states import AccountState
from helpdesk.services import build_services
from helpdesk.services.voter_action import still_in_session, voter_action
from helpdesk.store.schema import account, portal_session, voter
from tests.voters import VOTER_ANSWER, VOTER_PASSWORD

TIED = "marie.dupont@ac-rennes.fr"
NEW_PASSWORD = "Another-Voter-Pass-2!"


@pytest.fixture
def number(add_voter):
    return add_voter(tied=TIED, state=AccountState.ACTIVE)


def password_hash(database):
    with database.read() as connection:
        return connection.scalar(select(account.c.password_hash))


def test_a_login_renews_a_hash_of_older_parameters_and_no_other(context, number, database):
    stronger = replace(context.limits, argon2_time_cost=2)
    sessions = build_services(replace(context, limits=stronger, hasher=Argon2Hasher(stronger))).portal_sessions
    before = password_hash(database)
    with pytest.raises(VoterLoginRefused):
        sessions.log_in(TIED, "Wrong-Password-1!")
    assert password_hash(database) == before
    sessions.log_in(TIED, VOTER_PASSWORD)
    renewed = password_hash(database)
    assert "t=2" in renewed
    sessions.log_in(TIED, VOTER_PASSWORD)
    assert password_hash(database) == renewed


def test_logging_out_twice_is_told_once(services, administrator, number):
    token = services.portal_sessions.log_in(TIED, VOTER_PASSWORD)
    services.portal_sessions.log_out(token)
    services.portal_sessions.log_out(token)
    services.portal_sessions.log_out("never-was")
    assert [each.action for each in services.trail.show(administrator)].count(Action.PORTAL_LOGOUT) == 1
    with pytest.raises(PortalSessionEnded):
        services.portal_sessions.resume(token)


def test_the_session_of_a_voter_who_left_the_roll_is_over(services, number, database):
    token = services.portal_sessions.log_in(TIED, VOTER_PASSWORD)
    with database.write() as connection:
        connection.execute(delete(voter).where(voter.c.number == number))
        assert connection.execute(select(portal_session)).all() == []
    with pytest.raises(PortalSessionEnded):
        services.portal_sessions.resume(token)


def test_a_session_that_ended_while_a_form_was_filled_in_changes_nothing(services, number, database):
    token = services.portal_sessions.log_in(TIED, VOTER_PASSWORD)
    with database.write() as connection:
        connection.execute(update(portal_session).values(ended=portal_session.c.created))
    before = password_hash(database)
    with pytest.raises(PortalSessionEnded):
        services.own_account.change_password(
            token, current=VOTER_PASSWORD, password=NEW_PASSWORD, repeated=NEW_PASSWORD
        )
    assert password_hash(database) == before


def test_two_passwords_that_differ_are_refused_before_anything_is_compared(services, number, database):
    token = services.portal_sessions.log_in(TIED, VOTER_PASSWORD)
    before = password_hash(database)
    with pytest.raises(PasswordsDiffer):
        services.own_account.change_password(token, current="wrong", password=NEW_PASSWORD, repeated=NEW_PASSWORD + "?")
    assert password_hash(database) == before


def test_an_account_is_activated_once_and_its_question_changed_when_it_is_active(services, number, database, context):
    token = services.portal_sessions.log_in(TIED, VOTER_PASSWORD)
    question = services.own_account.questions()[0].code
    with pytest.raises(WrongState):
        services.own_account.activate(token, question=question, answer="Minouche la chatte")
    with database.write() as connection:
        connection.execute(update(account).values(state=AccountState.PASSWORD_SET))
    with pytest.raises(WrongState):
        services.own_account.change_question(
            token, password=VOTER_PASSWORD, question=question, answer="Minouche la chatte"
        )
    with database.read() as connection:
        assert context.hasher.matches(connection.scalar(select(account.c.answer_hash)), fold_answer(VOTER_ANSWER))


def test_nobody_acts_on_the_account_of_a_voter_who_left_or_in_the_session_of_another(
    context, number, services, add_voter
):
    other = add_voter(tied="anne.autre@ac-rennes.fr", state=AccountState.ACTIVE)
    token = services.portal_sessions.log_in(TIED, VOTER_PASSWORD)
    with voter_action(context, action=Action.PASSWORD_CHANGED, number=number) as act:
        act.silent = True
        still_in_session(act, token, context.limits)
    with pytest.raises(PortalSessionEnded), voter_action(context, action=Action.PASSWORD_CHANGED, number=other) as act:
        still_in_session(act, token, context.limits)
    with pytest.raises(PortalSessionEnded), voter_action(context, action=Action.PASSWORD_CHANGED, number="9"):
        pass

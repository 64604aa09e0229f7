"""Verifying a caller: matched or not, counted across all agents, never shown."""

from datetime import timedelta

import pytest

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import TooFewClaims, VerificationClosed
from helpdesk.domain.verification import Claim
from tests.voters import verify_caller

RIGHT = {Claim.BIRTH_DATE: "4 mars 1980", Claim.ESTABLISHMENT: "college jean moullin"}
WRONG = {Claim.BIRTH_DATE: "5 mars 1980", Claim.ESTABLISHMENT: "college jean moullin"}


def test_matched_opens_fifteen_minutes_for_this_operator_only(services, agent, supervisor, add_voter, clock):
    number = add_voter()
    result = services.verification.verify(agent, number, RIGHT)
    assert result.matched
    assert result.until == clock.now + timedelta(minutes=15)
    assert services.voters.open(agent, number).verified_until == result.until
    assert services.voters.open(supervisor, number).verified_until is None
    clock.advance(minutes=15)
    assert services.voters.open(agent, number).verified_until is None


def test_five_failures_of_all_agents_together_close_it_for_an_hour(services, agent, supervisor, add_voter, clock):
    number = add_voter()
    left = [services.verification.verify(who, number, WRONG).failures_left for who in [agent, supervisor] * 2 + [agent]]
    assert left == [4, 3, 2, 1, 0]
    closed_at = clock.now
    for who in (agent, supervisor):
        with pytest.raises(VerificationClosed) as refused:
            services.verification.verify(who, number, RIGHT)
        assert refused.value.until == closed_at + timedelta(hours=1)
    assert services.voters.open(agent, number).verification_closed_until == closed_at + timedelta(hours=1)
    clock.advance(hours=1)
    assert services.verification.verify(agent, number, RIGHT).matched


def test_another_voter_is_not_closed(services, agent, add_voter):
    number, other = add_voter(), add_voter()
    for _ in range(5):
        services.verification.verify(agent, number, WRONG)
    assert services.verification.verify(agent, other, RIGHT).matched


def test_too_little_is_not_an_attempt(services, agent, add_voter):
    number = add_voter()
    for _ in range(6):
        with pytest.raises(TooFewClaims):
            services.verification.verify(agent, number, {Claim.BIRTH_DATE: "4/3/1980", Claim.CORPS: " "})
    assert services.verification.verify(agent, number, RIGHT).failures_left == 5


def test_the_trail_tells_which_items_were_compared_and_no_value(services, administrator, agent, add_voter):
    number = add_voter()
    services.verification.verify(agent, number, WRONG)
    event = services.trail.show(administrator, voter=number)[0]
    assert (event.action, event.outcome) == (Action.CALLER_VERIFIED, Outcome.FAILED)
    assert event.detail == {"attributes": "birth_date establishment"}


def test_failures_under_a_clock_that_was_ahead_close_nothing_once_it_is_right(services, agent, add_voter, clock):
    number, right = add_voter(), clock()
    clock.advance(days=30)
    for _ in range(5):
        assert not services.verification.verify(agent, number, WRONG).matched
    with pytest.raises(VerificationClosed):
        services.verification.verify(agent, number, WRONG)
    clock.now = right
    verify_caller(services, agent, number)

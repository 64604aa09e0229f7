"""The guard of every action on one voter: whom, when, with which reason, and what a broken commit is told as."""

from datetime import timedelta

import pytest

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import (
    OutcomeUnknown,
    OutOfScope,
    ReasonMissing,
    SessionEnded,
    StoreUnreachable,
    VoterNotFound,
    WrongPhase,
)
from helpdesk.domain.roles import Operator, Permission, Role, Scope
from helpdesk.domain.states import Phase
from helpdesk.services.guard import check_phase, checked_reason, guarded_action, guarded_look, stored_scope

RENNES, IN_35 = Scope(academies=frozenset({"Rennes"})), Scope(departments=frozenset({"35"}))


@pytest.mark.parametrize("scope", [RENNES, IN_35], ids=["academy", "department"])
def test_a_scope_hides_who_is_elsewhere_and_who_is_nowhere_alike(context, add_operator, add_voter, scope):
    scoped = add_operator("Gaston", scope=scope)
    here, elsewhere = add_voter(), add_voter(academy="Nantes", department="44")
    with guarded_look(context, scoped, permission=Permission.SEARCH_VOTERS, number=here) as look:
        assert (look.voter.number, look.operator) == (here, scoped)
    for number in (elsewhere, "99999999"):
        with (
            pytest.raises(OutOfScope),
            guarded_look(context, scoped, permission=Permission.SEARCH_VOTERS, number=number),
        ):
            pass


def test_without_a_scope_a_voter_who_is_not_there_is_told_as_that(context, agent, add_voter):
    number = add_voter(academy="Nantes", department="44")
    with guarded_look(context, agent, permission=Permission.SEARCH_VOTERS, number=number) as look:
        assert look.voter.number == number
    with pytest.raises(VoterNotFound), guarded_look(context, agent, permission=Permission.SEARCH_VOTERS, number="9"):
        pass


def test_the_stored_scope_is_the_operators_own(context, add_operator, agent):
    both = Scope(academies=frozenset({"Rennes", "Nantes"}), departments=frozenset({"75"}))
    scoped = add_operator("Gaston", scope=both)
    with context.store.read() as connection:
        assert stored_scope(connection, scoped.id) == both
        assert stored_scope(connection, agent.id) == Scope()


def test_an_operators_number_alone_opens_nothing(context, agent, add_voter):
    number = add_voter()
    other = Operator(agent.id, "Somebody else", Role.AGENT)
    with pytest.raises(SessionEnded), guarded_look(context, other, permission=Permission.SEARCH_VOTERS, number=number):
        pass


def test_a_reason_has_three_characters_and_is_kept_up_to_five_hundred():
    assert checked_reason(" abc ") == "abc"
    assert checked_reason("bla " * 200) == ("bla " * 200)[:500]
    with pytest.raises(ReasonMissing):
        checked_reason(" ab ")


def test_a_wrong_phase_is_named_with_the_moment_of_the_opening(election):
    early, late = election.portal_opens - timedelta(days=1), election.vote_closes
    check_phase(election, early, None)
    check_phase(election, late, frozenset({Phase.CLOSED}))
    for moment, phase, opens in (
        (early, Phase.BEFORE_OPENING, election.portal_opens), (late, Phase.CLOSED, None),
    ):  # fmt: skip
        with pytest.raises(WrongPhase) as refused:
            check_phase(election, moment, frozenset({Phase.ACTIVATION, Phase.VOTE}))
        assert (refused.value.phase, refused.value.opens) == (phase, opens)


def act(context, actor, number, *, request, unknown=False):
    """An action that does nothing but be in the trail; `unknown` when the answer to its commit is lost."""
    with guarded_action(
        context, actor, action=Action.CALL_LOGGED, permission=Permission.SEARCH_VOTERS, number=number, request=request
    ) as guarded:
        if unknown:
            raise OutcomeUnknown
        return guarded.done_before


def test_a_commit_whose_end_is_unknown_is_done_if_the_trail_has_its_request(context, agent, add_voter):
    number = add_voter()
    with pytest.raises(StoreUnreachable):
        act(context, agent, number, request="r-1", unknown=True)
    assert act(context, agent, number, request="r-1") is None
    act(context, agent, number, request="r-1", unknown=True)  # the row is there: it was done
    assert act(context, agent, number, request="r-1") is not None
    with pytest.raises(StoreUnreachable):
        act(context, agent, number, request="r-2", unknown=True)
    with pytest.raises(OutcomeUnknown):
        act(context, agent, number, request=None, unknown=True)

"""The call log: logged once, seen by the next agent, free of secrets, with promises that come back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.domain.audit import Action
from helpdesk.domain.contacts import Channel, Contact, ContactOutcome, Motive
from helpdesk.domain.errors import BadFollowUp, NoteHoldsSecret, OutOfScope, OwnRecord, RoleRefused
from helpdesk.domain.roles import Role, Scope
from helpdesk.store.schema import contact, draft


@pytest.fixture
def call(clock):
    def make(**more):
        values = {
            "started": clock.now - timedelta(minutes=4),
            "channel": Channel.PHONE,
            "motive": Motive.NO_MAIL,
            "outcome": ContactOutcome.MAIL_SENT,
            "note": "Rappelle si rien demain",
        }
        return Contact(**(values | more))

    return make


def today(clock, election):
    return election.local(clock.now).date()


def test_the_next_agent_sees_the_call(services, agent, supervisor, add_voter, call, clock, administrator):
    number = add_voter()
    services.contacts.log(agent, number, call())
    (seen,) = services.voters.open(supervisor, number).contacts
    assert (seen.operator, seen.motive, seen.outcome, seen.note) == (
        agent.name,
        Motive.NO_MAIL,
        ContactOutcome.MAIL_SENT,
        "Rappelle si rien demain",
    )
    assert (seen.started, seen.ended) == (clock.now - timedelta(minutes=4), clock.now)
    event = next(each for each in services.trail.show(administrator, voter=number) if each.action == Action.CALL_LOGGED)
    assert event.detail == {"channel": "phone", "motive": "no_mail", "outcome": "mail_sent"}
    assert "Rappelle" not in str(event)


def test_a_request_is_logged_once(services, agent, add_voter, call, database):
    number = add_voter()
    for _time in range(2):
        services.contacts.log(agent, number, call(), request="call-1")
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(contact)) == 1


@pytest.mark.parametrize("note", ["mot de passe : Azerty2022!", "code électeur 48217733"])
def test_a_note_with_a_secret_is_refused_and_kept_nowhere(services, agent, add_voter, call, database, note):
    number = add_voter()
    with pytest.raises(NoteHoldsSecret):
        services.contacts.log(agent, number, call(note=note))
    assert not services.drafts.keep(agent, number, note)
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(contact)) == 0
        assert connection.scalar(select(func.count()).select_from(draft)) == 0


def test_promises_come_back_until_somebody_calls_again(services, agent, supervisor, add_voter, call, clock, election):
    number, other = add_voter(), add_voter(first="Paul")
    tomorrow = today(clock, election) + timedelta(days=1)
    services.contacts.log(agent, number, call(outcome=ContactOutcome.TO_FOLLOW, follow_up=tomorrow))
    services.contacts.log(agent, other, call(follow_up=tomorrow + timedelta(days=1)))
    assert services.contacts.follow_ups(agent) == ()
    clock.advance(days=1)
    (promised,) = services.contacts.follow_ups(supervisor)
    assert (promised.voter, promised.operator, promised.day) == (number, agent.name, tomorrow)
    services.contacts.log(supervisor, number, call(outcome=ContactOutcome.SOLVED))
    assert services.contacts.follow_ups(supervisor) == ()
    clock.advance(days=1)
    assert [each.voter for each in services.contacts.follow_ups(agent)] == [other]


def test_follow_ups_lie_ahead_and_within_a_year(services, agent, add_voter, call, clock, election):
    number, day = add_voter(), today(clock, election)
    for wrong in (day - timedelta(days=1), day + timedelta(days=400)):
        with pytest.raises(BadFollowUp):
            services.contacts.log(agent, number, call(follow_up=wrong))
    services.contacts.log(agent, number, call(follow_up=day))


def test_scope_own_record_and_role_hold_for_calls(services, add_operator, auditor, add_voter, call, clock):
    number = add_voter(academy="Rennes", department="35")
    elsewhere = add_operator("Elsa", scope=Scope(academies=frozenset({"Nantes"})))
    herself = add_operator("Marie", voter_number=number)
    promised = call(follow_up=(clock.now + timedelta(days=1)).date())
    for who, refusal in ((elsewhere, OutOfScope), (herself, OwnRecord), (auditor, RoleRefused)):
        with pytest.raises(refusal):
            services.contacts.log(who, number, promised)
    within = add_operator("Ronan", Role.AGENT, scope=Scope(departments=frozenset({"35"})))
    services.contacts.log(within, number, promised)
    clock.advance(days=1)
    assert services.contacts.follow_ups(elsewhere) == ()
    assert [each.voter for each in services.contacts.follow_ups(within)] == [number]


def test_an_unfinished_note_survives_and_is_its_writers_alone(services, agent, supervisor, add_voter, call):
    number = add_voter()
    assert services.drafts.keep(agent, number, "a déjà appel")
    assert services.drafts.keep(agent, number, "a déjà appelé hier")
    assert services.drafts.of_voter(agent, number) == "a déjà appelé hier"
    assert services.drafts.of_voter(supervisor, number) == ""
    assert [(each.voter, each.note) for each in services.drafts.unfinished(agent)] == [(number, "a déjà appelé hier")]
    services.contacts.log(agent, number, call(note="a déjà appelé hier, rappel prévu"))
    assert services.drafts.unfinished(agent) == ()
    services.drafts.keep(agent, number, "encore")
    services.drafts.keep(agent, number, "  ")
    assert services.drafts.unfinished(agent) == ()


def test_pinned_and_recent_voters_are_ones_own(services, agent, supervisor, add_voter, add_operator):
    first, second = add_voter(first="Anne"), add_voter(first="Paul")
    for number in (first, second, first):
        services.voters.open(agent, number)
    for _time in range(2):
        services.shortlist.pin(agent, second)
    shown = services.shortlist.shown(agent)
    assert [each.voter for each in shown.recent] == [first, second]
    assert [(each.voter, each.name) for each in shown.pinned] == [(second, "Paul Dupont")]
    assert services.shortlist.shown(supervisor) == services.shortlist.shown(supervisor)
    assert services.shortlist.shown(supervisor).pinned == ()
    services.shortlist.unpin(agent, "99999999")
    services.shortlist.unpin(agent, first)
    assert len(services.shortlist.shown(agent).pinned) == 1
    services.shortlist.unpin(agent, second)
    assert services.shortlist.shown(agent).pinned == ()


def test_a_voter_that_left_the_scope_leaves_the_list(services, administrator, add_operator, add_voter):
    number = add_voter(academy="Rennes")
    who = add_operator("Ronan", scope=Scope(academies=frozenset({"Rennes"})))
    services.voters.open(who, number)
    services.shortlist.pin(who, number)
    services.operators.set_scope(administrator, "Ronan", Scope(academies=frozenset({"Nantes"})))
    shown = services.shortlist.shown(who)
    assert (shown.pinned, shown.recent) == ((), ())

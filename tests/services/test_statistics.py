"""Figures: counted within the scope, the same on both databases, with the lists behind them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from helpdesk.domain.contacts import Channel, Contact, ContactOutcome, Motive
from helpdesk.domain.errors import RoleRefused
from helpdesk.domain.roles import Scope
from helpdesk.domain.states import AccountState
from helpdesk.domain.statistics import Dimension, Fact
from helpdesk.store.schema import account


@pytest.fixture
def voters(add_voter, database, clock):
    made = [
        add_voter(first="Anne", family="Bernard", state=AccountState.ACTIVE),
        add_voter(first="Paul", family="Adam", state=AccountState.INVITED, ballots=("CSA-MEN",)),
        add_voter(first="Léa", academy="Nantes", department="44", code="0440001M", school="Lycée Clemenceau"),
    ]
    with database.write() as connection:
        active = update(account).where(account.c.state == AccountState.ACTIVE)
        connection.execute(active.values(activated_at=clock.now - timedelta(days=2)))
    return made


def test_states_and_bars_add_up(services, agent, voters):
    overview = services.statistics.overview(agent)
    assert overview.states == {AccountState.ACTIVE: 1, AccountState.INVITED: 1, AccountState.NOT_INVITED: 1}
    bars = {each.code: (each.voters, each.active) for each in overview.slices[Dimension.ACADEMY]}
    assert bars == {"Rennes": (2, 1), "Nantes": (1, 0)}
    names = [(each.code, each.name, each.voters) for each in overview.slices[Dimension.ESTABLISHMENT]]
    assert names == [("0350001L", "Collège Jean Moulin", 2), ("0440001M", "Lycée Clemenceau", 1)]
    ballots = {each.code: each.voters for each in overview.slices[Dimension.BALLOT]}
    assert ballots == {"CSA-MEN": 3, "CSA-A": 2}


def test_days_calls_mails_and_load(services, agent, voters, clock, election):
    services.activation.resend(agent, voters[1], reason="no mail")
    (mail,) = services.outbox.claim("test", limit=1)
    services.outbox.record_accepted(mail, "2.0.0", "250 Ok")
    call = Contact(clock.now, Channel.PHONE, Motive.NO_MAIL, ContactOutcome.MAIL_SENT)
    services.contacts.log(agent, voters[1], call)
    overview = services.statistics.overview(agent)
    today = election.local(clock.now).date()
    assert [(each.day, each.invited, each.activated) for each in overview.days] == [
        (today - timedelta(days=2), 0, 1),
        (today - timedelta(days=1), 0, 0),
        (today, 1, 0),
    ]
    assert overview.calls == {Motive.NO_MAIL: 1}
    assert overview.mails == {"accepted": 1}
    assert {hour: count for hour, count in enumerate(overview.load) if count} == {election.local(clock.now).hour: 1}


def test_the_list_behind_a_bar_is_that_bars(services, agent, voters):
    listed = services.statistics.voters(agent, Dimension.ACADEMY, "Rennes")
    assert [each.name for each in listed] == ["Paul Adam", "Anne Bernard"]
    active = services.statistics.voters(agent, Dimension.BALLOT, "CSA-A", state=AccountState.ACTIVE)
    assert [each.voter for each in active] == [voters[0]]


def test_behind_a_motive_a_fate_an_hour_and_a_state_each_voter_is_listed_once(services, agent, voters, clock, election):
    services.activation.resend(agent, voters[1], reason="no mail")
    call = Contact(clock.now, Channel.PHONE, Motive.NO_MAIL, ContactOutcome.MAIL_SENT)
    for voter in (voters[1], voters[1], voters[2]):
        services.contacts.log(agent, voter, call)
    yesterday = replace(call, started=clock.now - timedelta(days=1))
    services.contacts.log(agent, voters[0], yesterday)
    hour = election.local(clock.now).hour
    for behind, code, listed in (
        (Fact.MOTIVE, Motive.NO_MAIL, set(voters)),
        (Fact.HOUR, str(hour), {voters[1], voters[2]}),
        (Fact.HOUR, str((hour + 1) % 24), set()),
        (Fact.FATE, "queued", {voters[1]}),
        (Fact.FATE, "accepted", set()),
        (Fact.STATE, AccountState.ACTIVE, {voters[0]}),
    ):
        found = [each.voter for each in services.statistics.voters(agent, behind, code)]
        assert sorted(found) == sorted(listed), (behind, code)


def test_nothing_outside_the_scope_is_counted_or_listed(services, add_operator, voters, auditor):
    nantes = add_operator("Nina", scope=Scope(academies=frozenset({"Nantes"})))
    assert services.statistics.overview(nantes).voters == 1
    assert services.statistics.voters(nantes, Dimension.ACADEMY, "Rennes") == ()
    active = services.statistics.voters(nantes, Fact.STATE, AccountState.ACTIVE)
    assert active == ()
    with pytest.raises(RoleRefused):
        services.statistics.overview(auditor)
    with pytest.raises(RoleRefused):
        services.statistics.voters(auditor, Dimension.ACADEMY, "Rennes")

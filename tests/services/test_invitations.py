"""Bulk mail: counted first, confirmed, resumable, under every rule of a single resend, to nobody twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import (
    CampaignEnded,
    CampaignNotFound,
    ConfirmationNeeded,
    RoleRefused,
    WrongPhase,
)
from helpdesk.domain.invitations import INVITABLE, Selection
from helpdesk.domain.roles import Role, Scope
from helpdesk.domain.states import AccountState, CampaignState, MailFate
from helpdesk.services import invitations as campaigns
from helpdesk.services.outbox import Outbox
from helpdesk.store.schema import account, address, audit_event, outbox, voter

WHY = "opening of the portal"


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(campaigns, "BATCH", 4)


@pytest.fixture
def invite(services, supervisor):
    def go(selection=None, **more):
        view = services.invitations.start(supervisor, selection or Selection(), reason=WHY, **more)
        while view.state is CampaignState.RUNNING:
            view = services.invitations.advance(supervisor, view.id)
        return view

    return go


def mails(database):
    with database.read() as connection:
        query = select(voter.c.number, outbox).join(voter, voter.c.id == outbox.c.voter_id).order_by(outbox.c.id)
        return connection.execute(query).all()


def test_everybody_of_the_selection_is_invited_once_and_the_trail_names_each(services, invite, add_voter, database):
    numbers = [add_voter() for _ in range(10)]
    add_voter(state=AccountState.ACTIVE)
    view = invite()
    assert (view.state, view.total, view.queued, view.waiting) == (CampaignState.DONE, 10, 10, 10)
    assert [row.number for row in mails(database)] == numbers
    assert {(row.priority, row.campaign_id, row.generation) for row in mails(database)} == {(1, view.id, 1)}
    with database.read() as connection:
        told = connection.scalars(select(audit_event.c.voter).where(audit_event.c.action == "invited")).all()
        states = connection.scalars(select(account.c.state)).all()
    assert sorted(told) == sorted(numbers)
    assert sorted(states) == sorted(["invited"] * 10 + ["active"])
    assert invite().queued == 0


def test_a_run_that_died_goes_on_where_it_stopped_and_doubles_nothing(
    services, supervisor, invite, add_voter, database
):
    for _ in range(11):
        add_voter()
    view = services.invitations.start(supervisor, Selection(), reason=WHY)
    services.invitations.advance(supervisor, view.id)  # and then the process dies
    resumed = invite()
    assert (resumed.id, resumed.queued, resumed.total) == (view.id, 11, 11)
    assert len({row.number for row in mails(database)}) == len(mails(database)) == 11


def test_a_batch_that_fails_leaves_no_trace(services, supervisor, add_voter, database, monkeypatch):
    for _ in range(3):
        add_voter()
    view = services.invitations.start(supervisor, Selection(), reason=WHY)
    with monkeypatch.context() as broken:
        broken.setattr(campaigns, "append_all", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            services.invitations.advance(supervisor, view.id)
    assert mails(database) == []
    assert services.invitations.advance(supervisor, view.id).queued == 3


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), {"never", "nantes", "cpe"}),
        (Selection(academy="Nantes"), {"nantes"}),
        (Selection(department="44"), {"nantes"}),
        (Selection(corps="CPE"), {"cpe"}),
        (Selection(establishment="0440001x"), {"nantes"}),
        (Selection(state=AccountState.INVITED), {"invited", "old", "fresh"}),
        (Selection(days=7), {"never", "nantes", "cpe", "invited", "old"}),
    ],
)
def test_whom_a_selection_chooses(services, supervisor, agent, add_voter, clock, database, selection, chosen):
    names = {
        add_voter(): "never",
        add_voter(academy="Nantes", department="44", code="0440001X"): "nantes",
        add_voter(corps="CPE"): "cpe",
        add_voter(state=AccountState.INVITED): "invited",
        add_voter(state=AccountState.ACTIVE): "active",
    }
    old = add_voter(state=AccountState.INVITED)
    fresh = add_voter(state=AccountState.LINK_OPENED)
    names |= {old: "old", fresh: "fresh"}
    services.activation.resend(agent, old, reason="asked for")
    clock.advance(days=8)
    services.activation.resend(agent, fresh, reason="asked for")
    with database.write() as connection:  # both were sent
        connection.execute(update(outbox).values(fate=MailFate.ACCEPTED))
    view = services.invitations.start(supervisor, selection, reason=WHY)
    while view.state is CampaignState.RUNNING:
        view = services.invitations.advance(supervisor, view.id)
    invited = {row.number for row in mails(database) if row.campaign_id is not None}
    assert {names[number] for number in invited} == chosen
    assert view.total == len(chosen)


def test_rules_of_a_single_resend_hold_for_many(services, supervisor, agent, add_voter, add_operator, database, clock):
    ordinary = add_voter(state=AccountState.INVITED)
    failing = add_voter(state=AccountState.INVITED, tied="dead@ac-rennes.fr")
    gone = add_voter(state=AccountState.INVITED, tied="gone@ac-rennes.fr")
    waiting = add_voter(state=AccountState.INVITED)
    throttled = add_voter(state=AccountState.INVITED)
    services.activation.resend(agent, waiting, reason="asked for")
    for _ in range(3):
        services.activation.resend(agent, throttled, reason="asked for")
        with database.write() as connection:
            mine = outbox.c.voter_id == select(voter.c.id).where(voter.c.number == throttled).scalar_subquery()
            connection.execute(update(outbox).where(mine).values(fate=MailFate.ACCEPTED, attempts=1))
    with database.write() as connection:
        connection.execute(update(address).where(address.c.address == "dead@ac-rennes.fr").values(bounces=2))
        connection.execute(update(voter).where(voter.c.number == gone).values(missing_since=clock.now))
    own = add_voter(state=AccountState.INVITED)
    boss = add_operator("Bea Boss", Role.SUPERVISOR, voter_number=own)
    selection = Selection(state=AccountState.INVITED)
    assert services.invitations.count(boss, selection) == 1
    view = services.invitations.start(boss, selection, reason=WHY)
    services.invitations.advance(boss, view.id)
    bulk = [row.number for row in mails(database) if row.campaign_id is not None]
    assert bulk == [ordinary]
    assert failing not in bulk


def test_a_scope_limits_whom_a_campaign_reaches(services, add_operator, add_voter, database):
    scope = Scope(academies=frozenset({"Rennes"}))
    boss = add_operator("Rita Rennes", Role.SUPERVISOR, scope=scope)
    inside = add_voter()
    add_voter(academy="Nantes", department="44")
    assert services.invitations.count(boss, Selection()) == 1
    view = services.invitations.start(boss, Selection(), reason=WHY)
    services.invitations.advance(boss, view.id)
    assert [row.number for row in mails(database)] == [inside]
    assert services.invitations.count(boss, Selection(academy="Nantes")) == 0


def test_above_a_hundred_the_number_is_typed(services, supervisor, add_voter, monkeypatch, database):
    monkeypatch.setattr(campaigns, "CONFIRM_ABOVE", 2)
    for _ in range(3):
        add_voter()
    for wrong in (None, 2, 4):
        with pytest.raises(ConfirmationNeeded) as needed:
            services.invitations.start(supervisor, Selection(), reason=WHY, confirmed=wrong)
        assert needed.value.count == 3
    assert services.invitations.start(supervisor, Selection(), reason=WHY, confirmed=3).total == 3
    assert mails(database) == []


def test_only_supervisors_and_only_while_accounts_can_be_opened(services, agent, supervisor, clock, add_voter):
    add_voter()
    with pytest.raises(RoleRefused):
        services.invitations.start(agent, Selection(), reason=WHY)
    clock.now -= timedelta(days=30)
    with pytest.raises(WrongPhase):
        services.invitations.start(supervisor, Selection(), reason=WHY)


def test_a_paused_campaign_is_held_and_goes_on(services, supervisor, context, add_voter):
    for _ in range(6):
        add_voter()
    view = services.invitations.start(supervisor, Selection(), reason=WHY)
    services.invitations.advance(supervisor, view.id)
    assert services.invitations.pause(supervisor, view.id).state is CampaignState.PAUSED
    assert services.invitations.advance(supervisor, view.id).queued == 4
    assert Outbox(context).claim("one", limit=10) == ()
    services.invitations.resume(supervisor, view.id)
    assert len(Outbox(context).claim("one", limit=10)) == 4
    assert services.invitations.advance(supervisor, view.id).state is CampaignState.DONE


def test_a_stopped_campaign_sends_nothing_more_and_counts_for_no_throttle(
    services, supervisor, agent, context, add_voter, database
):
    numbers = [add_voter() for _ in range(6)]
    view = services.invitations.start(supervisor, Selection(), reason=WHY)
    services.invitations.advance(supervisor, view.id)
    stopped = services.invitations.stop(supervisor, view.id)
    assert (stopped.state, stopped.waiting, stopped.failed) == (CampaignState.STOPPED, 0, 4)
    assert Outbox(context).claim("one", limit=10) == ()
    with pytest.raises(CampaignEnded):
        services.invitations.resume(supervisor, view.id)
    assert services.invitations.count(supervisor, Selection(days=0)) == 6
    assert services.activation.resend(agent, numbers[0], reason="asked for").repeated is False
    with pytest.raises(CampaignNotFound):
        services.invitations.stop(supervisor, 999)


def test_every_state_but_active_can_be_reminded():
    assert AccountState.ACTIVE not in INVITABLE
    assert Selection.of(Selection(days=3, corps="CPE").document()) == Selection(days=3, corps="CPE")
    state = Selection(state=AccountState.INVITED)
    assert Selection.of(state.document()) == state


def test_the_list_tells_who_why_and_how_far(services, supervisor, invite, add_voter, database):
    add_voter()
    done = invite()
    (listed,) = services.invitations.all(supervisor)
    assert (listed, listed.reason, listed.created_by) == (done, WHY, "Sam Supervisor")
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(outbox)) == 1


def test_another_selection_begins_a_campaign_beside_an_unfinished_one(services, supervisor, add_voter):
    add_voter(academy="Rennes")
    add_voter(academy="Nantes")
    first = services.invitations.start(supervisor, Selection(academy="Rennes"), reason=WHY)
    second = services.invitations.start(supervisor, Selection(academy="Nantes"), reason=WHY)
    again = services.invitations.start(supervisor, Selection(academy="Rennes"), reason=WHY)
    assert first.id == again.id != second.id


def test_a_campaign_whose_mails_have_all_gone_is_over(services, supervisor, invite, add_voter):
    add_voter()
    view = invite()
    for mail in services.outbox.claim("test", limit=10):
        services.outbox.record_accepted(mail, "2.0.0", "250 Ok")
    for change in (services.invitations.pause, services.invitations.stop):
        with pytest.raises(CampaignEnded):
            change(supervisor, view.id)


def test_pausing_many_is_told_once_in_the_trail_and_few_by_name(
    services, supervisor, administrator, add_voter, monkeypatch
):
    monkeypatch.setattr(campaigns, "BATCH", 50)
    numbers = [add_voter() for _ in range(51)]

    def told():
        rows = services.trail.show(administrator, limit=500)
        return [row.voter for row in rows if row.action == Action.CAMPAIGN_CHANGED and row.detail["state"] == "paused"]

    view = services.invitations.start(supervisor, Selection(), reason=WHY)
    services.invitations.advance(supervisor, view.id)
    services.invitations.pause(supervisor, view.id)
    assert sorted(filter(None, told())) == numbers[:50]
    services.invitations.resume(supervisor, view.id)
    services.invitations.advance(supervisor, view.id)
    services.invitations.pause(supervisor, view.id)  # 51 wait: the campaign's number tells who they are
    assert len(told()) == 50 + 2

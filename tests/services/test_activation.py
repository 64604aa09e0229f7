"""Resending: to the tied address only, throttled, once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from helpdesk.domain.audit import Outcome
from helpdesk.domain.errors import (
    ChangedMeanwhile,
    OutOfScope,
    OwnRecord,
    ReasonMissing,
    ResendThrottled,
    RoleRefused,
    SessionEnded,
    VoterNotFound,
    WrongPhase,
)
from helpdesk.domain.roles import Role, Scope
from helpdesk.domain.states import AccountState, MailFate, MailKind
from helpdesk.store.schema import outbox
from tests.voters import verify_caller

REASON = "no mail came"


def mails(database, **where):
    with database.read() as connection:
        query = select(outbox).order_by(outbox.c.id)
        for column, value in where.items():
            query = query.where(outbox.c[column] == value)
        return connection.execute(query).all()


def set_sent(services):
    """Take every waiting mail through the outbox as if a server had accepted it."""
    for mail in services.outbox.claim("test", limit=100):
        services.outbox.record_accepted(mail, "2.0.0", "250 2.0.0 Ok")


def test_a_mail_is_queued_for_the_tied_address_and_the_account_is_invited(services, agent, add_voter, database):
    number = add_voter(tied="marie.dupont@ac-rennes.fr", others=("marie.martin@ac-rennes.fr",))
    queued = services.activation.resend(agent, number, reason=REASON)
    assert (queued.kind, queued.to_masked, queued.repeated) == (MailKind.ACTIVATION, "m•••.d•••@ac-rennes.fr", False)
    (row,) = mails(database)
    assert (row.to_address, row.fate, row.generation) == ("marie.dupont@ac-rennes.fr", MailFate.QUEUED, 1)
    assert services.voters.open(agent, number).state is AccountState.INVITED


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (AccountState.INVITED, MailKind.ACTIVATION),
        (AccountState.LINK_OPENED, MailKind.ACTIVATION),
        (AccountState.PASSWORD_SET, MailKind.PASSWORD),
        (AccountState.ACTIVE, MailKind.PASSWORD),
        (AccountState.CHALLENGE_RESET, MailKind.QUESTION),
    ],
)
def test_the_mail_is_the_one_that_helps_in_the_accounts_state(services, agent, add_voter, state, kind):
    number = add_voter(state=state)
    assert services.activation.preview(agent, number).kind is kind
    assert services.activation.resend(agent, number, reason=REASON).kind is kind


def test_a_preview_has_no_link_and_masks_the_address_until_the_caller_is_verified(services, agent, add_voter):
    number = add_voter(tied="marie.dupont@ac-rennes.fr")
    preview = services.activation.preview(agent, number)
    assert preview.to == "m•••.d•••@ac-rennes.fr"
    assert "/activate/" not in preview.content.text + preview.content.html
    verify_caller(services, agent, number)
    assert services.activation.preview(agent, number).to == "marie.dupont@ac-rennes.fr"


def test_a_mail_that_still_waits_is_not_doubled(services, agent, supervisor, add_voter, database):
    number = add_voter()
    first = services.activation.resend(agent, number, reason=REASON)
    second = services.activation.resend(supervisor, number, reason=REASON)
    assert (second.message, second.repeated) == (first.message, True)
    assert len(mails(database)) == 1


def test_the_same_request_is_done_once_however_often_it_is_sent(services, agent, add_voter, database, clock):
    number = add_voter()
    first = services.activation.resend(agent, number, reason=REASON, request="r-1")
    set_sent(services)
    clock.advance(hours=2)
    again = services.activation.resend(agent, number, reason=REASON, request="r-1")
    assert (again.message, again.repeated) == (first.message, True)
    assert len(mails(database)) == 1


def test_eight_agents_at_once_send_one_mail(services, agent, add_voter, database):
    number = add_voter()
    gate = threading.Barrier(8)

    def press(_):
        gate.wait()
        return services.activation.resend(agent, number, reason=REASON)

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(press, range(8)))
    assert len({queued.message for queued in done}) == 1
    assert sum(not queued.repeated for queued in done) == 1
    assert len(mails(database)) == 1


def test_an_outdated_page_is_refused(services, agent, add_voter, database):
    number = add_voter()
    seen = services.voters.open(agent, number).link_generation
    services.activation.resend(agent, number, reason=REASON)
    set_sent(services)
    with pytest.raises(ChangedMeanwhile):
        services.activation.resend(agent, number, reason=REASON, seen_generation=seen)
    assert len(mails(database)) == 1


def test_older_links_and_waiting_mails_die(services, agent, supervisor, add_voter, database, clock):
    number = add_voter(state=AccountState.ACTIVE)
    services.activation.resend(agent, number, reason=REASON)
    (mail,) = services.outbox.claim("test", limit=1)
    assert services.outbox.mint_link(mail, "a" * 64)
    services.outbox.record_accepted(mail, "2.0.0", "250 Ok")
    clock.advance(minutes=1)
    services.activation.resend(agent, number, reason=REASON)
    links = services.voters.open(agent, number).links
    assert [link.replaced is not None for link in links] == [True]


def test_three_an_hour_and_ten_a_day(services, agent, supervisor, add_voter, clock):
    number = add_voter()
    start = clock.now
    for _ in range(3):
        services.activation.resend(agent, number, reason=REASON)
        set_sent(services)
        clock.advance(minutes=1)
    with pytest.raises(ResendThrottled) as refused:
        services.activation.resend(agent, number, reason=REASON)
    assert not refused.value.overridable
    assert (refused.value.until - start).total_seconds() == 3600
    with pytest.raises(RoleRefused):
        services.activation.resend(agent, number, reason=REASON, override=True)
    with pytest.raises(ResendThrottled) as refused:
        services.activation.resend(supervisor, number, reason=REASON)
    assert refused.value.overridable
    services.activation.resend(supervisor, number, reason="the mailbox was full", override=True)
    set_sent(services)
    for _ in range(6):
        clock.advance(minutes=61)
        services.activation.resend(agent, number, reason=REASON)
        set_sent(services)
    clock.advance(minutes=61)
    with pytest.raises(ResendThrottled):
        services.activation.resend(agent, number, reason=REASON)


@pytest.mark.parametrize("reason", ["", "  ", "ab"])
def test_a_reason_is_required(services, agent, add_voter, reason):
    with pytest.raises(ReasonMissing):
        services.activation.resend(agent, add_voter(), reason=reason)


def test_a_reason_is_kept_without_what_no_database_holds(services, administrator, agent, add_voter):
    number = add_voter()
    services.activation.resend(agent, number, reason="no \x00mail\ud800 came")
    assert services.trail.show(administrator, voter=number)[0].reason == "no mail came"


def test_the_calendar_is_kept(services, agent, add_voter, clock, election):
    number = add_voter()
    for moment in (election.portal_opens, election.vote_closes):
        clock.now = moment
        clock.advance(seconds=-1 if moment is election.portal_opens else 0)
        with pytest.raises(WrongPhase):
            services.activation.resend(agent, number, reason=REASON)


def test_nobody_acts_out_of_scope_or_on_their_own_record(services, add_operator, add_voter):
    number = add_voter(academy="Rennes", department="35")
    elsewhere = add_operator("Nan Nantes", scope=Scope(academies=frozenset({"Nantes"})))
    nearby = add_operator("Bea Bretagne", scope=Scope(departments=frozenset({"35"})))
    herself = add_operator("Marie Dupont", Role.SUPERVISOR, voter_number=number)
    with pytest.raises(OutOfScope):
        services.activation.resend(elsewhere, number, reason=REASON)
    with pytest.raises(OwnRecord):
        services.activation.resend(herself, number, reason=REASON)
    with pytest.raises(OwnRecord):
        services.voters.open(herself, number)
    assert not services.activation.resend(nearby, number, reason=REASON).repeated


def test_auditors_and_disabled_operators_do_nothing(services, agent, auditor, administrator, add_voter):
    number = add_voter()
    with pytest.raises(RoleRefused):
        services.activation.resend(auditor, number, reason=REASON)
    services.operators.disable(administrator, agent.name)
    with pytest.raises(SessionEnded):
        services.activation.resend(agent, number, reason=REASON)


def test_an_unknown_voter(services, agent):
    with pytest.raises(VoterNotFound):
        services.activation.resend(agent, "nobody", reason=REASON)


def test_a_refusal_is_in_the_trail_and_nothing_else_happened(
    services, administrator, agent, add_voter, database, clock
):
    number = add_voter()
    clock.now = clock.now.replace(year=2020)
    with pytest.raises(WrongPhase):
        services.activation.resend(agent, number, reason=REASON)
    event = services.trail.show(administrator, voter=number)[0]
    assert (event.actor, event.outcome, event.reason) == (agent.name, Outcome.REFUSED, REASON)
    assert event.detail == {"refusal": "WrongPhase"}
    assert mails(database) == []
    assert services.trail.verify(administrator).seq == event.seq

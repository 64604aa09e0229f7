"""Links asked for on the portal: put down alike for everybody, worked off later, one mail at most."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import NotAnAddress, WrongPhase
from helpdesk.domain.states import AccountState, MailFate, MailKind
from helpdesk.services import build_services
from helpdesk.services.elections import write_election
from helpdesk.store.schema import account, link_request, outbox
from tests.conftest import make_context
from tests.elections import OPENING, election_around

TIED, FORMER = "marie.dupont@ac-rennes.fr", "marie.martin@ac-rennes.fr"


@pytest.fixture
def requests(services):
    return services.link_requests


@pytest.fixture
def mails(database):
    def queued():
        with database.read() as connection:
            return connection.execute(select(outbox.c.kind, outbox.c.to_address).order_by(outbox.c.id)).all()

    return queued


@pytest.fixture
def send_all(services):
    """Take every waiting mail through the outbox as if a server had accepted it."""

    def send():
        for mail in services.outbox.claim("test", limit=100):
            services.outbox.record_accepted(mail, "2.0.0", "250 2.0.0 Ok")

    return send


def test_a_request_is_only_put_down_until_it_is_worked_off(requests, mails, add_voter, clock):
    add_voter(tied=TIED)
    assert requests.waiting() == (0, None)
    requests.ask(f" <{TIED.upper()}> ")
    clock.advance(minutes=3)
    requests.ask("nobody@ac-rennes.fr")
    assert requests.waiting() == (2, clock.now - timedelta(minutes=3))
    assert mails() == []
    assert requests.work_off() == 2
    assert mails() == [(MailKind.ACTIVATION, TIED)]
    assert requests.waiting() == (0, None)
    assert requests.work_off() == 0


def test_what_is_no_address_and_what_comes_before_the_portal_opens_is_not_put_down(requests, context, clock):
    with pytest.raises(NotAnAddress):
        requests.ask("marie.dupont")
    clock.now = OPENING - timedelta(days=1)
    with pytest.raises(WrongPhase):
        requests.ask(TIED)
    assert requests.waiting() == (0, None)


def test_no_more_than_the_limit_is_worked_off_at_once_the_oldest_first(requests, mails, add_voter):
    addresses = [f"marie.dupont{place}@ac-rennes.fr" for place in range(3)]
    for each in addresses:
        add_voter(tied=each)
        requests.ask(each)
    assert requests.work_off(limit=2) == 2
    assert [to for _kind, to in mails()] == addresses[:2]
    assert requests.waiting()[0] == 1


def test_a_request_that_cannot_be_worked_off_makes_room_for_the_next(requests, mails, add_voter):
    add_voter(tied=TIED)
    requests.ask("holds.everybody.up@ac-rennes.fr")
    requests.ask(TIED)
    requests.drop()
    assert requests.waiting()[0] == 1
    requests.work_off()
    assert mails() == [(MailKind.ACTIVATION, TIED)]


@pytest.mark.parametrize(
    ("state", "forgotten", "kind"),
    [
        (AccountState.INVITED, False, MailKind.ACTIVATION),
        (AccountState.INVITED, True, MailKind.ACTIVATION),
        (AccountState.ACTIVE, True, MailKind.PASSWORD),
        (AccountState.CHALLENGE_RESET, True, MailKind.PASSWORD),
        (AccountState.CHALLENGE_RESET, False, MailKind.QUESTION),
    ],
)
def test_the_link_is_the_one_that_helps_in_the_accounts_state(requests, mails, add_voter, state, forgotten, kind):
    add_voter(tied=TIED, state=state)
    requests.ask(TIED, forgotten=forgotten)
    requests.work_off()
    assert mails() == [(kind, TIED)]


def test_whoever_asks_again_while_the_mail_waits_gets_one_mail(requests, mails, add_voter, database):
    add_voter(tied=TIED)
    for _turn in range(3):
        requests.ask(TIED)
    assert requests.work_off() == 3
    assert mails() == [(MailKind.ACTIVATION, TIED)]
    with database.read() as connection:
        assert connection.scalar(select(account.c.link_generation)) == 1


def test_past_the_limit_of_an_hour_nothing_is_sent_and_the_trail_says_so(
    requests, mails, add_voter, send_all, services, administrator, context, clock
):
    number = add_voter(tied=TIED)
    allowed = context.limits.resends_per_hour
    for _turn in range(allowed + 1):
        requests.ask(TIED)
        requests.work_off()
        send_all()
        clock.advance(minutes=1)
    assert len(mails()) == allowed
    told = [each for each in services.trail.show(administrator, voter=number) if each.action == Action.LINK_REQUESTED]
    assert [each.outcome for each in told].count(Outcome.DONE) == allowed
    (refused,) = [each for each in told if each.outcome == Outcome.REFUSED]
    assert refused.detail == {"refusal": "ResendThrottled"}
    clock.advance(hours=1)
    requests.ask(TIED)
    requests.work_off()
    assert len(mails()) == allowed + 1


def test_a_former_address_is_told_where_the_account_is_and_only_so_often(
    requests, mails, add_voter, send_all, context, clock, database
):
    add_voter(tied=TIED, others=(FORMER,))
    allowed = context.limits.resends_per_hour
    for _turn in range(allowed + 2):
        requests.ask(FORMER)
        requests.work_off()
        send_all()
    assert mails() == [(MailKind.OTHER_ADDRESS_NOTICE, FORMER)] * allowed
    with database.read() as connection:
        assert connection.scalar(select(account.c.state)) == AccountState.NOT_INVITED
        assert set(connection.scalars(select(outbox.c.fate))) == {MailFate.ACCEPTED}
    clock.advance(hours=1, seconds=1)
    requests.ask(FORMER)
    requests.work_off()
    assert len(mails()) == allowed + 1


def test_requests_are_put_down_alike_for_known_and_unknown_addresses(requests, database, add_voter):
    add_voter(tied=TIED)
    requests.ask(TIED)
    requests.ask("nobody.dupont@ac-rennes.fr")
    with database.read() as connection:
        known, unknown = connection.execute(select(link_request).order_by(link_request.c.id)).mappings().all()
    assert {name for name in known if known[name] != unknown[name]} == {"id", "folded"}


def test_once_the_vote_is_closed_nobody_asks_for_a_link(requests, context, clock):
    with context.store.write() as connection:
        write_election(connection, election_around(OPENING - timedelta(days=90)), trial=context.store.keeps_logins)
    with pytest.raises(WrongPhase):
        requests.ask(TIED)


def test_a_request_that_another_portal_has_its_hands_on_is_left_to_it(postgresql_store, clock, election):
    """On a server; portals of an embedded store wait for each other's transactions."""
    context = make_context(postgresql_store, clock)
    with context.store.write() as connection:
        write_election(connection, election, trial=True)
    requests = build_services(context).link_requests
    requests.ask(TIED)
    with context.store.write() as connection:
        assert connection.execute(select(link_request).with_for_update()).one().folded == TIED
        assert requests.work_off() == 0
    assert requests.work_off() == 1


def test_a_request_that_cannot_be_worked_off_is_dropped_and_no_other(requests, mails, add_voter, clock):
    add_voter(tied=TIED)
    requests.ask("nobody@ac-rennes.fr")
    requests.ask(TIED)
    requests.drop()
    assert requests.waiting()[0] == 1
    assert requests.work_off() == 1
    assert mails() == [(MailKind.ACTIVATION, TIED)]

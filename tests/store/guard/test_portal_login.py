"""The portal works under its own restricted login: the voter's whole way, and nothing beyond it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.states import AccountState, LinkPurpose, MailKind
from helpdesk.services import Services, build_services
from helpdesk.services.elections import write_election
from helpdesk.store.engine import Store
from helpdesk.store.schema import account, address, voter
from tests.conftest import PASSWORD, make_context
from tests.elections import election_around
from tests.portal.conftest import Mailbox
from tests.store.guard.conftest import ACTIVE, RENNES, Cell, server_time
from tests.voters import VOTER_ANSWER, VOTER_PASSWORD

CHOSEN, ANSWER = "Quatre-Chats-Gris-7", "Bérénice de Troie"


@pytest.fixture
def portal(cell: Cell) -> Iterator[Services]:
    """The services as the portal has them: over a login that is a member of `helpdesk_portal` and nothing else."""
    url = cell.store.url.set(username="a portal").render_as_string(hide_password=True)
    store = Store(url, password=PASSWORD)
    yield build_services(make_context(store, server_time))
    store.close()


@pytest.fixture
def mails(cell: Cell) -> Mailbox:
    """Mails are delivered by somebody else; requests for links are worked off by the portal."""
    return Mailbox(make_context(cell.store, server_time), cell.services)


def tied(cell: Cell, number: str) -> str:
    with cell.store.read() as connection:
        found: str = connection.execute(
            select(address.c.address).join(voter).where(voter.c.number == number, address.c.tied)
        ).scalar_one()
        return found


def state_of(cell: Cell, number: str) -> str:
    with cell.store.read() as connection:
        return str(connection.scalar(select(account.c.state).join(voter).where(voter.c.number == number)))


def test_activation_login_and_changes(cell: Cell, portal: Services, mails: Mailbox) -> None:
    where = tied(cell, RENNES)
    portal.link_requests.ask(where)
    assert portal.link_requests.work_off() == 1
    (letter,) = mails()
    assert letter.kind == MailKind.ACTIVATION
    token = letter.path.rpartition("/")[2]
    assert portal.one_time_links.look(token, LinkPurpose.ACTIVATION).name == "Marie Dupont"
    session = portal.one_time_links.choose_password(token, LinkPurpose.ACTIVATION, password=CHOSEN, repeated=CHOSEN)
    portal.own_account.activate(session, question="first_pet", answer=ANSWER)
    assert state_of(cell, RENNES) == AccountState.ACTIVE
    assert [ballot.code for ballot in portal.voter_spaces.of_session(session).ballots] == ["CSA-MEN", "CSA-A"]
    portal.portal_sessions.log_out(session)
    session = portal.portal_sessions.log_in(where, CHOSEN)
    portal.own_account.change_password(session, current=CHOSEN, password=CHOSEN + "x", repeated=CHOSEN + "x")
    portal.own_account.change_question(session, password=CHOSEN + "x", question="dream_job", answer="Astronaute")
    assert portal.portal_sessions.resume(session).number == RENNES


def test_wrong_passwords_other_addresses_and_the_code(cell: Cell, portal: Services, mails: Mailbox) -> None:
    where = tied(cell, ACTIVE)
    for _ in range(5):
        with pytest.raises(HelpdeskError):
            portal.portal_sessions.log_in(where, "Wrong-Password-1!")
    assert MailKind.LOCK_NOTICE in {mail.kind for mail in mails()}
    portal.link_requests.ask("jean.m@ac-rennes.fr")
    portal.link_requests.ask("nobody@ac-rennes.fr")
    assert portal.link_requests.work_off() == 2
    assert [mail.kind for mail in mails()] == [MailKind.OTHER_ADDRESS_NOTICE]
    now = server_time()
    voting = replace(election_around(now - timedelta(days=60)), vote_closes=now + timedelta(days=1))
    with cell.store.write() as connection:
        connection.execute(text("UPDATE account SET locked_until = NULL"))
        write_election(connection, voting, trial=False)
    session = portal.portal_sessions.log_in(where, VOTER_PASSWORD)
    with pytest.raises(HelpdeskError):
        portal.code_reissue.reissue(session, answer="Rex", seen=0)
    assert portal.code_reissue.reissue(session, answer=VOTER_ANSWER, seen=0)
    assert len(portal.code_reissue.view(session).issued) == 1

"""What came back is tied to its mail, counted against its address, and counts once."""

import uuid

import pytest
from sqlalchemy import select, update

from helpdesk.adapters.bounce_reader import read_returned
from helpdesk.domain.audit import verify_chain
from helpdesk.domain.findings import FindingCode, SuggestedAction
from helpdesk.domain.states import AccountState, MailFate, MailKind, ReturnedKind
from helpdesk.language.timeline import event_text
from helpdesk.services.mail_queue import queue_mail
from helpdesk.services.outbox import Outbox
from helpdesk.store.audit_chain import walk_chain
from helpdesk.store.schema import account, address, outbox, returned_mail, voter
from tests.bounce_corpus import DOMAIN, TOKEN, plain, report, samples


@pytest.fixture
def send(context, add_voter):
    """Sends a mail to a voter, fresh or given; the voter's number and the mail's random id."""

    def go(number=None):
        number = number or add_voter(state=AccountState.INVITED, tied="marie.dupont@ac-lille.example")
        with context.store.write() as connection:
            row = connection.execute(select(voter).where(voter.c.number == number)).one()
            to = connection.scalar(select(address.c.address).where(address.c.voter_id == row.id, address.c.tied))
            generation = connection.scalar(select(account.c.link_generation).where(account.c.voter_id == row.id))
            now = context.clock()
            mail_id = queue_mail(
                connection, context, row, kind=MailKind.ACTIVATION, to=to, generation=generation, now=now
            )
        box = Outbox(context)
        (mail,) = [each for each in box.claim("one", limit=10) if each.id == mail_id]
        box.record_accepted(mail, "2.0.0", "250 Ok")
        own = str(uuid.uuid4())
        with context.store.write() as connection:
            values = {"message_id": f"{own}@{context.mail.domain}"}
            connection.execute(update(outbox).where(outbox.c.id == mail_id).values(values))
        return number, own

    assert context.mail.domain == DOMAIN
    return go


def record(services, *contents):
    return services.bounces.record([read_returned(content) for content in contents])


def fate(database):
    with database.read() as connection:
        return connection.execute(select(outbox.c.fate, outbox.c.answer, outbox.c.answer_code)).all()[-1]


def bounces(database):
    with database.read() as connection:
        return connection.scalars(select(address.c.bounces).order_by(address.c.id)).all()


def test_a_bounce_ends_its_mail_with_the_other_servers_words(services, send, database):
    number, own = send()
    (recorded,) = record(services, report(own))
    assert (recorded.voter, recorded.kind, recorded.repeated) == (number, ReturnedKind.PERMANENT, False)
    row = fate(database)
    assert (row.fate, row.answer_code) == (MailFate.FAILED_PERMANENTLY, "5.1.1")
    assert "user unknown" in row.answer
    assert bounces(database) == [1]
    with database.read() as connection:
        events = list(walk_chain(connection))
    assert verify_chain(events).seq == len(events)
    told = events[-1]
    assert (told.actor, told.action, told.outcome, told.voter) == ("mailer", "mail_returned", "failed", number)
    assert told.detail["code"] == "5.1.1"


def test_a_bounce_read_twice_counts_once(services, send, database):
    _, own = send()
    record(services, report(own))
    (again,) = record(services, report(own))
    assert again.repeated
    record(services, report(own, status="5.1.2"))  # another report of the same mail
    assert bounces(database) == [1]


def test_two_bounces_mark_the_address_and_the_desk_is_told_what_to_do(services, send, agent):
    number, own = send()
    record(services, report(own))
    detail = services.voters.open(agent, number)
    assert [view.failing for view in detail.addresses] == [False]
    assert FindingCode.MAIL_REFUSED in [finding.code for finding in detail.findings]
    _, second = send(number)
    record(services, report(second))
    send(number)
    detail = services.voters.open(agent, number)
    assert [view.failing for view in detail.addresses] == [True]
    failing = next(finding for finding in detail.findings if finding.code is FindingCode.ADDRESS_FAILING)
    assert failing.action is SuggestedAction.CHANGE_ADDRESS


def test_a_delivery_clears_the_address_and_is_the_mails_fate(services, send, database):
    number, own = send()
    record(services, report(own))
    _, second = send(number)
    record(services, report(second, action="delivered", status="2.0.0", diagnostic="smtp; 250 Ok"))
    assert (fate(database).fate, bounces(database)) == (MailFate.DELIVERED, [0])


def test_a_full_mailbox_passes_and_the_desk_is_told_to_resend_later(services, send, agent, database):
    number, own = send()
    record(services, report(own, status="5.2.2", diagnostic="smtp; 552 5.2.2 Mailbox full"))
    assert fate(database).fate == MailFate.FAILED_PERMANENTLY  # of this mail nobody will try more
    finding = next(each for each in services.voters.open(agent, number).findings if each.code == "mailbox_full")
    assert finding.action is SuggestedAction.RESEND


def test_the_history_tells_of_each_mail_what_came_back_in_words(services, send, agent, clock, context):
    number, own = send()
    clock.advance(minutes=5)
    record(services, report(own, action="delayed", status="4.4.1"))
    clock.advance(hours=5)
    record(services, report(own))
    _, other = send(number)
    clock.advance(minutes=1)
    (away,) = [each.content for each in samples(other) if each.name == "out of office, RFC 3834"]
    record(services, away)
    history = [(entry.event, event_text(entry)) for entry in services.voters.open(agent, number).timeline]
    events = [event for event, _ in history]
    assert events.index("mail_returned_permanent") < events.index("mail_returned_delayed")
    assert events.count("mail_accepted") == 2
    assert all(event not in told and "{" not in told for event, told in history)


def test_a_delay_is_told_and_a_later_delivery_wins(services, send, database):
    _, own = send()
    record(services, report(own, action="delayed", status="4.4.1", diagnostic="X; Connection timed out"))
    assert fate(database).fate == MailFate.DELAYED
    record(services, report(own, action="delivered", status="2.0.0", diagnostic="smtp; 250 Ok"))
    assert fate(database).fate == MailFate.DELIVERED
    record(services, report(own))  # forged or late: it has arrived
    assert (fate(database).fate, bounces(database)) == (MailFate.DELIVERED, [0])


def test_a_mail_that_still_waits_is_not_ended_by_a_report(services, send, database):
    _, own = send()
    with database.write() as connection:
        connection.execute(update(outbox).values(fate=MailFate.QUEUED))
    record(services, report(own))
    assert (fate(database).fate, bounces(database)) == (MailFate.QUEUED, [0])


def test_what_belongs_to_nobody_changes_nothing_and_is_kept_for_the_desk(services, send, database):
    send()
    (recorded,) = record(services, report(str(uuid.uuid4())))
    assert (recorded.voter, recorded.message) == (None, None)
    assert (fate(database).fate, bounces(database)) == (MailFate.ACCEPTED, [0])
    with database.read() as connection:
        assert connection.scalar(select(returned_mail.c.voter_id)) is None


def test_nothing_kept_of_what_came_back_holds_a_link(services, send, database):
    _, own = send()
    record(services, *(sample.content for sample in samples(own)))
    with database.read() as connection:
        for table in (returned_mail, outbox):
            for row in connection.execute(select(table)).all():
                assert TOKEN not in str(row)
                assert "://" not in str(row)


def test_an_automatic_answer_changes_no_fate(services, send, database):
    _, own = send()
    away = plain("Je suis absente.", to=f"retours+{own}@{DOMAIN}", subject="Absence", sender="m@ac-lille.example",
                 Auto_Submitted="auto-replied")  # fmt: skip
    (recorded,) = record(services, away)
    assert recorded.kind is ReturnedKind.AUTO_REPLY
    assert fate(database).fate == MailFate.ACCEPTED

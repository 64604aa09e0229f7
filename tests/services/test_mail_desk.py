"""The outbox and what came back, as the desk sees and handles them."""

import uuid

import pytest
from sqlalchemy import select, update

from helpdesk.adapters.bounce_reader import read_returned
from helpdesk.domain.errors import MailNotWaiting, OutOfScope, OwnRecord
from helpdesk.domain.mail_desk import MailFilter
from helpdesk.domain.roles import Role, Scope
from helpdesk.domain.states import AccountState, MailFate, ReturnedKind
from helpdesk.services.outbox import Outbox
from helpdesk.store.schema import audit_event, outbox
from tests.bounce_corpus import BOUNCES, DOMAIN, plain, report

WHY = "asked by the voter"


@pytest.fixture
def sent(services, agent, add_voter):
    """Queues a link mail to a fresh voter; the voter's number and the mail's number."""

    def go(**more):
        number = add_voter(state=AccountState.INVITED, **more)
        return number, services.activation.resend(agent, number, reason=WHY).message

    return go


def test_the_outbox_is_listed_by_fate_address_domain_and_voter(services, sent, agent, context):
    first, mail = sent(tied="marie@ac-lille.example")
    second, _ = sent(tied="jean@ac-nantes.example")
    (claimed,) = Outbox(context).claim("one", limit=1)
    assert claimed.id == mail
    Outbox(context).record_permanent(claimed, "5.1.1", "550 5.1.1 unknown")

    def listed(which, text=""):
        return [line.voter for line in services.mail_desk.outbox(agent, which, text=text)]

    assert listed(MailFilter.ALL) == [second, first]
    assert (listed(MailFilter.FAILED), listed(MailFilter.WAITING), listed(MailFilter.SENT)) == ([first], [second], [])
    assert listed(MailFilter.ALL, "ac-lille.example") == listed(MailFilter.ALL, "marie@") == [first]
    assert listed(MailFilter.ALL, second) == [second]
    counts = services.mail_desk.counts(agent)
    assert (counts.waiting, counts.failed, counts.sent, counts.to_read) == (1, 1, 0, 0)


def test_nobody_sees_or_handles_mails_out_of_scope_or_their_own(services, sent, add_operator):
    number, mail = sent()
    far = add_operator("Nora Nantes", Role.AGENT, scope=Scope(academies=frozenset({"Nantes"})))
    own = add_operator("Olga Own", Role.AGENT, voter_number=number)
    for who, refusal in ((far, OutOfScope), (own, OwnRecord)):
        assert services.mail_desk.outbox(who, MailFilter.ALL) == ()
        assert services.mail_desk.counts(who).waiting == 0
        with pytest.raises(refusal):
            services.mail_desk.cancel(who, number, mail, reason=WHY)


def test_a_cancelled_mail_is_not_sent_and_the_trail_says_who(services, sent, agent, context, database):
    number, mail = sent()
    services.mail_desk.cancel(agent, number, mail, reason=WHY)
    assert Outbox(context).claim("one", limit=1) == ()
    with database.read() as connection:
        row = connection.execute(select(outbox.c.fate, outbox.c.answer_code)).one()
        told = connection.execute(select(audit_event).where(audit_event.c.action == "mail_cancelled")).one()
    assert (row.fate, row.answer_code) == (MailFate.EXPIRED, "cancelled")
    assert (told.actor, told.voter, told.reason) == (agent.name, number, WHY)
    with pytest.raises(MailNotWaiting):
        services.mail_desk.cancel(agent, number, mail, reason=WHY)


def test_a_mail_being_sent_or_a_notice_cannot_be_cancelled(services, sent, agent, context, database):
    number, mail = sent()
    Outbox(context).claim("one", limit=1)
    with pytest.raises(MailNotWaiting):
        services.mail_desk.cancel(agent, number, mail, reason=WHY)
    with database.write() as connection:
        values = {"fate": MailFate.QUEUED, "kind": "tied_address_notice", "leased_by": None, "leased_until": None}
        connection.execute(update(outbox).values(values))
    with pytest.raises(MailNotWaiting):
        services.mail_desk.cancel(agent, number, mail, reason=WHY)


def test_a_retry_comes_at_once_when_asked_for(services, sent, agent, context):
    number, mail = sent()
    box = Outbox(context)
    (claimed,) = box.claim("one", limit=1)
    with pytest.raises(MailNotWaiting):
        services.mail_desk.hurry(agent, number, mail, reason=WHY)
    box.record_temporary(claimed, "4.2.2", "452 4.2.2 full")
    assert box.claim("one", limit=1) == ()
    services.mail_desk.hurry(agent, number, mail, reason=WHY)
    assert len(box.claim("one", limit=1)) == 1


def test_a_persons_answer_waits_until_somebody_read_it(services, sent, agent, add_operator, context, database):
    number, _ = sent()
    own = str(uuid.uuid4())
    with database.write() as connection:
        connection.execute(update(outbox).values(message_id=f"{own}@{DOMAIN}", fate=MailFate.ACCEPTED))
    answer = plain("Merci, c'est fait.", to=f"retours+{own}@{DOMAIN}", subject="Re: x", sender="m@ac-lille.example")
    stranger = plain("Une question.", to=BOUNCES, subject="Question", sender="inconnu@ac-lille.example")
    services.bounces.record([read_returned(each) for each in (answer, stranger, report(own))])
    unknown, known = services.mail_desk.returned(agent)
    assert (known.voter, known.text, known.kind) == (number, "Merci, c'est fait.", ReturnedKind.REPLY)
    assert (unknown.voter, unknown.address) == (None, "inconnu@ac-lille.example")
    assert services.mail_desk.counts(agent).to_read == 2
    far = add_operator("Nora Nantes", Role.AGENT, scope=Scope(academies=frozenset({"Nantes"})))
    assert services.mail_desk.returned(far) == ()
    services.mail_desk.handled(far, known.id)
    services.mail_desk.handled(agent, known.id)
    assert [each.id for each in services.mail_desk.returned(agent)] == [unknown.id]
    (read,) = [each for each in services.mail_desk.returned(agent, unhandled_only=False) if each.id == known.id]
    assert read.handled_by == agent.name
    (bounce,) = services.mail_desk.returned(agent, kinds=[ReturnedKind.PERMANENT])
    assert (bounce.voter, bounce.status) == (number, "5.1.1")

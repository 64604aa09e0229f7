"""The mailer over a real server and a real store: batches, complaints, answers kept while the store is away."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.adapters.mail_templates import MailTemplates
from helpdesk.adapters.smtp import SmtpTransport
from helpdesk.domain.errors import MailServerUnreachable, StoreUnreachable
from helpdesk.domain.links import derive_token, token_hash
from helpdesk.domain.states import MailFate
from helpdesk.mailer.delivery import Delivery, Letterhead
from helpdesk.resource_files import resource
from helpdesk.services.outbox import Outbox
from helpdesk.store.schema import one_time_link, outbox
from tests.mailer.waiting import comes_true

KEY = bytes(range(32))
HEAD = Letterhead("elections@ac-rennes.example", "", "https://portail.example.org", "retours@ac-rennes.example")


@pytest.fixture
def delivery(context, server):
    made = make_delivery(context, server.port)
    yield made
    made.close()


def make_delivery(context, port, *, box=None, renderer=None, lease_seconds=60):
    return Delivery(
        outbox=box or Outbox(context),
        transport=SmtpTransport(host="127.0.0.1", port=port, security="none"),
        renderer=renderer or MailTemplates(resource("mail")),
        clock=context.clock,
        key=KEY,
        letterhead=HEAD,
        worker="one",
        lease_seconds=lease_seconds,
    )


def deliver_all(delivery):
    while delivery.deliver_due(stop=threading.Event()):
        pass


def fates(database):
    with database.read() as connection:
        return [row.fate for row in connection.execute(select(outbox.c.fate).order_by(outbox.c.id))]


def link_in(content):
    text = content.replace(b"=\r\n", b"").decode("ascii")
    return re.search(r"https://portail\.example\.org/activate/([\w-]+)", text)[1]


def test_many_mails_go_over_one_connection_each_with_its_own_working_link(queue, delivery, server, database):
    queue(40)
    deliver_all(delivery)
    assert (fates(database), server.connections) == ([MailFate.ACCEPTED] * 40, 1)
    with database.read() as connection:
        rows = connection.execute(select(outbox.c.to_address, outbox.c.message_id, outbox.c.id)).all()
        links = {row.outbox_id: row.token_hash for row in connection.execute(select(one_time_link))}
    arrived = {to: (sender, content) for sender, (to,), content in server.mails}
    assert len(arrived) == 40
    for row in rows:
        sender, content = arrived[row.to_address]
        assert sender == f"retours+{row.message_id.partition('@')[0]}@ac-rennes.example"
        assert f"Message-ID: <{row.message_id}>".encode() in content
        token = derive_token(KEY, message_id=row.message_id, generation=0)
        assert (link_in(content), links[row.id]) == (token, token_hash(token))


def test_a_complaint_ends_the_batch_for_its_domain_only(queue, delivery, server, database):
    queue(6, domain="ac-lille.fr")
    queue(3, domain="ac-nantes.fr")
    server.says("RCPT", "451 4.7.1 Greylisted, please come back")
    deliver_all(delivery)
    assert sorted(fates(database)) == sorted([*["accepted"] * 3, "failed_temporarily", *["queued"] * 5])
    assert {to[0].partition("@")[2] for _, to, _ in server.mails} == {"ac-nantes.fr"}
    with database.read() as connection:  # given back as if never claimed
        assert connection.scalars(select(outbox.c.attempts).where(outbox.c.fate == "queued")).all() == [0] * 5


def test_an_unreachable_server_counts_against_no_mail(queue, context, database):
    queue(3)
    delivery = make_delivery(context, 1)
    with pytest.raises(MailServerUnreachable):
        delivery.deliver_due(stop=threading.Event())
    with database.read() as connection:
        assert connection.execute(select(outbox.c.fate, outbox.c.attempts)).all() == [("queued", 0)] * 3


def test_answers_are_kept_while_the_store_is_away_and_no_mail_goes_twice(queue, context, server, database):
    class Away(Outbox):
        away = False

        def record(self, answers):
            if self.away:
                raise StoreUnreachable
            return super().record(answers)

    box = Away(context)
    delivery = make_delivery(context, server.port, box=box)
    queue(5)
    box.away = True
    with pytest.raises(StoreUnreachable):
        delivery.deliver_due(stop=threading.Event())
    assert len(server.mails) == 5
    assert fates(database) == [MailFate.SENDING] * 5
    box.away = False
    deliver_all(delivery)
    assert (fates(database), len(server.mails)) == ([MailFate.ACCEPTED] * 5, 5)
    delivery.close()


def test_a_stopped_mailer_gives_back_what_it_did_not_send(queue, delivery, server, database):
    queue(5)
    stop = threading.Event()
    stop.set()
    assert delivery.deliver_due(stop=stop) == 5
    assert (fates(database), server.mails) == ([MailFate.QUEUED] * 5, [])


def test_a_mail_that_cannot_be_composed_holds_up_no_other(queue, context, server, database):
    class Broken(MailTemplates):
        def render(self, facts):
            if facts.tied_address.startswith("marie1@"):
                raise RuntimeError("no words")
            return super().render(facts)

    queue(3)
    delivery = make_delivery(context, server.port, renderer=Broken(resource("mail")))
    deliver_all(delivery)
    assert sorted(fates(database)) == ["accepted", "accepted", "failed_temporarily"]
    delivery.close()


def test_mails_of_a_dead_mailer_go_out_under_the_same_id_with_the_same_link(queue, context, server, database, clock):
    queue(3)
    dead = Outbox(context)
    held = dead.claim("dead", limit=2)
    dead.mint_links([(each, token_hash(derive_token(KEY, message_id=each.message_id, generation=0))) for each in held])
    delivery = make_delivery(context, server.port)
    deliver_all(delivery)
    assert len(server.mails) == 1
    clock.advance(seconds=context.limits.lease_seconds)
    deliver_all(delivery)
    assert fates(database) == [MailFate.ACCEPTED] * 3
    with database.read() as connection:
        assert len(connection.execute(select(one_time_link)).all()) == 3
    delivery.close()


def test_the_longer_a_server_takes_the_smaller_the_batches(context, server):
    delivery = make_delivery(context, server.port)
    delivery._adapt(0.1)
    assert delivery._batch == 32
    delivery._adapt(9)
    delivery._adapt(9)
    assert delivery._batch == 8
    delivery.close()


def test_a_temporary_answer_under_a_permanent_code_is_tried_again(queue, delivery, server, database):
    queue()
    server.says("RCPT", "552 4.2.2 mailbox full")
    deliver_all(delivery)
    assert fates(database) == [MailFate.FAILED_TEMPORARILY]


def test_while_a_server_takes_its_time_leases_are_renewed_and_nobody_else_sends(queue, context, slow_server, database):
    queue(2)
    delivery = make_delivery(context, slow_server.port, lease_seconds=0.3)  # a heartbeat every tenth of a second
    other = Outbox(context)
    thread = threading.Thread(target=delivery.deliver_due, kwargs={"stop": threading.Event()})
    thread.start()
    assert comes_true(lambda: slow_server.taken == 1)
    for _ in range(3):
        context.clock.advance(seconds=context.limits.lease_seconds - 1)
        assert comes_true(lambda: set(lease_ends(database)) == {context.clock.now + lease_of(context)})
        assert other.claim("two", limit=5) == ()
    slow_server.may_answer.set()
    thread.join(20)
    assert (fates(database), len(slow_server.mails)) == ([MailFate.ACCEPTED] * 2, 2)
    delivery.close()


def lease_ends(database):
    with database.read() as connection:
        return connection.scalars(select(outbox.c.leased_until)).all()


def lease_of(context):
    return timedelta(seconds=context.limits.lease_seconds)

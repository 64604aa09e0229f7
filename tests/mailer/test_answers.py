"""What a killed mailer could send twice stays small: answers are recorded beside the sending, never far behind it."""

import asyncio
import threading

import pytest

from helpdesk.domain.errors import StoreUnreachable
from helpdesk.domain.states import MailFate
from helpdesk.mailer.answers import MOST_UNRECORDED
from helpdesk.services.outbox import Outbox
from tests.mail_servers import MailServer, running
from tests.mailer.test_delivery import deliver_all, fates, make_delivery
from tests.mailer.waiting import SOON_SECONDS, comes_true

MAILS = MOST_UNRECORDED + 14


def deliver_a_batch(delivery):
    return delivery.deliver_due(stop=threading.Event())


def with_large_batches(delivery):
    """As it is after some quick ones."""
    for _ in range(3):
        delivery._adapt(0)
    return delivery


def test_no_more_than_so_many_mails_are_ahead_of_the_store(context, server, database, queue):
    class Slow(Outbox):
        ahead = 0

        def record(self, answers):
            comes_true(lambda: len(server.mails) > MOST_UNRECORDED, within=0.4)  # as far as it would get meanwhile
            recorded = fates(database).count(MailFate.ACCEPTED)
            self.ahead = max(self.ahead, len(server.mails) - recorded)
            return super().record(answers)

    queue(MAILS)
    box = Slow(context)
    delivery = with_large_batches(make_delivery(context, server.port, box=box))
    deliver_all(delivery)
    assert box.ahead == MOST_UNRECORDED
    assert fates(database) == [MailFate.ACCEPTED] * MAILS
    assert len(server.mails) == MAILS
    delivery.close()


def test_while_the_store_is_away_no_more_than_those_go_out_and_none_twice(context, server, database, queue):
    class Away(Outbox):
        away = True

        def record(self, answers):
            if self.away:
                raise StoreUnreachable
            return super().record(answers)

    queue(MAILS)
    box = Away(context)
    delivery = with_large_batches(make_delivery(context, server.port, box=box))
    for _ in range(3):
        with pytest.raises(StoreUnreachable):
            deliver_a_batch(delivery)
    assert len(server.mails) == MOST_UNRECORDED
    box.away = False
    deliver_all(delivery)
    assert fates(database) == [MailFate.ACCEPTED] * MAILS
    assert len({tuple(to) for _, to, _ in server.mails}) == len(server.mails) == MAILS
    delivery.close()


def test_an_answer_is_recorded_while_the_server_takes_its_time_over_the_next_mail(context, database, queue):
    may_answer = threading.Event()

    class TakesItsTime(MailServer):
        async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
            if self.mails:
                await asyncio.get_running_loop().run_in_executor(None, may_answer.wait, SOON_SECONDS)
            return await super().handle_DATA(server, session, envelope)

    queue(2)
    with running(TakesItsTime()) as server:
        delivery = make_delivery(context, server.port)
        thread = threading.Thread(target=deliver_a_batch, args=(delivery,))
        thread.start()
        assert comes_true(lambda: fates(database) == [MailFate.ACCEPTED, MailFate.SENDING])
        may_answer.set()
        thread.join(SOON_SECONDS)
        assert fates(database) == [MailFate.ACCEPTED] * 2
        delivery.close()

"""What the mailer's tests share: a mail server that takes everything, and mails that wait."""

import asyncio
import threading

import pytest
from sqlalchemy import select

from helpdesk.domain.states import AccountState, MailKind
from helpdesk.services.mail_queue import queue_mail
from helpdesk.store.schema import address, voter
from tests.mail_servers import MailServer, running


@pytest.fixture
def server():
    with running(MailServer()) as listening:
        yield listening


@pytest.fixture
def slow_server():
    """A server that takes each mail whole and says nothing until `may_answer` is set."""
    with running(SlowServer()) as listening:
        yield listening
        listening.may_answer.set()


class SlowServer(MailServer):
    def __init__(self):
        super().__init__()
        self.may_answer = threading.Event()
        self.taken = 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        self.taken += 1
        await asyncio.get_running_loop().run_in_executor(None, self.may_answer.wait, 20)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def queue(context, add_voter):
    def put(count=1, *, domain="ac-rennes.fr"):
        for _ in range(count):
            number = add_voter(state=AccountState.INVITED, tied=f"marie{add_voter.made}@{domain}")
            with context.store.write() as connection:
                row = connection.execute(select(voter).where(voter.c.number == number)).one()
                to = connection.scalar(select(address.c.address).where(address.c.voter_id == row.id))
                kind, now = MailKind.ACTIVATION, context.clock()
                queue_mail(connection, context, row, kind=kind, to=to, generation=0, now=now)

    return put

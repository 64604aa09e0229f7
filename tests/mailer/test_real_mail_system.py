"""The whole circle over Debian's own servers: sent, bounced, read over IMAP, told at the desk."""

import threading
import time

import pytest
from sqlalchemy import select

from helpdesk.adapters.bounce_reader import read_returned
from helpdesk.adapters.imap import ImapMailbox
from helpdesk.adapters.mail_templates import MailTemplates
from helpdesk.adapters.smtp import SmtpTransport
from helpdesk.domain.errors import BadSetting, MailboxUnreachable
from helpdesk.domain.states import AccountState, MailFate
from helpdesk.mailer.bounce_loop import read_unread
from helpdesk.mailer.delivery import Delivery, Letterhead
from helpdesk.resource_files import resource
from helpdesk.services.outbox import Outbox
from helpdesk.store.schema import outbox
from tests.mail_daemons import PASSWORD, mail_system
from tests.mail_servers import make_authority

PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mail-system")
    authority = make_authority(folder)
    with mail_system(folder, chain=folder / "server.pem", ca_file=authority.ca_file) as running:
        yield running


@pytest.fixture
def mailbox(system):
    opened = open_mailbox(system)
    yield opened
    opened.close()


def open_mailbox(system, **more):
    values = {"user": "bounces", "password": PASSWORD, "ca_file": system.ca_file, "security": "tls"} | more
    return ImapMailbox(host="127.0.0.1", port=system.imap_port, **values)


def read_until(mailbox, services, count):
    """Everything that came back, until as many mails as expected are there."""
    recorded = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(recorded) < count and time.monotonic() < deadline:
        recorded += read_unread(mailbox, services.bounces, read_returned)
        if len(recorded) < count:
            mailbox.wait(1)
    return recorded


def test_sent_bounced_read_and_told(context, services, add_voter, agent, system, mailbox):
    known = add_voter(tied="marie@ac-lille.example", state=AccountState.INVITED)
    unknown = add_voter(tied="nobody@ac-lille.example", state=AccountState.INVITED)
    full = add_voter(tied="full@ac-lille.example", state=AccountState.INVITED)
    for number in (known, unknown, full):
        services.activation.resend(agent, number, reason="no mail came")
    delivery = Delivery(
        outbox=Outbox(context),
        transport=SmtpTransport(host="127.0.0.1", port=system.smtp_port, security="none"),
        renderer=MailTemplates(resource("mail")),
        clock=context.clock,
        key=bytes(range(32)),
        letterhead=Letterhead(context.mail.sender, "", context.mail.portal_url, "retours@ac-rennes.example"),
        worker="one",
        lease_seconds=60,
    )
    while delivery.deliver_due(stop=threading.Event()):
        pass
    delivery.close()
    recorded = read_until(mailbox, services, 3)
    assert sorted((each.voter, str(each.kind)) for each in recorded) == sorted(
        [(known, "delivered"), (unknown, "permanent"), (full, "temporary")]
    )
    with context.store.read() as connection:
        rows = connection.execute(select(outbox.c.to_address, outbox.c.fate)).all()
    fates = {row.to_address.partition("@")[0]: row.fate for row in rows}
    wanted = {"marie": MailFate.DELIVERED, "nobody": MailFate.FAILED_PERMANENTLY, "full": MailFate.FAILED_PERMANENTLY}
    assert fates == wanted
    detail = services.voters.open(agent, unknown)
    assert "mail_refused" in [finding.code for finding in detail.findings]
    assert mailbox.unread(10) == []


def test_a_reader_killed_before_it_recorded_finds_the_mail_unread(system, mailbox):
    place = system.folder / "mail" / "bounces" / "new" / "1.fresh"
    place.write_bytes(b"From: a@b.example\nSubject: hello\n\nhello\n")
    place.chmod(0o666)
    ((key, content),) = mailbox.unread(10)
    assert b"hello" in content
    mailbox.close()
    other = open_mailbox(system)
    assert [each for each, _ in other.unread(10)] == [key]
    other.done([key])
    assert other.unread(10) == []
    other.close()


def test_of_a_giant_mail_only_the_beginning_is_fetched(system, mailbox):
    place = system.folder / "mail" / "bounces" / "new" / "2.giant"
    place.write_bytes(b"From: a@b.example\nSubject: big\n\n" + b"x" * 76 * 50_000)
    place.chmod(0o666)
    ((key, content),) = mailbox.unread(10)
    assert len(content) == 256 * 1024
    mailbox.done([key])


def test_the_mailbox_says_why_it_cannot_be_read(system, tmp_path):
    for more, why in (
        ({"password": "wrong"}, "login"),
        ({"folder": "Nowhere"}, "folder"),
        ({"ca_file": make_authority(tmp_path).ca_file}, "certificate"),
    ):
        mailbox = open_mailbox(system, **more)
        with pytest.raises(MailboxUnreachable) as refused:
            mailbox.unread(1)
        assert refused.value.why == why
    with pytest.raises(MailboxUnreachable):
        ImapMailbox(host="127.0.0.1", port=1, security="tls", user="a", password="b").unread(1)
    with pytest.raises(BadSetting):
        ImapMailbox(host="imap.example.org", port=143, security="none", user="a", password="b")

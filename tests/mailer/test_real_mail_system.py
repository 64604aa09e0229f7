"""The whole circle over Debian's own servers: sent, bounced, read over IMAP, told at the desk."""

import threading
import time

import pytest
from sqlalchemy import select

from helpdesk.adapters.bounce_reader import read_returned
from helpdesk.adapters.imap import ImapMailbox
from helpdesk.adapters.mail_templates import MailTemplates
from helpdesk.adapters.smtp import SmtpTransport
from helpdesk.bootstrap import open_program
from helpdesk.cli.delivering import embedded_mailer
from helpdesk.config import load_settings
from helpdesk.domain.errors import BadSetting, MailboxUnreachable
from helpdesk.domain.states import AccountState, MailFate
from helpdesk.mailer.bounce_loop import read_unread
from helpdesk.mailer.delivery import Delivery, Letterhead
from helpdesk.resource_files import resource
from helpdesk.services.outbox import Outbox
from helpdesk.store.schema import outbox
from tests.bounce_corpus import report
from tests.mail_daemons import PASSWORD, mail_system
from tests.mail_servers import make_authority
from tests.mailer.test_delivery import fates
from tests.mailer.waiting import comes_true

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


def test_the_desk_of_an_embedded_store_reads_what_comes_back_by_itself(
    context, services, add_voter, agent, system, tmp_path
):
    if context.store.path is None:
        pytest.skip("a server's bounces are read by `helpdesk bounces`, a service of its own")
    number = add_voter(tied="marie@ac-lille.example", state=AccountState.INVITED)
    services.activation.resend(agent, number, reason="no mail came")
    (mail,) = services.outbox.claim("one", limit=1)
    services.outbox.record_accepted(mail, "2.0.0", "250 Ok")
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "key").write_bytes(bytes(range(32)).hex().encode())
    settings = load_settings(
        environment={
            "HELPDESK_DATABASE": f"sqlite:///{context.store.path}",
            "HELPDESK_LINK_KEY_FILE": str(tmp_path / "key"),
            "HELPDESK_MAIL_SENDER": context.mail.sender,
            "HELPDESK_SMTP_HOST": "127.0.0.1",
            "HELPDESK_SMTP_PORT": "1",
            "HELPDESK_SMTP_SECURITY": "none",
            "HELPDESK_IMAP_HOST": "127.0.0.1",
            "HELPDESK_IMAP_PORT": str(system.imap_port),
            "HELPDESK_IMAP_USER": "bounces",
            "HELPDESK_IMAP_SECURITY": "tls",
            "HELPDESK_IMAP_CA_FILE": str(system.ca_file),
            "HELPDESK_IMAP_PASSWORD_FILE": str(tmp_path / "password"),
        }
    )
    program = open_program(settings)
    mailer = embedded_mailer(program)
    mailer.start(lambda _status: None)
    try:
        place = system.folder / "mail" / "bounces" / "new" / "0.bounce"
        place.write_bytes(report(mail.message_id.partition("@")[0]))
        place.chmod(0o666)
        assert comes_true(lambda: fates(context.store) == [MailFate.FAILED_PERMANENTLY], within=PATIENCE_SECONDS)
    finally:
        mailer.stop()
        program.close()


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

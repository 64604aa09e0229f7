"""Handing mails to real servers: encrypted as asked, one connection for many, and never a wrong verdict."""

import asyncio
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from helpdesk.adapters.smtp import Patience, SmtpTransport
from helpdesk.domain.errors import BadSetting, MailServerUnreachable, UnreadableFile
from helpdesk.domain.mail_transport import OutgoingMail, Verdict
from tests.mail_servers import DROP, PASSWORD, USER, MailServer, make_authority, running

HOST = "127.0.0.1"
SHORT = Patience(connect=0.3, command=0.3, verdict=0.3)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=[False, True], ids=["one by one", "pipelined"])
def server(request):
    with running(MailServer(pipelining=request.param)) as listening:
        yield listening


@pytest.fixture
def connect():
    """Makes transports to a server, closed at the end."""
    with ExitStack() as opened:

        def make(server, *, security="none", **more):
            transport = SmtpTransport(host=HOST, port=server.port, security=security, **more)
            opened.callback(transport.close)
            return transport

        yield make


def mail(recipient="helene.martin@ac-rennes.fr", text="Ouvrez ce lien :\n.\n.. été\n"):
    message = EmailMessage()
    message["Subject"] = "Élections"
    message.set_content(text, cte="quoted-printable")
    return OutgoingMail("elections@ac-rennes.example", recipient, message.as_bytes(policy=SMTP))


# --- taken


def test_a_mail_arrives_whole_and_the_answer_is_the_servers(server, connect):
    delivery = connect(server).send(mail())
    assert (delivery.verdict, delivery.code) == (Verdict.ACCEPTED, "2.0.0")
    assert delivery.answer == "250 2.0.0 Ok: queued as 4B1D"
    ((sender, recipients, content),) = server.mails
    assert (sender, recipients) == ("elections@ac-rennes.example", ["helene.martin@ac-rennes.fr"])
    arrived = message_from_bytes(content, policy=default)
    assert arrived.get_content().replace("\r\n", "\n") == "Ouvrez ce lien :\n.\n.. été\n"
    assert content.isascii()


def test_one_connection_serves_many_mails(server, connect):
    transport = connect(server)
    assert {transport.send(mail()).verdict for _ in range(5)} == {Verdict.ACCEPTED}
    assert (server.connections, len(server.mails)) == (1, 5)


# --- encryption and login


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_mails_and_password_travel_encrypted(authority, connect, security, mechanism):
    with running(MailServer(), **{security: authority.server}, login=(mechanism,)) as server:
        transport = connect(server, security=security, ca_file=authority.ca_file, user=USER, password=PASSWORD)
        assert transport.send(mail()).verdict is Verdict.ACCEPTED
        transport.close()
    assert (server.encrypted, server.users) == ({True}, [USER])


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_nobody_known_is_refused(authority, connect, security):
    with (
        running(MailServer(), **{security: authority.server}) as server,
        pytest.raises(MailServerUnreachable) as refused,
    ):
        connect(server, security=security).send(mail())
    assert (refused.value.why, server.mails) == ("certificate", [])


def test_a_certificate_of_another_server_is_refused(tmp_path, connect):
    other = make_authority(tmp_path, name="smtp.elsewhere.example")
    with running(MailServer(), tls=other.server) as server, pytest.raises(MailServerUnreachable) as refused:
        connect(server, security="tls", ca_file=other.ca_file).send(mail())
    assert (refused.value.why, server.mails) == ("certificate", [])


def test_nothing_is_sent_in_the_clear_when_the_server_has_no_starttls(server, connect):
    with pytest.raises(MailServerUnreachable) as refused:
        connect(server, security="starttls", user=USER, password=PASSWORD).send(mail())
    assert (refused.value.why, server.heard, server.users) == ("starttls", [], [])


def test_a_plain_server_asked_for_tls_is_no_server(server, connect):
    with pytest.raises(MailServerUnreachable) as refused:
        connect(server, security="tls", patience=SHORT).send(mail())
    assert refused.value.why in {"tls", "connection"}


def test_a_wrong_password_says_nothing_of_the_mail_and_is_not_repeated(authority, connect):
    with running(MailServer(), starttls=authority.server, login=("PLAIN",)) as server:
        transport = connect(server, security="starttls", ca_file=authority.ca_file, user=USER, password="wrong-secret")
        with pytest.raises(MailServerUnreachable) as refused:
            transport.send(mail())
    assert refused.value.why == "login"
    assert "wrong-secret" not in f"{refused.value!r} {refused.value} {refused.value.answer}"
    assert server.heard == []


def test_a_server_that_wants_a_login_is_no_verdict_on_the_mail(authority, connect):
    with (
        running(MailServer(), starttls=authority.server, login=("PLAIN",)) as server,
        pytest.raises(MailServerUnreachable) as refused,
    ):
        connect(server, security="starttls", ca_file=authority.ca_file).send(mail())
    assert (refused.value.why, refused.value.answer.startswith("530")) == ("sender", True)


def test_a_login_where_none_is_offered(server, connect):
    with pytest.raises(MailServerUnreachable) as refused:
        connect(server, user=USER, password=PASSWORD).send(mail())
    assert refused.value.why == "login"


@pytest.mark.parametrize("host", ["smtp.ac-rennes.fr", "10.0.0.5", "localhost.example.org", ""])
def test_without_encryption_mail_goes_to_this_machine_only(host):
    with pytest.raises(BadSetting) as refused:
        SmtpTransport(host=host, port=25, security="none")
    assert (refused.value.key, refused.value.why) == ("smtp.security", "insecure")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.0.1", "::1"])
def test_this_machine_needs_no_encryption(host):
    SmtpTransport(host=host, port=25, security="none").close()


def test_an_unknown_kind_of_encryption_is_not_taken_for_none():
    with pytest.raises(BadSetting):
        SmtpTransport(host=HOST, port=25, security="STARTTLS")


@pytest.mark.parametrize(("content", "why"), [(None, "missing"), ("not a certificate", "not_a_certificate")])
def test_certificates_that_cannot_be_used_are_told_at_once(tmp_path, content, why):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(UnreadableFile) as refused:
        SmtpTransport(host=HOST, port=25, security="tls", ca_file=path)
    assert refused.value.why == why


# --- pipelined (RFC 2920)


@pytest.fixture
def pipelined():
    """A server that takes commands at once, and what reached it in one piece each time."""
    with running(MailServer(pipelining=True)) as listening, listened(listening) as (port, pieces):
        yield SmtpTransport(host=HOST, port=port, security="none"), pieces


@contextmanager
def listened(server):
    """A port in front of a server, and the pieces that it is sent."""
    pieces = []
    listening = socket.create_server((HOST, 0))

    def carry():
        client, _ = listening.accept()
        with client, socket.create_connection((HOST, server.port)) as beyond:
            answers = threading.Thread(target=pump, args=(beyond, client, None))
            answers.start()
            pump(client, beyond, pieces)
            answers.join()

    thread = threading.Thread(target=carry)
    thread.start()
    try:
        yield listening.getsockname()[1], pieces
    finally:
        thread.join(10)
        listening.close()


def pump(source, target, pieces):
    while piece := source.recv(65536):
        if pieces is not None:
            pieces.append(piece)
        target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def test_a_mail_needs_two_waits_where_commands_may_be_said_at_once(pipelined):
    transport, pieces = pipelined
    assert transport.send(mail()).verdict is Verdict.ACCEPTED
    transport.close()
    (_hello, commands, content, _goodbye) = pieces
    assert [line.split()[0] for line in commands.splitlines()] == [b"MAIL", b"RCPT", b"DATA"]
    assert content.endswith(b"\r\n.\r\n")


def test_a_data_begun_for_nobody_is_ended_and_the_connection_kept(server, connect):
    """Some servers answer 354 to a DATA whose recipient they refused (RFC 2920, 3.1): nothing may be delivered."""

    class TakesAnything(MailServer):
        async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd's name)
            said = await super().handle_RCPT(server, session, envelope, address, options)
            if not said.startswith("250"):
                envelope.rcpt_tos.append("nobody")
            return said

        async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
            if "nobody" in envelope.rcpt_tos:
                assert envelope.content == b""
                return "554 5.5.1 No valid recipients"
            return await super().handle_DATA(server, session, envelope)

    with running(TakesAnything(pipelining=True)) as listening:
        listening.says("RCPT", "550 5.1.1 User unknown")
        transport = connect(listening)
        assert transport.send(mail()).code == "5.1.1"
        assert transport.send(mail("yann.le-goff@ac-nantes.fr")).verdict is Verdict.ACCEPTED
        assert [to for _, to, _ in listening.mails] == [["yann.le-goff@ac-nantes.fr"]]
        assert listening.connections == 1


# --- refused


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "verdict", "code"),
    [
        ("550 5.1.1 User unknown", Verdict.PERMANENT, "5.1.1"),
        ("554 no", Verdict.PERMANENT, "554"),
        ("451 4.7.1 Greylisted", Verdict.TEMPORARY, "4.7.1"),
        ("452 mailbox full", Verdict.TEMPORARY, "452"),
    ],
)
def test_a_refused_mail_is_told_from_a_delayed_one_and_the_next_goes_through(
    server, connect, verb, answer, verdict, code
):
    server.says(verb, answer)
    transport = connect(server)
    delivery = transport.send(mail())
    assert (delivery.verdict, delivery.code, delivery.answer) == (verdict, code, answer)
    assert transport.send(mail("yann.le-goff@ac-nantes.fr")).verdict is Verdict.ACCEPTED
    ((_sender, recipients, _content),) = server.mails
    assert (recipients, server.connections) == (["yann.le-goff@ac-nantes.fr"], 1)


@pytest.mark.parametrize("answer", ["550 5.7.1 Sender not allowed", "451 4.3.0 Try later", "530 5.7.0 Log in first"])
def test_a_refused_sender_is_no_verdict_on_the_mail(server, connect, answer):
    server.says("MAIL", answer)
    with pytest.raises(MailServerUnreachable) as refused:
        connect(server).send(mail())
    assert (refused.value.why, refused.value.answer) == ("sender", answer)


def test_a_login_demanded_late_is_no_verdict_on_the_mail(server, connect):
    server.says("RCPT", "530 5.7.0 Authentication required")
    with pytest.raises(MailServerUnreachable) as refused:
        connect(server).send(mail())
    assert refused.value.why == "login"


def test_a_server_that_closes_delays_the_mail_and_is_called_again_for_the_next(server, connect):
    server.says("RCPT", "421 4.7.0 Too many mails, closing")
    transport = connect(server)
    delivery = transport.send(mail())
    assert (delivery.verdict, delivery.code) == (Verdict.TEMPORARY, "4.7.0")
    assert transport.send(mail()).verdict is Verdict.ACCEPTED
    assert server.connections == 2


def test_an_answer_that_echoes_the_mail_is_cleaned(server, connect):
    server.says("DATA", f"554 5.7.1 bad link https://portail.example.org/activate/{'aB3' * 14}")
    assert connect(server).send(mail()).answer == "554 5.7.1 bad link …"


# --- broken


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_a_kept_connection_that_died_is_replaced_without_a_word(server, connect, verb):
    transport = connect(server)
    transport.send(mail())
    server.says(verb, DROP)
    assert transport.send(mail()).verdict is Verdict.ACCEPTED
    assert (server.connections, len(server.mails)) == (2, 2)


def test_a_server_that_limits_mails_for_each_connection_is_called_again(server, connect):
    transport = connect(server)
    transport.send(mail())
    server.says("MAIL", "421 4.7.0 Enough for this connection")
    assert transport.send(mail()).verdict is Verdict.ACCEPTED
    assert server.connections == 2


def test_a_restarted_server_is_found_again(connect):
    first = MailServer()
    with running(first):
        transport = connect(first)
        transport.send(mail())
    with running(MailServer(port=first.port)) as second:
        assert transport.send(mail()).verdict is Verdict.ACCEPTED
        assert len(second.mails) == 1
        transport.close()


def test_a_new_connection_that_breaks_before_the_mail_is_the_sessions_fault(server, connect):
    server.says("MAIL", DROP)
    with pytest.raises(MailServerUnreachable) as refused:
        connect(server).send(mail())
    assert refused.value.why == "connection"


@pytest.mark.parametrize("kept", [False, True])
def test_a_mail_whose_fate_is_unknown_waits_and_is_not_sent_twice_at_once(server, connect, kept):
    transport = connect(server)
    if kept:
        transport.send(mail())
    server.heard.clear()
    server.says("DATA", DROP)
    delivery = transport.send(mail())
    assert (delivery.verdict, delivery.code) == (Verdict.TEMPORARY, "4.4.2")
    assert server.heard.count("DATA") == 1


def test_a_mail_that_its_server_chokes_on_does_not_keep_the_next_one_waiting(server, connect):
    server.says("RCPT", DROP)
    transport = connect(server)
    assert transport.send(mail()).code == "4.4.2"
    assert transport.send(mail()).verdict is Verdict.ACCEPTED


def test_a_verdict_that_never_comes_ends_after_a_while(connect):
    stalled = MailServer(stalled=asyncio.Event())
    with running(stalled) as server:
        delivery = connect(server, patience=SHORT).send(mail())
    assert (delivery.verdict, delivery.code) == (Verdict.TEMPORARY, "4.4.2")


def test_nobody_listens():
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(MailServerUnreachable) as refused:
        SmtpTransport(host=HOST, port=port, security="none").send(mail())
    assert refused.value.why == "connection"


def test_a_server_that_never_greets():
    with socket.create_server((HOST, 0)) as mute:
        transport = SmtpTransport(host=HOST, port=mute.getsockname()[1], security="none", patience=SHORT)
        with pytest.raises(MailServerUnreachable) as refused:
            transport.send(mail())
    assert refused.value.why == "connection"


def test_a_server_that_turns_everybody_away(connect):
    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(10)
        transport = SmtpTransport(host=HOST, port=listener.getsockname()[1], security="none", patience=SHORT)
        with ExitStack() as opened:
            answer_once = _answering(listener, b"554 5.3.2 no service for 10.0.0.1\r\n")
            opened.callback(answer_once.join, 10)
            with pytest.raises(MailServerUnreachable) as refused:
                transport.send(mail())
    assert (refused.value.why, refused.value.answer) == ("session", "554 5.3.2 no service for 10.0.0.1")


def _answering(listener, greeting):
    def answer():
        connection, _ = listener.accept()
        with connection:
            connection.sendall(greeting)
            connection.settimeout(10)
            connection.recv(1)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    return thread


def test_closing_twice_or_after_the_server_is_gone_is_no_error(connect):
    with running(MailServer()) as server:
        transport = connect(server)
        transport.send(mail())
    transport.close()
    transport.close()

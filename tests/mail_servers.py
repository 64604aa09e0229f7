"""SMTP servers for tests: real conversations, with certificates of a throwaway authority and scripted mishaps."""
# ruff: noqa: N802 (aiosmtpd calls these methods, by these names)

import asyncio
import ipaddress
import ssl
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DROP = "drop the connection"
USER, PASSWORD = "mailer", "Sésame-ouvre-toi"


@dataclass
class MailServer:
    """What a server is to say, and what it has heard. `script` maps a verb to answers given one after another."""

    script: dict[str, deque[str]] = field(default_factory=dict)
    port: int = 0
    connections: int = 0
    encrypted: set[bool] = field(default_factory=set)
    users: list[str] = field(default_factory=list)
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    stalled: asyncio.Event | None = None
    pipelining: bool = False

    def says(self, verb: str, *answers: str) -> None:
        self.script[verb] = deque(answers)

    def _scripted(self, verb, server):
        self.heard.append(verb)
        answers = self.script.get(verb)
        if not answers:
            return None
        answer = answers.popleft()
        if answer is DROP:
            server.transport.abort()
            return "421 dropped"
        return answer

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [responses[0], *(["250-PIPELINING"] if self.pipelining else []), *responses[1:]]

    async def handle_MAIL(self, server, session, envelope, address, options):
        if said := self._scripted("MAIL", server):
            return said
        envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if said := self._scripted("RCPT", server):
            return said
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        self.encrypted.add(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        if self.stalled is not None:
            await self.stalled.wait()
        if said := self._scripted("DATA", server):
            return said
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 Ok: queued as 4B1D"

    def authenticate(self, server, session, envelope, mechanism, data):
        good = data.login == USER.encode() and data.password == PASSWORD.encode()
        self.users += [USER] if good else []
        return AuthResult(success=good, handled=False)  # a refusal is for the server to say


@contextmanager
def running(
    server: MailServer,
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: tuple[str, ...] = (),
):
    """Serve on a free port of loopback until the block ends; `login` names the mechanisms that are wanted."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    done: list[asyncio.Event] = []

    def make():
        server.connections += 1
        return SMTP(
            server,
            loop=loop,
            tls_context=starttls,
            authenticator=server.authenticate if login else None,
            auth_required=bool(login) and starttls is not None,
            auth_exclude_mechanism=[each for each in ("LOGIN", "PLAIN") if each not in login],
            auth_require_tls=starttls is not None,
        )

    async def serve():
        listening = await loop.create_server(make, "127.0.0.1", server.port, ssl=tls)
        server.port = listening.sockets[0].getsockname()[1]
        done.append(asyncio.Event())
        ready.set()
        await done[0].wait()
        listening.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _ in range(3):
            await asyncio.sleep(0)

    def run():
        try:
            loop.run_until_complete(serve())
        finally:
            loop.close()

    thread = threading.Thread(target=run, name="test-smtp", daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(done[0].set)
        thread.join(10)
        assert not thread.is_alive()


@dataclass(frozen=True)
class Authority:
    """A certificate authority made for one test run, and a server certificate that it signed."""

    ca_file: Path
    server: ssl.SSLContext


def make_authority(folder: Path, *, name: str = "127.0.0.1") -> Authority:
    """The authority's file, and a context for a server called `name`."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Throwaway authority")])
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), x509.BasicConstraints(ca=True, path_length=0), None)
    ca = ca.sign(ca_key, hashes.SHA256())
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([alternative])
    made = _certificate(subject, ca_name, key.public_key(), x509.BasicConstraints(ca=False, path_length=None), names)
    certificate = made.sign(ca_key, hashes.SHA256())
    ca_file, chain = folder / "authority.pem", folder / "server.pem"
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    chain.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return Authority(ca_file, context)


def _certificate(subject, issuer, public_key, constraints, names):
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(constraints, critical=True)
    )
    return builder.add_extension(names, critical=False) if names is not None else builder

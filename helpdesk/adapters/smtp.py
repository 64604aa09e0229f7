"""SMTP with TLS or STARTTLS (RFC 5321, 3207, 8314); one connection for many mails, few waits for each (RFC 2920)."""

import base64
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from helpdesk.domain.errors import BadSetting, MailServerUnreachable, UnreadableFile
from helpdesk.domain.mail_transport import Delivery, OutgoingMail, Verdict, clean_answer

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_LOGGED_IN, _READY, _GO_ON, _CONTINUE, _PERMANENT = 235, 250, 300, 334, 500
_SERVICE_CLOSING, _CONTINUE_DATA, _REFUSED, _OUT_OF_STEP = 421, 354, 400, 451
_GOODBYE_SECONDS = 5
_LOGIN_WANTED = frozenset({530, 534, 535, 538})  # RFC 4954, 4 and 6: about the session, whenever they are said
_PATH = re.compile(r"[^\s<>\x00-\x20\x7f-\U0010ffff]+@[^\s<>\x00-\x20\x7f-\U0010ffff]+")
_NO_PATH = Delivery(Verdict.PERMANENT, "5.1.3", "553 5.1.3 the address is badly written")
_CUT = Delivery(Verdict.TEMPORARY, "4.4.2", "4.4.2 connection lost before the server answered")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take, in seconds: to be reached and greet, to answer a command, to judge a whole mail.

    The last is long, because a mail given up while its server still examines it arrives twice (RFC 5321, 4.5.3.2.6).
    """

    connect: float = 20
    command: float = 60
    verdict: float = 300


class SmtpTransport:
    """A connection that is opened with the first mail, kept, and opened again when the server dropped it.

    What concerns the session (reaching the server, encryption, login, the sender's address) raises
    MailServerUnreachable and says nothing about the mail in hand. What concerns the mail is its `Delivery`; a new
    connection lost over a mail is a temporary failure of that mail, so that one which makes its server fall over
    cannot keep all others waiting.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        user: str = "",
        password: str = "",
        ca_file: Path | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Take the server's address; `security` is `tls`, `starttls` or `none`.

        Raises BadSetting for `none` with a server that is not this machine (links would travel in the clear), and
        UnreadableFile for certificates that cannot be used.
        """
        if security not in {"tls", "starttls", "none"}:
            raise BadSetting("smtp.security", "not_a_choice")
        if security == "none" and not is_loopback(host):
            raise BadSetting("smtp.security", "insecure")
        self._host, self._port, self._security = host, port, security
        self._user, self._password = user, password
        self._tls = trust(ca_file)
        self._patience = patience or Patience()
        self._connection: smtplib.SMTP | None = None

    def send(self, mail: OutgoingMail, *, meanwhile: Callable[[], None] | None = None) -> Delivery:
        """Hand a mail over; a kept connection that turns out to be dead is replaced once."""
        kept = self._connection
        if kept is not None:
            try:
                return self._converse(kept, mail, meanwhile, kept=True)
            except (MailServerUnreachable, OSError, smtplib.SMTPException):
                self.close()
        try:
            connection = self._connection = self._connect()
            return self._converse(connection, mail, meanwhile, kept=False)
        except smtplib.SMTPServerDisconnected:
            self.close()
            raise MailServerUnreachable("connection") from None

    def probe(self) -> frozenset[str]:
        """Reach the server and log in, without a mail; what it offers, in lower case. Raises MailServerUnreachable."""
        if self._connection is None:
            self._connection = self._connect()
        return frozenset(self._connection.esmtp_features)

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                if connection.sock is not None:
                    connection.sock.settimeout(_GOODBYE_SECONDS)
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def _converse(
        self, connection: smtplib.SMTP, mail: OutgoingMail, meanwhile: Callable[[], None] | None, *, kept: bool
    ) -> Delivery:
        """One mail transaction. A connection lost before it began raises SMTPServerDisconnected."""
        if not (_PATH.fullmatch(mail.sender) and _PATH.fullmatch(mail.recipient)):
            return _NO_PATH
        about_mail, about_recipient = _options(connection, mail)
        say = _Commands(
            connection,
            f"MAIL FROM:<{mail.sender}>{about_mail}",
            f"RCPT TO:<{mail.recipient}>{about_recipient}",
            "DATA",
        )
        code, words = say.next()
        if code != _READY:
            self.close()
            raise MailServerUnreachable("sender", _answer(code, words))
        try:
            code, words = say.next()
        except smtplib.SMTPServerDisconnected:
            self.close()
            if kept:
                raise
            return _CUT
        if code < _GO_ON:
            try:
                code, words = self._hand_over(connection, say.next(), mail.content, meanwhile)
            except (OSError, smtplib.SMTPException):
                self.close()
                return _CUT  # not tried again at once: the server may have taken it
        elif say.are_said and code != _SERVICE_CLOSING:
            self._take_back(connection, say)
        if code in _LOGIN_WANTED:
            self.close()
            raise MailServerUnreachable("login", _answer(code, words))
        if code >= _GO_ON:
            self._begin_anew(connection, code)
        return _verdict(code, words)

    def _hand_over(
        self,
        connection: smtplib.SMTP,
        begun: tuple[int, bytes],
        content: bytes,
        meanwhile: Callable[[], None] | None,
    ) -> tuple[int, bytes]:
        """The mail, after the answer to DATA, and the verdict; what needs no verdict is done before it."""
        code, words = begun
        if code != _CONTINUE_DATA:
            return (code, words) if code >= _REFUSED else (_OUT_OF_STEP, b"4.5.0 unexpected answer to DATA")
        connection.send(_dotted(content))
        if meanwhile is not None:
            meanwhile()
        if connection.sock is not None:
            connection.sock.settimeout(self._patience.verdict)
        try:
            return connection.getreply()
        finally:
            if connection.sock is not None:
                connection.sock.settimeout(self._patience.command)

    def _take_back(self, connection: smtplib.SMTP, say: "_Commands") -> None:
        """End the DATA that was said before its recipient was refused: an empty mail, to nobody (RFC 2920, 3.1)."""
        try:
            code, _words = say.next()
            if code == _CONTINUE_DATA:
                connection.send(b".\r\n")
                connection.getreply()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _begin_anew(self, connection: smtplib.SMTP, code: int) -> None:
        """Forget a refused transaction, so that the next mail may use the connection."""
        if code == _SERVICE_CLOSING:
            self.close()
            return
        try:
            connection.rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _connect(self) -> smtplib.SMTP:
        try:
            connection = self._open()
        except smtplib.SMTPResponseException as error:
            raise MailServerUnreachable("session", _answer(error.smtp_code, error.smtp_error)) from None
        except ssl.SSLCertVerificationError:
            raise MailServerUnreachable("certificate") from None
        except ssl.SSLError:
            raise MailServerUnreachable("tls") from None
        except (OSError, smtplib.SMTPException):
            raise MailServerUnreachable("connection") from None
        try:
            self._secure(connection)
        except BaseException:
            connection.close()
            raise
        if connection.sock is not None:
            connection.sock.settimeout(self._patience.command)
        return connection

    def _open(self) -> smtplib.SMTP:
        where, patience = (self._host, self._port), self._patience.connect
        if self._security == "tls":
            return smtplib.SMTP_SSL(*where, timeout=patience, context=self._tls)
        return smtplib.SMTP(*where, timeout=patience)

    def _secure(self, connection: smtplib.SMTP) -> None:
        """Encrypt and log in; never falls back to less than was asked for."""
        try:
            if self._security == "starttls":
                connection.starttls(context=self._tls)
            if self._user:
                self._log_in(connection)
            connection.ehlo_or_helo_if_needed()
        except smtplib.SMTPAuthenticationError as error:
            raise MailServerUnreachable("login", _answer(error.smtp_code, error.smtp_error)) from None
        except smtplib.SMTPResponseException as error:
            raise MailServerUnreachable("session", _answer(error.smtp_code, error.smtp_error)) from None
        except smtplib.SMTPNotSupportedError:
            encrypted = self._security != "starttls" or isinstance(connection.sock, ssl.SSLSocket)
            raise MailServerUnreachable("login" if encrypted else "starttls") from None
        except ssl.SSLCertVerificationError:
            raise MailServerUnreachable("certificate") from None
        except ssl.SSLError:
            raise MailServerUnreachable("tls") from None
        except (OSError, smtplib.SMTPException):
            raise MailServerUnreachable("connection") from None

    def _log_in(self, connection: smtplib.SMTP) -> None:
        """PLAIN or LOGIN with UTF-8 (RFC 4616); what smtplib sends itself cannot hold an accent."""
        connection.ehlo_or_helo_if_needed()
        offered = connection.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            code, words = connection.docmd("AUTH", "PLAIN " + _base64(f"\0{self._user}\0{self._password}"))
        elif "LOGIN" in offered:
            code, words = connection.docmd("AUTH", f"LOGIN {_base64(self._user)}")
            if code == _CONTINUE:
                code, words = connection.docmd(_base64(self._password))
        else:
            raise smtplib.SMTPNotSupportedError
        if code != _LOGGED_IN:
            raise smtplib.SMTPAuthenticationError(code, words)


class _Commands:
    """Commands and their answers, one after another; all are said at once where the server allows it (RFC 2920)."""

    def __init__(self, connection: smtplib.SMTP, *commands: str) -> None:
        self._connection, self._commands = connection, iter(commands)
        self.are_said = connection.has_extn("pipelining")
        if self.are_said:
            connection.send("".join(f"{command}\r\n" for command in commands))

    def next(self) -> tuple[int, bytes]:
        """The answer to the next command."""
        return self._connection.getreply() if self.are_said else self._connection.docmd(next(self._commands))


def _options(connection: smtplib.SMTP, mail: OutgoingMail) -> tuple[str, str]:
    """What MAIL and RCPT say beyond the addresses, as far as the server offers it (RFC 1870, RFC 3461)."""
    about_mail = f" SIZE={len(mail.content)}" if connection.has_extn("size") else ""
    if not (mail.envelope_id and connection.has_extn("dsn")):
        return about_mail, ""
    notify = "SUCCESS,FAILURE,DELAY" if mail.tell_success else "FAILURE,DELAY"
    about_recipient = f" NOTIFY={notify} ORCPT=rfc822;{_xtext(mail.recipient)}"
    return f"{about_mail} RET=HDRS ENVID={_xtext(mail.envelope_id)}", about_recipient


def _xtext(text: str) -> str:
    """RFC 3461, 4: printable ASCII, with `+` and `=` written as their codes."""
    return "".join(each if "!" <= each <= "~" and each not in "+=" else f"+{ord(each):02X}" for each in text)


def _dotted(content: bytes) -> bytes:
    """The mail as DATA wants it: lines that begin with a dot get a second one, a lone dot ends it (RFC 5321, 4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """The system's authorities, or those of the file alone."""
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except FileNotFoundError:
        raise UnreadableFile(str(ca_file), "missing") from None
    except PermissionError:
        raise UnreadableFile(str(ca_file), "denied") from None
    except (ssl.SSLError, OSError):
        raise UnreadableFile(str(ca_file), "not_a_certificate") from None


def _verdict(code: int, words: bytes) -> Delivery:
    """Taken, later or never.

    The enhanced code tells the last two apart where there is one (RFC 3463, 3.1): servers say "552 4.2.2 mailbox
    full" of what will pass.
    """
    enhanced = _ENHANCED.match(words.decode("utf-8", "replace"))
    if code < _GO_ON:
        verdict = Verdict.ACCEPTED
    elif enhanced is not None and enhanced[1][0] != "2":
        verdict = Verdict.PERMANENT if enhanced[1].startswith("5") else Verdict.TEMPORARY
    else:
        verdict = Verdict.PERMANENT if code >= _PERMANENT else Verdict.TEMPORARY
    return Delivery(verdict, enhanced[1] if enhanced else str(code), _answer(code, words))


def _answer(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return clean_answer(f"{code} {text}")

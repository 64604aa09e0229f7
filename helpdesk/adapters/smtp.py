"""SMTP with TLS or STARTTLS (RFC 5321, 3207, 8314); one connection for many mails."""

import re
import smtplib
import ssl
from pathlib import Path

from helpdesk.domain.errors import BadSetting, MailServerUnreachable
from helpdesk.domain.mail_transport import Delivery, OutgoingMail, Verdict

TIMEOUT_SECONDS = 30
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ENHANCED = re.compile(rb"^\s*([245]\.\d{1,3}\.\d{1,3})\b")
_TEMPORARY, _PERMANENT = 400, 500
_SERVICE_CLOSING = 421


class SmtpTransport:
    """A connection that is opened with the first mail, kept, and opened again when the server dropped it."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        user: str = "",
        password: str = "",
        ca_file: Path | None = None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        """Take the server's address; `security` is `tls`, `starttls` or `none`.

        Raises BadSetting for `none` with a server that is not this machine: links would travel in the clear.
        """
        if security == "none" and host not in _LOOPBACK:
            raise BadSetting("smtp.security", "insecure")
        self._host, self._port, self._security = host, port, security
        self._user, self._password = user, password
        self._ca_file, self._timeout = ca_file, timeout
        self._connection: smtplib.SMTP | None = None

    def send(self, mail: OutgoingMail) -> Delivery:
        """Hand a mail over; a connection that turns out to be dead is replaced once."""
        reused = self._connection is not None
        try:
            return self._send(mail)
        except MailServerUnreachable:
            self.close()
            if not reused:
                raise
        return self._send(mail)

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def _send(self, mail: OutgoingMail) -> Delivery:
        try:
            connection = self._connection or self._connect()
            self._connection = connection
            connection.send_message(mail.message, mail.sender, [mail.recipient])
        except smtplib.SMTPRecipientsRefused as error:
            return self._refused(*next(iter(error.recipients.values())))
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            return self._refused(error.smtp_code, error.smtp_error)
        except smtplib.SMTPAuthenticationError as error:
            raise MailServerUnreachable("login", _words(error.smtp_error)) from None
        except smtplib.SMTPResponseException as error:
            raise MailServerUnreachable("session", _words(error.smtp_error)) from None
        except smtplib.SMTPException:
            raise MailServerUnreachable("session") from None
        except ssl.SSLError:
            raise MailServerUnreachable("certificate") from None
        except OSError:
            raise MailServerUnreachable("connection") from None
        return Delivery(Verdict.ACCEPTED, "2.0.0", "250 accepted")

    def _connect(self) -> smtplib.SMTP:
        if self._security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._timeout, context=self._tls()
            )
        else:
            connection = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._security == "starttls":
                connection.starttls(context=self._tls())
            if self._user:
                connection.login(self._user, self._password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)

    def _refused(self, code: int, words: bytes | str) -> Delivery:
        if code == _SERVICE_CLOSING:
            raise MailServerUnreachable("session", _words(words))
        raw = words if isinstance(words, bytes) else words.encode()
        enhanced = _ENHANCED.match(raw)
        verdict = Verdict.PERMANENT if code >= _PERMANENT else Verdict.TEMPORARY
        status = enhanced[1].decode() if enhanced else str(code)
        return Delivery(verdict, status, f"{code} {_words(words)}")


def _words(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())

"""The bounce mailbox over IMAP (RFC 3501, 8314): what is unread, then marked as read once it is recorded."""

import imaplib
import ssl
import time
from pathlib import Path

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError

from helpdesk.adapters.smtp import is_loopback, trust
from helpdesk.domain.errors import BadSetting, MailboxUnreachable
from helpdesk.domain.returned_mail import MOST_BYTES

_PATIENCE_SECONDS = 30
_LONGEST_IDLE_SECONDS = 25 * 60  # RFC 2177: a client renews its IDLE at least every 29 minutes


class ImapMailbox:
    """One folder of one mailbox; the connection is opened when first used, and again after it broke.

    Of each mail only the first MOST_BYTES are fetched, and without marking it: a reader killed before it recorded
    a mail finds it unread again.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        user: str,
        password: str,
        folder: str = "INBOX",
        ca_file: Path | None = None,
    ) -> None:
        """Connect to nothing yet. Raises BadSetting for an unencrypted server that is not this machine."""
        if security == "none" and not is_loopback(host):
            raise BadSetting("imap.security", "insecure")
        self._host, self._port, self._security = host, port, security
        self._user, self._password, self._folder = user, password, folder
        self._tls = trust(ca_file)
        self._mailbox: BaseMailBox | None = None

    def unread(self, most: int) -> list[tuple[str, bytes]]:
        """Up to `most` unread mails, oldest first. Raises MailboxUnreachable."""
        try:
            mailbox = self._open()
            keys = mailbox.uids("UNSEEN")[:most]
            return [(key, self._fetch(mailbox, key)) for key in keys]
        except (OSError, imaplib.IMAP4.error, ImapToolsError):
            self.close()
            raise MailboxUnreachable("connection") from None

    def done(self, keys: list[str]) -> None:
        """Mark mails as read. Raises MailboxUnreachable; they are then read again, and count once."""
        try:
            if keys:
                self._open().flag(keys, r"\Seen", value=True)
        except (OSError, imaplib.IMAP4.error, ImapToolsError):
            self.close()
            raise MailboxUnreachable("connection") from None

    def wait(self, seconds: float) -> None:
        """Wait for something new: told by the server where it can (IDLE, RFC 2177), else by polling."""
        try:
            mailbox = self._open()
            if "IDLE" in mailbox.client.capabilities:
                mailbox.idle.wait(timeout=min(seconds, _LONGEST_IDLE_SECONDS))
                return
        except (OSError, imaplib.IMAP4.error, ImapToolsError):
            self.close()
        time.sleep(seconds)

    def close(self) -> None:
        """Log out, if the server still listens."""
        mailbox, self._mailbox = self._mailbox, None
        if mailbox is not None:
            try:
                mailbox.logout()
            except (OSError, imaplib.IMAP4.error, ImapToolsError):
                mailbox.client.shutdown()

    def _fetch(self, mailbox: BaseMailBox, key: str) -> bytes:
        _status, parts = mailbox.client.uid("fetch", key, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        return next((part[1] for part in parts if isinstance(part, tuple)), b"")

    def _open(self) -> BaseMailBox:
        if self._mailbox is None:
            mailbox = self._connect()
            try:
                self._log_in(mailbox)
            except BaseException:
                mailbox.client.shutdown()
                raise
            self._mailbox = mailbox
        return self._mailbox

    def _connect(self) -> BaseMailBox:
        where = {"host": self._host, "port": self._port, "timeout": _PATIENCE_SECONDS}
        try:
            if self._security == "tls":
                return MailBox(**where, ssl_context=self._tls)
            if self._security == "starttls":
                return MailBoxStartTls(**where, ssl_context=self._tls)
            return MailBoxUnencrypted(**where)
        except ssl.SSLCertVerificationError:
            raise MailboxUnreachable("certificate") from None
        except (OSError, imaplib.IMAP4.error, ImapToolsError):
            raise MailboxUnreachable("connection") from None

    def _log_in(self, mailbox: BaseMailBox) -> None:
        try:
            mailbox.login(self._user, self._password, initial_folder=self._folder)
        except MailboxFolderSelectError:
            raise MailboxUnreachable("folder") from None
        except (imaplib.IMAP4.error, ImapToolsError):
            raise MailboxUnreachable("login") from None
        except OSError:
            raise MailboxUnreachable("connection") from None

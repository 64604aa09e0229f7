"""Delivering mails one by one over one connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from threading import Event, Thread

from helpdesk.domain.links import derive_token, link_url, token_hash
from helpdesk.domain.mail_transport import MailTransport, OutgoingMail, Verdict
from helpdesk.domain.ports import Clock, MailContent, MailRenderer
from helpdesk.domain.states import LINK_MAILS
from helpdesk.services.outbox import ClaimedMail, Outbox

SENDER_NAME = "Élections professionnelles"
_HEARTBEATS_PER_LEASE = 3


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every mail carries: the sender's address, where answers go, where links lead."""

    sender: str
    reply_to: str
    portal_url: str


class Delivery:
    """Everything one mailer needs to deliver; used by one thread."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        transport: MailTransport,
        renderer: MailRenderer,
        clock: Clock,
        key: bytes,
        letterhead: Letterhead,
        worker: str,
        lease_seconds: float,
    ) -> None:
        """Take the link key as bytes; `worker` tells this mailer's claims from those of others."""
        self._outbox, self._transport, self._renderer = outbox, transport, renderer
        self._clock, self._key, self._letterhead = clock, key, letterhead
        self._worker, self._lease_seconds = worker, lease_seconds

    def deliver_due(self, *, stop: Event, limit: int = 1) -> int:
        """Deliver up to `limit` mails that are due; how many were claimed.

        Raises MailServerUnreachable after giving back what was not delivered: the mails wait, uncounted.
        """
        mails = self._outbox.claim(self._worker, limit=limit)
        try:
            for mail in mails:
                if stop.is_set():
                    break
                with self._heartbeat(mail):
                    self._deliver(mail)
        finally:
            if mails:
                self._outbox.release(self._worker)
        return len(mails)

    def close(self) -> None:
        """End the connection to the server."""
        self._transport.close()

    def _deliver(self, mail: ClaimedMail) -> None:
        link = None
        if mail.carries_link:
            token = derive_token(self._key, message_id=mail.message_id, generation=mail.generation)
            if not self._outbox.mint_link(mail, token_hash(token)):
                self._outbox.supersede(mail)
                return
            link = link_url(self._letterhead.portal_url, purpose=LINK_MAILS[mail.kind], token=token)
        content = self._renderer.render(self._outbox.facts(mail, link))
        message = self._compose(mail, content)
        answer = self._transport.send(OutgoingMail(self._letterhead.sender, mail.to, message))
        record = {
            Verdict.ACCEPTED: self._outbox.record_accepted,
            Verdict.TEMPORARY: self._outbox.record_temporary,
            Verdict.PERMANENT: self._outbox.record_permanent,
        }[answer.verdict]
        record(mail, answer.code, answer.answer)

    def _compose(self, mail: ClaimedMail, content: MailContent) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = formataddr((SENDER_NAME, self._letterhead.sender))
        message["To"] = mail.to
        if self._letterhead.reply_to:
            message["Reply-To"] = self._letterhead.reply_to
        message["Subject"] = content.subject
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{mail.message_id}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5: nobody's holiday reply comes back
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(content.text)
        message.add_alternative(content.html, subtype="html")
        return message

    @contextmanager
    def _heartbeat(self, mail: ClaimedMail) -> Iterator[None]:
        """Renew the lease while a slow server keeps the mail waiting."""
        done = Event()

        def beat() -> None:
            while not done.wait(self._lease_seconds / _HEARTBEATS_PER_LEASE):
                self._outbox.extend_lease(mail)

        thread = Thread(target=beat, name="mail-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

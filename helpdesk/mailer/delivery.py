"""Delivering mails one by one over one connection."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from helpdesk.domain.errors import OutsideFault
from helpdesk.domain.links import derive_token, link_url, token_hash
from helpdesk.domain.mail_transport import Delivery as Outcome
from helpdesk.domain.mail_transport import MailTransport, OutgoingMail, Verdict
from helpdesk.domain.ports import Clock, MailRenderer
from helpdesk.domain.states import LINK_MAILS
from helpdesk.mailer.bugs import where_it_broke
from helpdesk.mailer.letter import Letterhead, compose, return_path
from helpdesk.services.outbox import ClaimedMail, Outbox

__all__ = ["Delivery", "Letterhead"]

_HEARTBEATS_PER_LEASE = 3
_BROKEN = Outcome(Verdict.TEMPORARY, "4.3.0", "4.3.0 the mail could not be composed")

log = logging.getLogger("helpdesk.mailer")


class Delivery:
    """Everything one mailer needs to deliver; used by one thread.

    What a server said of a mail is recorded before anything else is sent. While the store is away, it is kept here
    and recorded as soon as the store is back, so that the mail is not sent twice for that.
    """

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
        self._unrecorded: dict[int, tuple[ClaimedMail, Outcome]] = {}

    def deliver_due(self, *, stop: Event, limit: int = 1) -> int:
        """Deliver up to `limit` mails that are due; how many were claimed.

        Raises MailServerUnreachable after giving back what was not delivered: the mails wait, uncounted. Raises
        the store's faults; nothing is lost by them either.
        """
        self._record_answers()
        mails = self._outbox.claim(self._worker, limit=limit)
        left = {mail.id for mail in mails}
        try:
            for mail in mails:
                if stop.is_set():
                    break
                with self._heartbeat(mail):
                    self._deliver(mail)
                left.discard(mail.id)
        finally:
            if left:
                self._release()
        return len(mails)

    def close(self) -> None:
        """Record what is still to be recorded, give back what is held, end the connection to the server."""
        with suppress(OutsideFault):
            self._record_answers()
        self._transport.close()

    def _deliver(self, mail: ClaimedMail) -> None:
        try:
            outgoing = self._prepare(mail)
            if outgoing is None:
                return
            answer = self._transport.send(outgoing)
        except OutsideFault:
            raise
        except Exception as error:  # noqa: BLE001 (one mail that cannot be composed must not hold up the others)
            log.error("mail %s could not be composed\n%s", mail.id, where_it_broke(error))  # noqa: TRY400 (no values)
            answer = _BROKEN
        self._unrecorded[mail.id] = (mail, answer)
        self._record_answers()

    def _prepare(self, mail: ClaimedMail) -> OutgoingMail | None:
        """The mail as it goes out, its link minted; None when there is nothing left to send."""
        link = None
        if mail.carries_link:
            token = derive_token(self._key, message_id=mail.message_id, generation=mail.generation)
            if not self._outbox.mint_link(mail, token_hash(token)):
                return None
            link = link_url(self._letterhead.portal_url, purpose=LINK_MAILS[mail.kind], token=token)
        facts = self._outbox.facts(mail, link)
        if facts is None:
            return None
        message = compose(
            self._letterhead,
            self._renderer.render(facts),
            to=mail.to,
            message_id=mail.message_id,
            language=mail.language,
            at=self._clock(),
        )
        return OutgoingMail(return_path(self._letterhead, mail.message_id), mail.to, message)

    def _record_answers(self) -> None:
        records = {
            Verdict.ACCEPTED: self._outbox.record_accepted,
            Verdict.TEMPORARY: self._outbox.record_temporary,
            Verdict.PERMANENT: self._outbox.record_permanent,
        }
        for mail, answer in tuple(self._unrecorded.values()):
            records[answer.verdict](mail, answer.code, answer.answer)
            del self._unrecorded[mail.id]

    def _release(self) -> None:
        """Give mails back; a store that is away gets them back by itself when their leases end."""
        with suppress(OutsideFault):
            self._outbox.release(self._worker, keep=tuple(self._unrecorded))

    @contextmanager
    def _heartbeat(self, mail: ClaimedMail) -> Iterator[None]:
        """Renew the lease while a slow server keeps the mail waiting."""
        done = Event()

        def beat() -> None:
            while not done.wait(self._lease_seconds / _HEARTBEATS_PER_LEASE):
                with suppress(OutsideFault):
                    self._outbox.extend_lease(mail)

        thread = Thread(target=beat, name="mail-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

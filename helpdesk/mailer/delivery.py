"""Delivering mails in batches over one connection."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from threading import Event, Thread

from helpdesk.domain.bug_trace import where_it_broke
from helpdesk.domain.errors import OutsideFault
from helpdesk.domain.links import derive_token, link_url, token_hash
from helpdesk.domain.mail_pace import slows_domain
from helpdesk.domain.mail_transport import Delivery as Outcome
from helpdesk.domain.mail_transport import MailTransport, OutgoingMail, Verdict
from helpdesk.domain.ports import Clock, MailFacts, MailRenderer
from helpdesk.domain.states import LINK_MAILS, MailPriority
from helpdesk.mailer.answers import Answers
from helpdesk.mailer.letter import Letterhead, compose, envelope_id, return_path
from helpdesk.services.outbox import ClaimedMail, Outbox

__all__ = ["Delivery", "Letterhead"]

_HEARTBEATS_PER_LEASE = 3
_SMALLEST_BATCH, _LARGEST_BATCH, _GROWTH = 8, 256, 4
_QUICK_BATCH_SECONDS, _SLOW_BATCH_SECONDS = 0.5, 1.5  # how long a mail asked for now may have to wait for a batch
_BROKEN = Outcome(Verdict.TEMPORARY, "4.3.0", "4.3.0 the mail could not be composed")

log = logging.getLogger("helpdesk.mailer")


class Delivery:
    """Everything one mailer needs to deliver; used by one thread.

    Three commits a batch and some more for the answers, each for a promise: the claim (no other mailer sends these),
    the links (the portal knows a link before its mail leaves), the answers (a mail taken by the server is not sent
    again). Answers are recorded while the next mails go out (`Answers`): what a killed mailer sends twice is what it
    had not recorded yet, 50 mails at most. While the store is away, answers are kept and recorded as soon as it is
    back.
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
        self._batch = _SMALLEST_BATCH
        self._answers = Answers(outbox)

    def call_back(self) -> int:
        """Make due what a clock that was ahead has put off; see `Outbox.call_back`."""
        return self._outbox.call_back()

    def deliver_due(self, *, stop: Event, limit: int = _LARGEST_BATCH) -> int:
        """Deliver a batch of mails that are due, `limit` at most; how many were claimed.

        Raises MailServerUnreachable after giving back what was not delivered: the mails wait, uncounted. Raises
        the store's faults; nothing is lost by them either.
        """
        self._answers.record()
        started = time.monotonic()
        wanted = min(limit, self._batch)
        mails = self._outbox.claim(self._worker, limit=wanted)
        if not mails:
            return 0
        left = {mail.id: mail for mail in mails}
        try:
            with self._heartbeat(left):
                with self._answers.recorded_beside():
                    for mail in self._sent(mails, stop):
                        del left[mail.id]
                self._answers.record()
        finally:
            if left:
                self._release()
        if len(mails) == wanted:
            self._adapt(time.monotonic() - started)
        return len(mails)

    def close(self) -> None:
        """Record what is still to be recorded, give back what is held, end the connection to the server."""
        with suppress(OutsideFault):
            self._answers.record()
        self._transport.close()

    def _sent(self, mails: Sequence[ClaimedMail], stop: Event) -> Iterator[ClaimedMail]:
        """Send one after another, each named once it is dealt with; those of a domain that complains are kept back."""
        links = self._mint(mails)
        gone = [mail for mail in mails if mail.carries_link and mail.id not in links]
        facts = self._outbox.facts_of([mail for mail in mails if not mail.carries_link or mail.id in links])
        yield from gone
        waiting = [mail for mail in mails if mail.id in facts]
        yield from (mail for mail in mails if mail not in gone and mail.id not in facts)
        letters = _Letters(self, facts, links)
        slowed: set[str] = set()
        for place, mail in enumerate(waiting):
            if stop.is_set():
                return
            if mail.domain in slowed:
                continue
            self._answers.wait_for_room()
            following = waiting[place + 1] if place + 1 < len(waiting) else None
            letter = letters.take(mail)
            if letter is None:
                answer = _BROKEN
            else:
                answer = self._transport.send(letter, meanwhile=partial(letters.prepare, following))
            self._answers.add(mail, answer)
            if answer.verdict is Verdict.TEMPORARY and slows_domain(answer.code, answer.answer):
                slowed.add(mail.domain)
            yield mail

    def _mint(self, mails: Sequence[ClaimedMail]) -> dict[int, str]:
        """The links of those mails that carry one and are still to be sent."""
        tokens = {
            mail.id: derive_token(self._key, message_id=mail.message_id, generation=mail.generation)
            for mail in mails
            if mail.carries_link
        }
        minted = [(mail, token_hash(tokens[mail.id])) for mail in mails if mail.id in tokens]
        to_send = self._outbox.mint_links(minted)
        return {
            mail.id: link_url(self._letterhead.portal_url, purpose=LINK_MAILS[mail.kind], token=tokens[mail.id])
            for mail in mails
            if mail.id in to_send
        }

    def letter(self, mail: ClaimedMail, facts: MailFacts, link: str | None) -> OutgoingMail | None:
        """The mail as it goes out; None when it cannot be composed, which must not hold up the others."""
        try:
            content = compose(
                self._letterhead,
                self._renderer.render(replace(facts, link=link)),
                to=mail.to,
                message_id=mail.message_id,
                language=mail.language,
                at=self._clock(),
            )
        except Exception as error:  # noqa: BLE001 (whatever it is)
            where = where_it_broke(error)
            log.error("mail %s could not be composed", mail.id, extra={"where": where})  # noqa: TRY400 (no values)
            return None
        return OutgoingMail(
            return_path(self._letterhead, mail.message_id),
            mail.to,
            content,
            envelope_id(mail.message_id),
            tell_success=mail.priority is MailPriority.ASKED,
        )

    def _release(self) -> None:
        """Give mails back; a store that is away gets them back by itself when their leases end."""
        with suppress(OutsideFault):
            self._outbox.release(self._worker, keep=tuple(mail.id for mail in self._answers.mails))

    def _adapt(self, seconds: float) -> None:
        """Larger batches where they are quick, smaller ones where a server is slow."""
        if seconds < _QUICK_BATCH_SECONDS:
            self._batch = min(self._batch * _GROWTH, _LARGEST_BATCH)
        elif seconds > _SLOW_BATCH_SECONDS:
            self._batch = max(self._batch // 2, _SMALLEST_BATCH)

    @contextmanager
    def _heartbeat(self, left: dict[int, ClaimedMail]) -> Iterator[None]:
        """Renew leases while a slow server keeps a mail waiting."""
        done = Event()

        def beat() -> None:
            while not done.wait(self._lease_seconds / _HEARTBEATS_PER_LEASE):
                with suppress(OutsideFault):
                    self._outbox.extend_leases([*tuple(left.values()), *self._answers.mails])

        thread = Thread(target=beat, name="mail-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


class _Letters:
    """The letters of a batch, composed one ahead."""

    def __init__(self, delivery: Delivery, facts: Mapping[int, MailFacts], links: dict[int, str]) -> None:
        self._delivery, self._facts, self._links = delivery, facts, links
        self._ready: dict[int, OutgoingMail | None] = {}

    def prepare(self, mail: ClaimedMail | None) -> None:
        """Compose a letter before it is asked for; done while the server examines the one before."""
        if mail is not None:
            self._ready[mail.id] = self._delivery.letter(mail, self._facts[mail.id], self._links.get(mail.id))

    def take(self, mail: ClaimedMail) -> OutgoingMail | None:
        if mail.id not in self._ready:
            self.prepare(mail)
        return self._ready.pop(mail.id)

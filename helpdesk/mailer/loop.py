"""Running the mailer: until the outbox is empty, until stopped, or inside the desk's process."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from helpdesk.domain.errors import HelpdeskError, MailServerUnreachable, OutsideFault, SecretStoreUnavailable
from helpdesk.domain.mailer_status import MailerState, MailerStatus
from helpdesk.domain.ports import Clock
from helpdesk.mailer.delivery import Delivery
from helpdesk.services.outbox import Outbox

POLL_SECONDS = 0.5
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 2.0, 60.0


Report = Callable[[MailerStatus], None]


def deliver_all_due(delivery: Delivery, stop: Event) -> int:
    """Deliver every mail that is due now; how many. Raises MailServerUnreachable."""
    total = 0
    while not stop.is_set() and (count := delivery.deliver_due(stop=stop)):
        total += count
    return total


def deliver_until_empty(delivery: Delivery, outbox: Outbox, clock: Clock, stop: Event) -> int:
    """Deliver until no mail waits, for retries too; how many attempts. Raises MailServerUnreachable."""
    total = 0
    while not stop.is_set():
        total += deliver_all_due(delivery, stop)
        due = outbox.next_due()
        if due is None:
            break
        stop.wait(min(max((due - clock()).total_seconds(), 0.05), POLL_SECONDS))
    return total


def deliver_until_stopped(delivery: Delivery, clock: Clock, stop: Event, report: Report) -> None:
    """Deliver as mails come; an unreachable server or store is tried again after pauses that grow."""
    pause = _FIRST_PAUSE_SECONDS
    healthy: bool | None = None
    while not stop.is_set():
        try:
            deliver_all_due(delivery, stop)
        except OutsideFault as fault:
            why = fault.why if isinstance(fault, MailServerUnreachable) else "store"
            answer = fault.answer if isinstance(fault, MailServerUnreachable) else ""
            report(MailerStatus(MailerState.UNREACHABLE, why, answer, clock() + timedelta(seconds=pause)))
            healthy = False
            stop.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            continue
        except Exception:
            logging.getLogger("helpdesk.mailer").exception("a mail could not be handled")
            stop.wait(_LONGEST_PAUSE_SECONDS)
            continue
        if healthy is not True:
            report(MailerStatus(MailerState.RUNNING))
        healthy, pause = True, _FIRST_PAUSE_SECONDS
        stop.wait(POLL_SECONDS)


class EmbeddedMailer:
    """The mailer of the embedded store: a thread of the desk's process."""

    def __init__(self, make_delivery: Callable[[], Delivery], clock: Clock) -> None:
        """Take what builds the delivery; it is called in the thread, since it reads the link key."""
        self._make_delivery, self._clock = make_delivery, clock
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self, on_status: Report) -> None:
        """Begin to deliver; `on_status` is called from the mailer's thread at each change."""
        if self._thread is None:
            self._stop.clear()
            self._thread = Thread(target=self._run, args=(on_status,), name="mailer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End after the mail in hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, report: Report) -> None:
        try:
            delivery = self._make_delivery()
        except SecretStoreUnavailable:
            report(MailerStatus(MailerState.NO_LINK_KEY))
            return
        except HelpdeskError as error:
            report(MailerStatus(MailerState.UNREACHABLE, type(error).__name__))
            return
        try:
            deliver_until_stopped(delivery, self._clock, self._stop, report)
        finally:
            delivery.close()

"""Running the mailer: until the outbox is empty, until stopped, or inside the desk's process."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Event, Thread

from helpdesk.domain.bug_trace import where_it_broke
from helpdesk.domain.errors import HelpdeskError, MailServerUnreachable, OutsideFault, SecretStoreUnavailable
from helpdesk.domain.mailer_status import MailerState, MailerStatus
from helpdesk.domain.ports import Clock
from helpdesk.mailer.delivery import Delivery
from helpdesk.services.outbox import Outbox
from helpdesk.system.interruption import wait_for

POLL_SECONDS = 0.5
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 2.0, 60.0
_LONGEST_STORE_PAUSE_SECONDS = 5.0  # answers wait to be recorded: a lease that ends meanwhile sends a mail twice
_KEYRING_PAUSE_SECONDS, _LONGEST_KEYRING_PAUSE_SECONDS = 60.0, 900.0  # each try may ask the user to unlock it
_STOP_PATIENCE_SECONDS = 20

log = logging.getLogger("helpdesk.mailer")

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
    outbox.call_back()
    while not stop.is_set():
        total += deliver_all_due(delivery, stop)
        due = outbox.next_due()
        if due is None:
            break
        wait_for(stop, min(max((due - clock()).total_seconds(), 0.05), POLL_SECONDS))
    return total


def deliver_until_stopped(delivery: Delivery, clock: Clock, stop: Event, report: Report) -> None:
    """Deliver as mails come; an unreachable server or store is tried again after pauses that grow.

    A store is tried again soon, a mail server after a minute at most.

    `report` is called at each change and before each pause.
    """
    pauses = _pauses()
    told_running = False
    looked: datetime | None = None
    while not stop.is_set():
        try:
            now = clock()
            if looked is None or now < looked:  # at the start, and when the clock was set back
                delivery.call_back()
            looked = now
            deliver_all_due(delivery, stop)
        except Exception as error:  # noqa: BLE001 (the mailer outlives whatever happens to it)
            pause = next(pauses)
            if not isinstance(error, MailServerUnreachable):
                pause = min(pause, _LONGEST_STORE_PAUSE_SECONDS)
            report(_trouble(error, clock() + timedelta(seconds=pause)))
            told_running = False
            wait_for(stop, pause)
            continue
        if not told_running:
            report(MailerStatus(MailerState.RUNNING))
            told_running, pauses = True, _pauses()
        wait_for(stop, POLL_SECONDS)


class EmbeddedMailer:
    """The mailer of the embedded store: a thread of the desk's process, and one that reads what comes back."""

    def __init__(
        self,
        make_delivery: Callable[[], Delivery],
        clock: Clock,
        *,
        read_bounces: Callable[[Report, Event], None] | None = None,
    ) -> None:
        """Take what builds the delivery; it is called in the thread, since it reads the link key.

        `read_bounces` runs until the event that it is given; None where no bounce mailbox is set.
        """
        self._make_delivery, self._clock, self._read_bounces = make_delivery, clock, read_bounces
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self, on_status: Report) -> None:
        """Begin to deliver, and to read; `on_status` is called from these threads at each change."""
        if self._thread is None:
            self._stop = Event()
            self._thread = Thread(target=self._run, args=(on_status, self._stop), name="mailer", daemon=True)
            self._thread.start()
            if self._read_bounces is not None:
                Thread(target=self._read_bounces, args=(on_status, self._stop), name="bounces", daemon=True).start()

    def stop(self) -> None:
        """End after the mail in hand.

        Waits 20 seconds at most: a desk must be able to close while a server keeps a mail waiting. That mail's
        lease then ends by itself, and it goes out again under the same Message-ID, with the same link. A wait for
        something to come back is not waited for: it changes nothing any more.
        """
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_STOP_PATIENCE_SECONDS)
            self._thread = None

    def _run(self, report: Report, stop: Event) -> None:
        delivery = self._made(report, stop)
        if delivery is None:
            return
        try:
            deliver_until_stopped(delivery, self._clock, stop, report)
        finally:
            delivery.close()

    def _made(self, report: Report, stop: Event) -> Delivery | None:
        """The delivery, as soon as the keyring lets it be made; None when stopped before."""
        pauses = _pauses(first=_KEYRING_PAUSE_SECONDS, longest=_LONGEST_KEYRING_PAUSE_SECONDS)
        while not stop.is_set():
            try:
                return self._make_delivery()
            except Exception as error:  # noqa: BLE001 (told, and tried again: the keyring may be unlocked meanwhile)
                pause = next(pauses)
                report(_trouble(error, self._clock() + timedelta(seconds=pause)))
                stop.wait(pause)
        return None


def _pauses(*, first: float = _FIRST_PAUSE_SECONDS, longest: float = _LONGEST_PAUSE_SECONDS) -> Iterator[float]:
    pause = first
    while True:
        yield pause
        pause = min(pause * 2, longest)


def _trouble(error: Exception, next_attempt_at: datetime) -> MailerStatus:
    match error:
        case MailServerUnreachable():
            return MailerStatus(MailerState.UNREACHABLE, error.why, error.answer, next_attempt_at)
        case SecretStoreUnavailable():
            return MailerStatus(MailerState.NO_LINK_KEY, next_attempt_at=next_attempt_at)
        case OutsideFault():
            return MailerStatus(MailerState.UNREACHABLE, "store", next_attempt_at=next_attempt_at)
        case HelpdeskError():
            return MailerStatus(MailerState.UNREACHABLE, type(error).__name__, next_attempt_at=next_attempt_at)
        case _:
            log.error("the mailer met a bug", extra={"where": where_it_broke(error)})
            return MailerStatus(MailerState.UNREACHABLE, "bug", next_attempt_at=next_attempt_at)

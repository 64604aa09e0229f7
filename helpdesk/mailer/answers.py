"""What the server said of mails, on its way into the store: recorded beside the sending, never far behind it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock, Thread

from helpdesk.domain.mail_transport import Delivery
from helpdesk.services.outbox import ClaimedMail, Outbox

MOST_UNRECORDED = 50
"""Mails that a server may have taken without the store knowing, the one in hand included: no more than this, and only
these, go out twice when a mailer is killed."""

_ENOUGH = 32  # recorded at once: each time costs a transaction, and a wait for the disk
_LATEST_SECONDS = 0.1
_AGAIN_SECONDS = 1.0


class Answers:
    """The answers that are still to be recorded.

    One thread adds them, while another records: a transaction for every 32 answers, or for what has come in the
    tenth of a second since the first of them. Who adds waits for room, so that answers never pile up behind a slow
    disk. While the store is away they are kept.
    """

    def __init__(self, outbox: Outbox) -> None:
        """Record into this outbox."""
        self._outbox = outbox
        self._waiting: dict[int, tuple[ClaimedMail, Delivery]] = {}
        self._first_at = 0.0
        self._changed = Condition()
        self._recording = Lock()
        self._failure: Exception | None = None
        self._ending = False

    @property
    def mails(self) -> tuple[ClaimedMail, ...]:
        """The mails whose answers are still to be recorded."""
        with self._changed:
            return tuple(mail for mail, _ in self._waiting.values())

    def add(self, mail: ClaimedMail, answer: Delivery) -> None:
        """Take note of an answer."""
        with self._changed:
            if not self._waiting:
                self._first_at = time.monotonic()
            self._waiting[mail.id] = (mail, answer)
            if len(self._waiting) in {1, _ENOUGH}:
                self._changed.notify_all()

    def wait_for_room(self) -> None:
        """Return when one mail more may be sent. Raises what keeps the answers from being recorded."""
        with self._changed:
            while len(self._waiting) >= MOST_UNRECORDED:
                if self._failure is not None:
                    raise self._failure
                self._changed.wait()

    def record(self) -> None:
        """Record all that waits. Raises the store's faults; the answers are kept then."""
        with self._recording:
            with self._changed:
                answers = tuple(self._waiting.values())
            if not answers:
                return
            self._outbox.record(answers)
            with self._changed:
                for mail, _ in answers:
                    del self._waiting[mail.id]
                self._first_at = time.monotonic()
                self._failure = None
                self._changed.notify_all()

    @contextmanager
    def recorded_beside(self) -> Iterator[None]:
        """Have a thread record what is added meanwhile; what is left at the end is left to `record`."""
        self._ending, self._failure = False, None
        thread = Thread(target=self._record_until_ended, name="mail-answers", daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._ending = True
                self._changed.notify_all()
            thread.join()

    def _record_until_ended(self) -> None:
        while self._wait_for_work():
            try:
                self.record()
            except Exception as error:  # noqa: BLE001 (raised in the thread that sends, at the latest when it ends)
                with self._changed:
                    self._failure = error
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._ending, _AGAIN_SECONDS)

    def _wait_for_work(self) -> bool:
        """False when the thread that sends has come to its end."""
        with self._changed:
            while not self._ending and len(self._waiting) < _ENOUGH:
                left = self._first_at + _LATEST_SECONDS - time.monotonic() if self._waiting else None
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            return not self._ending

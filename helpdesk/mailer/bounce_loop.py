"""Reading the bounce mailbox: once, or for as long as it is wanted."""

from collections.abc import Callable
from threading import Event

from helpdesk.domain.returned_mail import BounceMailbox, RecordedReturn, ReturnedMail
from helpdesk.services.bounces import Bounces
from helpdesk.system.interruption import wait_for

BATCH = 50
POLL_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 600.0

Understand = Callable[[bytes], ReturnedMail]


def read_unread(mailbox: BounceMailbox, bounces: Bounces, understand: Understand) -> tuple[RecordedReturn, ...]:
    """Record everything unread. Raises MailboxUnreachable and the store's faults; what was recorded stays so."""
    recorded: list[RecordedReturn] = []
    while mails := mailbox.unread(BATCH):
        recorded += bounces.record([understand(content) for _, content in mails])
        mailbox.done([key for key, _ in mails])
    return tuple(recorded)


def read_until_stopped(
    mailbox: BounceMailbox, read: Callable[[], int], stop: Event, trouble: Callable[[Exception], None]
) -> None:
    """Read as mails come; a mailbox or store that is away is tried again after pauses that grow."""
    pause = 1.0
    while not stop.is_set():
        try:
            read()
        except Exception as error:  # noqa: BLE001 (the reader outlives whatever happens to it)
            trouble(error)
            wait_for(stop, pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            continue
        pause = 1.0
        mailbox.wait(POLL_SECONDS)

"""Reading the bounce mailbox: once, for as long as it is wanted, or beside the mailer inside the desk's process."""

import logging
from collections.abc import Callable
from threading import Event

from helpdesk.domain.bug_trace import where_it_broke
from helpdesk.domain.errors import HelpdeskError, MailboxUnreachable
from helpdesk.domain.mailer_status import MailerState, MailerStatus
from helpdesk.domain.returned_mail import BounceMailbox, RecordedReturn, ReturnedMail
from helpdesk.services.bounces import Bounces
from helpdesk.system.interruption import wait_for

BATCH = 50
POLL_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 600.0

Understand = Callable[[bytes], ReturnedMail]

log = logging.getLogger("helpdesk.mailer")


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


def read_beside(
    open_mailbox: Callable[[], BounceMailbox],
    bounces: Bounces,
    understand: Understand,
    report: Callable[[MailerStatus], None],
    stop: Event,
) -> None:
    """Read as mails come, telling when the mailbox cannot be read and when it can again.

    After `stop` it ends with the wait for mails that is under way, a minute at most; what a process that ends before
    has read and not recorded is found unread again.
    """
    away = False
    mailbox: BounceMailbox | None = None

    def read() -> int:
        nonlocal away
        recorded = read_unread(mailbox, bounces, understand) if mailbox is not None else ()
        if away:
            away = False
            report(MailerStatus(MailerState.MAILBOX_READ))
        return len(recorded)

    def trouble(error: Exception) -> None:
        nonlocal away
        if isinstance(error, MailboxUnreachable):
            away = True
            report(MailerStatus(MailerState.MAILBOX_UNREACHABLE, error.why))
        elif not isinstance(error, HelpdeskError):
            log.error("the reader of bounces met a bug", extra={"where": where_it_broke(error)})

    while mailbox is None and not stop.is_set():
        try:
            mailbox = open_mailbox()
        except Exception as error:  # noqa: BLE001 (tried again: the keyring may be unlocked meanwhile)
            trouble(error)
            stop.wait(_LONGEST_PAUSE_SECONDS)
    if mailbox is not None:
        read_until_stopped(mailbox, read, stop, trouble)
        mailbox.close()

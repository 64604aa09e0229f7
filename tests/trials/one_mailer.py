"""Mailers to be killed, each a process of its own: `python -m tests.trials.one_mailer DATABASE PORT`.

For every line that is read, one begins to deliver and says its number; it ends when no mail waits. They are forked by
a process that has imported everything and opened nothing, so that the moment of a kill falls into their work.
"""

import os
import signal
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime

from helpdesk.adapters.mail_templates import MailTemplates
from helpdesk.adapters.smtp import SmtpTransport
from helpdesk.mailer.delivery import Delivery
from helpdesk.mailer.loop import deliver_until_empty
from helpdesk.resource_files import resource
from helpdesk.services.outbox import Outbox
from helpdesk.store.engine import Store
from tests.benchmarks.mail import KEY, LETTERHEAD
from tests.conftest import make_context

LEASE_SECONDS = 2


def clock() -> datetime:
    return datetime.now(UTC)


def deliver(database: str, port: int) -> None:
    store = Store(database)
    context = make_context(store, clock)
    context = replace(context, limits=replace(context.limits, lease_seconds=LEASE_SECONDS))
    box = Outbox(context)
    delivery = Delivery(
        outbox=box,
        transport=SmtpTransport(host="127.0.0.1", port=port, security="none"),
        renderer=MailTemplates(resource("mail")),
        clock=clock,
        key=KEY,
        letterhead=LETTERHEAD,
        worker=str(os.getpid()),
        lease_seconds=LEASE_SECONDS,
    )
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    deliver_until_empty(delivery, box, clock, threading.Event())
    delivery.close()
    store.close()


def main(database: str, port: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    for _ in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            status = 1
            try:
                deliver(database, port)
                status = 0
            finally:
                os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""A mailer to be killed: `python -m tests.trials.one_mailer DATABASE PORT`; ends when no mail waits."""

import sys
import threading
import uuid
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


def main(database: str, port: int) -> None:
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
        worker=str(uuid.uuid4()),
        lease_seconds=LEASE_SECONDS,
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    deliver_until_empty(delivery, box, clock, threading.Event())
    delivery.close()
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""The reader of bounces inside the desk: it tells when its mailbox is away, and reads on when it is back."""

import threading

import pytest

from helpdesk.adapters.bounce_reader import read_returned
from helpdesk.domain.errors import MailboxUnreachable, SecretStoreUnavailable
from helpdesk.domain.mailer_status import MailerState
from helpdesk.mailer import bounce_loop
from helpdesk.mailer.bounce_loop import read_beside
from tests.bounce_corpus import report

MESSAGE = "0b0f2c8e-6d5f-4a3e-9a55-0f4a4b7d9c11"


class Mailbox:
    """Away at first; then it holds one bounce; the third wait ends the test."""

    def __init__(self, stop, *, away):
        self.stop, self.away = stop, away
        self.mails = [("1", report(MESSAGE))]
        self.waits = 0
        self.closed = False

    def unread(self, most):
        if self.away:
            self.away -= 1
            raise MailboxUnreachable("login")
        return self.mails[:most]

    def done(self, keys):
        self.mails = [mail for mail in self.mails if mail[0] not in keys]

    def wait(self, seconds):
        self.waits += 1
        if self.waits == 3:
            self.stop.set()

    def close(self):
        self.closed = True


class Quick(threading.Event):
    """Waits for nothing, so that pauses cost the test nothing."""

    def wait(self, timeout=None):
        return self.is_set()


@pytest.mark.parametrize(
    ("away", "told"),
    [
        (0, []),
        (2, [MailerState.MAILBOX_UNREACHABLE, MailerState.MAILBOX_UNREACHABLE, MailerState.MAILBOX_READ]),
    ],
)
def test_a_mailbox_that_is_away_is_told_and_read_when_it_is_back(services, away, told):
    stop, statuses = Quick(), []
    mailbox = Mailbox(stop, away=away)
    read_beside(lambda: mailbox, services.bounces, read_returned, statuses.append, stop)
    assert [status.state for status in statuses] == told
    assert {status.why for status in statuses if status.state is MailerState.MAILBOX_UNREACHABLE} <= {"login"}
    assert (mailbox.mails, mailbox.closed) == ([], True)


def test_a_locked_keyring_is_asked_again_and_nothing_is_told_of_it_twice(services):
    stop, statuses, asked = Quick(), [], []
    mailbox = Mailbox(stop, away=0)

    def open_mailbox():
        asked.append(1)
        if len(asked) < 3:
            raise SecretStoreUnavailable
        return mailbox

    read_beside(open_mailbox, services.bounces, read_returned, statuses.append, stop)
    assert (len(asked), statuses, mailbox.mails) == (3, [], [])


def test_a_bug_ends_no_reading_and_is_logged_without_a_word_of_the_mail(services, caplog):
    stop = Quick()
    mailbox = Mailbox(stop, away=0)
    broken = [True]

    def understand(content):
        if broken:
            broken.clear()
            raise RuntimeError(content.decode())
        return read_returned(content)

    read_beside(lambda: mailbox, services.bounces, understand, lambda _status: None, stop)
    assert mailbox.mails == []
    assert "met a bug" in caplog.text
    assert MESSAGE not in caplog.text
    assert bounce_loop.log.name == "helpdesk.mailer"

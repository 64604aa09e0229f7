"""How long the mailer waits when something is away."""

from threading import Event

import pytest

from helpdesk.domain.errors import MailServerUnreachable, StoreUnreachable
from helpdesk.mailer.loop import deliver_until_stopped


class Impatient(Event):
    """Counts the pauses instead of waiting, and stops after ten."""

    def __init__(self):
        super().__init__()
        self.pauses = []

    def wait(self, timeout=None):
        self.pauses.append(timeout)
        if len(self.pauses) == 10:
            self.set()
        return self.is_set()


class Failing:
    def __init__(self, error):
        self.error = error

    def deliver_due(self, *, stop):
        raise self.error


@pytest.mark.parametrize(
    ("error", "longest"),
    [
        (MailServerUnreachable("connection"), 60),
        (StoreUnreachable(), 5),  # answers wait to be recorded, and their leases (60 seconds) run on
    ],
)
def test_pauses_grow_to_a_bound(clock, error, longest):
    stop, told = Impatient(), []
    deliver_until_stopped(Failing(error), clock, stop, told.append)
    assert stop.pauses == sorted(stop.pauses)
    assert (stop.pauses[0], stop.pauses[-1]) == (2, longest)
    assert [status.next_attempt_at for status in told][-1] is not None

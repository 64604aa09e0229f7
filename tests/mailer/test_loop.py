"""How long the mailer waits when something is away."""

from datetime import timedelta
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

    def call_back(self):
        return 0

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


class Idle:
    def __init__(self, clock, backwards):
        self.clock, self.backwards, self.called = clock, backwards, []

    def call_back(self):
        self.called.append(self.clock())

    def deliver_due(self, *, stop):
        self.clock.advance(minutes=-30 if self.backwards.pop() else 1)
        stop.set() if not self.backwards else None
        return 0


def test_a_clock_set_back_while_the_mailer_runs_calls_back_what_it_had_put_off(clock):
    idle = Idle(clock, [False, False, True, False])
    started = clock()

    class Ready(Event):
        def wait(self, timeout=None):
            return self.is_set()

    deliver_until_stopped(idle, clock, Ready(), lambda _: None)
    assert idle.called == [started, started + timedelta(minutes=1 - 30)]

"""Being asked to stop, and waiting for it, on each system."""

import signal
import socket
import threading

import pytest

from helpdesk.system.interruption import on_stop, wait_for
from helpdesk.system.ports import take_alone


@pytest.mark.parametrize(
    ("platform", "asked"),
    [("linux", [signal.SIGINT, signal.SIGTERM]), ("win32", [signal.SIGINT, signal.SIGTERM, 21])],
)
def test_every_way_of_asking_a_process_to_end_is_heard(platform: str, asked: list[int]):
    heard: dict[int, object] = {}
    stops: list[str] = []
    on_stop(lambda: stops.append("stop"), platform=platform, listen=heard.__setitem__)
    assert list(heard) == asked
    for handler in heard.values():
        handler(0, None)
    assert stops == ["stop"] * len(asked)


class Waited(threading.Event):
    """An event that is set after so many looks; it does not really wait."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks, self.spans = looks, []

    def wait(self, timeout: float | None = None) -> bool:
        self.spans.append(timeout)
        if len(self.spans) >= self.looks:
            self.set()
        return self.is_set()


def test_windows_looks_up_while_it_waits_so_that_a_signal_is_served():
    event = Waited(4)
    assert wait_for(event, platform="win32")
    assert event.spans == [0.5] * 4
    event = Waited(99)
    assert not wait_for(event, 1.2, platform="win32")
    assert event.spans == pytest.approx([0.5, 0.5, 0.2])


def test_elsewhere_it_waits_in_one_go():
    event = Waited(1)
    assert wait_for(event, 60, platform="linux")
    assert event.spans == [60]


@pytest.mark.parametrize(("platform", "option"), [("linux", socket.SO_REUSEADDR), ("win32", ~socket.SO_REUSEADDR)])
def test_a_port_is_taken_alone(platform: str, option: int):
    class Socket:
        asked: tuple[int, ...] = ()

        def setsockopt(self, *asked: int) -> None:
            self.asked = asked

    listening = Socket()
    take_alone(listening, platform=platform)  # type: ignore[arg-type]
    assert listening.asked == (socket.SOL_SOCKET, option, 1)

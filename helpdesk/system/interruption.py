"""Being asked to stop.

Ctrl+C and SIGTERM everywhere; on Windows Ctrl+Break and the closing of the console too (SIGBREAK). There, no signal
ends a wait: whoever waits looks up every now and then.
"""

import signal
import sys
from collections.abc import Callable
from threading import Event

_SIGBREAK = 21  # `signal` has this name on Windows only
_LOOKS_SECONDS = 0.5


def on_stop(
    stop: Callable[[], object],
    *,
    platform: str = sys.platform,
    listen: Callable[[int, Callable[..., object]], object] = signal.signal,
) -> None:
    """Call `stop` whenever the process is asked to end. For the main thread."""
    asked: list[int] = [signal.SIGINT, signal.SIGTERM]
    if platform == "win32":
        asked.append(_SIGBREAK)
    for number in asked:
        listen(number, lambda *_arguments: stop())


def wait_for(stopped: Event, seconds: float | None = None, *, platform: str = sys.platform) -> bool:
    """Wait until the event is set, or so many seconds; whether it is set."""
    if platform != "win32":
        return stopped.wait(seconds)
    left = seconds
    while left is None or left > 0:
        if stopped.wait(_LOOKS_SECONDS if left is None else min(left, _LOOKS_SECONDS)):
            return True
        if left is not None:
            left -= _LOOKS_SECONDS
    return stopped.is_set()

"""The second process of an import: started for few voters too, so that it is there when the first one is killed.

It must be gone soon after the first. It is known by a variable of its environment.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from helpdesk.store.search import worker

_MARK = f"HELPDESK_TRIAL_{os.getpid()}"
_PATIENCE_SECONDS = 60.0


def start_for_few_voters() -> None:
    """In a process that is to be killed."""
    worker.WORTH_A_PROCESS = 1
    os.environ[_MARK] = "1"


def is_left_running() -> bool:
    """True if one is still there some seconds after the process that started it has died."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while any(map(_is_marked, Path("/proc").glob("[0-9]*/environ"))):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.05)
    return False


def _is_marked(environment: Path) -> bool:
    with suppress(OSError):  # gone meanwhile, or another's
        return _MARK.encode() in environment.read_bytes()
    return False

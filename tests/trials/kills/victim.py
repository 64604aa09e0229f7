"""A process of our own that is killed at a random moment, and what it had said was done by then.

It is forked, so that what it imports is there already and the moments of the kill fall into its work.
"""

import contextlib
import os
import random
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

Acknowledge = Callable[[str], None]
"""Tells whoever waits, outside of the process, that something was done. One line each."""


@dataclass(frozen=True, slots=True)
class Death:
    """How a victim ended: what it had acknowledged, and whether it was killed or had come to its end before."""

    acknowledged: tuple[str, ...]
    killed: bool
    seconds: float
    complaint: str


def kill_at_random(work: Callable[[Acknowledge], None], *, within: float, rng: random.Random) -> Death:
    """Let `work` run in a process of its own and kill it after up to so many seconds."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _work(work, writing)
    os.close(writing)
    started = time.monotonic()
    told = _read_until(reading, started + rng.random() * within)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _pid, status = os.waitpid(pid, 0)
    seconds = time.monotonic() - started
    told += _read_rest(reading)
    os.close(reading)
    lines = told.decode("utf-8", "replace").splitlines()
    complaints = [line for line in lines if line.startswith("! ")]
    acknowledged = tuple(line for line in lines if not line.startswith("! "))
    return Death(acknowledged, os.WIFSIGNALED(status), seconds, " ".join(complaints))


def _work(work: Callable[[Acknowledge], None], writing: int) -> NoReturn:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    status = 0
    try:
        work(lambda line: os.write(writing, f"{line}\n".encode()) and None)
    except BaseException:  # noqa: BLE001 (told to whoever waits)
        status = 1
        for line in traceback.format_exc().splitlines():
            os.write(writing, f"! {line}\n".encode())
    os._exit(status)


def _read_until(reading: int, deadline: float) -> bytes:
    told = b""
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([reading], [], [], left)
        if not ready:
            break
        more = os.read(reading, 65536)
        if not more:
            break
        told += more
    return told


def _read_rest(reading: int) -> bytes:
    told = b""
    while more := os.read(reading, 65536):
        told += more
    return told

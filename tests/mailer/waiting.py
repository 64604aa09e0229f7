"""Waiting for what another thread or process brings about."""

import threading
import time

SOON_SECONDS = 20


def comes_true(claim, *, within=SOON_SECONDS):
    """Whether it does, looked at again and again."""
    ends = time.monotonic() + within
    while not claim():
        if time.monotonic() > ends:
            return False
        threading.Event().wait(0.005)
    return True

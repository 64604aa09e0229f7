"""A lock on a file that ends with the process which holds it, however that ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BEHIND_THE_TEXT = 1 << 30  # Windows keeps others from reading what is locked


class FileLocked(Exception):
    """Another process holds the lock; `note` is what it wrote down."""

    def __init__(self, note: str) -> None:
        """Say what the holder wrote."""
        super().__init__()
        self.note = note


@contextmanager
def hold_file(path: Path, note: str) -> Iterator[None]:
    """Hold the lock of this file, that is made where there is none, with a note for who asks meanwhile.

    Raises FileLocked when another process holds it, or another part of this one; OSError.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        if not _lock(handle):
            raise FileLocked(os.read(handle, 1_000).decode(errors="replace"))
        os.truncate(handle, 0)
        os.write(handle, note.encode())
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        os.lseek(handle, _BEHIND_THE_TEXT, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

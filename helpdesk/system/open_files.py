"""Replacing and removing files that another program may be reading.

On POSIX a reader keeps the old file. Windows refuses to replace or to remove a file that is open
(ERROR_SHARING_VIOLATION, ERROR_ACCESS_DENIED): virus scanners and readers hold them for moments, so it is tried again
for a while.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

_TRIES, _PAUSE_SECONDS = 20, 0.1


def replace_file(
    source: Path,
    target: Path,
    *,
    platform: str = sys.platform,
    replace: Callable[[Path, Path], None] = os.replace,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Rename `source` to `target`, replacing it. Raises OSError when it cannot be done, on Windows after 2 seconds."""
    _patiently(lambda: replace(source, target), platform, sleep)


def remove_file(
    path: Path,
    *,
    platform: str = sys.platform,
    remove: Callable[[Path], None] = os.unlink,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Remove a file; one that is not there is well. Raises OSError as above."""

    def try_it() -> None:
        try:
            remove(path)
        except FileNotFoundError:
            return

    _patiently(try_it, platform, sleep)


def sync_file(path: Path) -> None:
    """Have the system write a finished file to the disk."""
    handle = os.open(path, os.O_RDWR)  # Windows syncs only what is open for writing
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _patiently(act: Callable[[], None], platform: str, sleep: Callable[[float], None]) -> None:
    for left in reversed(range(_TRIES if platform == "win32" else 1)):
        try:
            act()
        except PermissionError:
            if not left:
                raise
            sleep(_PAUSE_SECONDS)
        else:
            return

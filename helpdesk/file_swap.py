"""Giving a finished file its name, where another program may be reading the old one.

On POSIX a reader keeps the old file. Windows refuses to replace a file that is open (ERROR_SHARING_VIOLATION,
ERROR_ACCESS_DENIED): virus scanners and readers hold them for moments, so it is tried again for a while.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

_TRIES, _PAUSE_SECONDS = 20, 0.1


def replace_file(
    source: Path,
    target: Path,
    *,
    windows: bool = os.name == "nt",
    replace: Callable[[Path, Path], None] = os.replace,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Rename `source` to `target`, replacing it. Raises OSError when it cannot be done, on Windows after 2 seconds."""
    for left in reversed(range(_TRIES if windows else 1)):
        try:
            replace(source, target)
        except PermissionError:
            if not left:
                raise
            sleep(_PAUSE_SECONDS)
        else:
            return


def sync_file(path: Path) -> None:
    """Have the system write a finished file to the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

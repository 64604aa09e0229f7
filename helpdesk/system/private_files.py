"""Files for their owner alone: people's data and secrets.

POSIX says so in a file's mode. Windows gives a new file the rights of its folder, and the user's own folders
(`%LOCALAPPDATA%`) are closed to other people; elsewhere, this program does not know.
"""

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

_OWNER_ONLY = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_private(path: Path) -> BinaryIO:
    """A new file to write into that only its owner can read. Raises FileExistsError where there is one, OSError."""
    binary = getattr(os, "O_BINARY", 0)  # Windows turns line breaks into two characters without it
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | binary, _OWNER_ONLY)
    return os.fdopen(handle, "wb")


def create_private(path: Path, content: bytes) -> None:
    """Write such a file. Raises as above."""
    with open_private(path) as file:
        file.write(content)


def touch_private(path: Path) -> None:
    """Make an empty file that only its owner can read; one that is there stays as it is. Raises OSError."""
    path.touch(mode=_OWNER_ONLY)


def is_open_to_others(path: Path, *, platform: str = sys.platform) -> bool | None:
    """Whether others of this machine can get at a file or folder; None where it cannot be told. Raises OSError."""
    if platform == "win32":
        own = os.environ.get("LOCALAPPDATA")
        return False if own and path.absolute().is_relative_to(own) else None
    return bool(path.stat().st_mode & _OTHERS)

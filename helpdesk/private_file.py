"""The one way to write people's data into a file: for its owner only, and there once it is whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from helpdesk.domain.errors import UnreadableFile
from helpdesk.system.open_files import remove_file, replace_file
from helpdesk.system.private_files import open_private


def write_private(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a whole file. Raises UnreadableFile when it cannot be written, or is there already and may not be."""
    with private_file(path, replace=replace) as file:
        file.write(content)


@contextmanager
def private_file(path: Path, *, replace: bool = True) -> Iterator[BinaryIO]:
    """A file to write into, that gets its name at the end; nothing of it is left after an exception.

    An earlier file of that name stays until then, whoever could read it; with `replace=False` it is left alone.
    Raises UnreadableFile.
    """
    if not replace and path.exists():
        raise UnreadableFile(str(path), "exists")
    part = path.with_name(f"{path.name}.part")
    try:
        remove_file(part)
        opened = open_private(part)
    except OSError:
        raise UnreadableFile(str(path), "unwritable") from None
    try:
        with opened as file:
            yield file
        replace_file(part, path)
    except OSError:
        raise UnreadableFile(str(path), "unwritable") from None
    finally:
        remove_file(part)

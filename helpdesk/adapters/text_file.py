"""Reading the text files that people hand to the program."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpdesk.domain.errors import UnreadableFile


@contextmanager
def told_as_unreadable(path: Path) -> Iterator[None]:
    """What keeps a file from being read as UTF-8, as UnreadableFile: `missing`, `encoding` or `denied`."""
    try:
        yield
    except FileNotFoundError:
        raise UnreadableFile(str(path), "missing") from None
    except UnicodeDecodeError:
        raise UnreadableFile(str(path), "encoding") from None
    except OSError:
        raise UnreadableFile(str(path), "denied") from None

r"""What is written to a terminal, a file or another program.

A terminal of Windows takes any character. What is redirected there would be written in the machine's code page, which
has no `→` and no Greek: it is UTF-8 instead, as on Linux. What an old terminal cannot show is written as `\u2192`:
an answer with a strange sign in it is better than none.
"""

import io
import sys
from typing import TextIO


def prepare_console(*streams: TextIO | None, platform: str = sys.platform) -> None:
    """Make each stream take every character. A program without a console has none: then nothing is done."""
    for stream in streams:
        if not isinstance(stream, io.TextIOWrapper):
            continue
        redirected = platform == "win32" and not stream.isatty()
        if not stream.writable():
            if redirected:
                stream.reconfigure(encoding="utf-8")
        else:
            stream.reconfigure(encoding="utf-8" if redirected else stream.encoding, errors="backslashreplace")

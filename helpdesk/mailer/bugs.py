"""Telling the log of an unexpected error without telling it anything personal."""

import traceback

_DEPTH = 30


def where_it_broke(error: BaseException) -> str:
    """The error's type and the places it passed; not its message, which may quote an address or a link."""
    frames = traceback.extract_tb(error.__traceback__, limit=-_DEPTH)
    places = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join([type(error).__qualname__, *places])

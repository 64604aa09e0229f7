"""Telling the log of an unexpected error without telling it anything personal."""

import traceback

_DEPTH = 30


def where_it_broke(error: BaseException) -> str:
    """The types of an error and of its causes, and the places they passed, one a line.

    No message, no line of code, no value: a message may quote an address or a link.
    """
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        frames = traceback.extract_tb(current.__traceback__, limit=-_DEPTH)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        current = current.__cause__ or current.__context__
    return "\n".join(lines)

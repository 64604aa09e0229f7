"""Which parts of a shown text met the query, so that they can be marked."""

import re
from functools import lru_cache

from helpdesk.domain.addresses import read_pasted
from helpdesk.domain.folding import fold

_WORD = re.compile(r"[^\W_]+")


def matched_spans(text: str, query: str) -> tuple[tuple[int, int], ...]:
    """Start and length of every part of `text` that the query's words match, in order, without overlaps.

    Compared without case and accents. A whole address is looked for as it is; other queries word by word, at the
    beginnings of words first and anywhere else only if none begins so.
    """
    folded, origins = _fold_with_origins(text)
    covered: set[int] = set()
    for needle in _needles(query):
        for start in _places(folded, needle):
            covered.update(range(origins[start], origins[start + len(needle) - 1] + 1))
    return _runs(sorted(covered))


@lru_cache(maxsize=4)
def _needles(query: str) -> tuple[str, ...]:
    """What to look for: asked for each text of each row, at each key."""
    wanted = fold(read_pasted(query))
    return (wanted,) if "@" in wanted else tuple(_WORD.findall(wanted))


@lru_cache(maxsize=512)
def _fold_with_origins(text: str) -> tuple[str, list[int]]:
    """Kept for the texts of the rows shown last: most are still there after the next key."""
    folded, origins = "", []
    for place, char in enumerate(text):
        piece = fold(char)
        folded += piece
        origins += [place] * len(piece)
    return folded, origins


def _places(folded: str, needle: str) -> list[int]:
    if not needle:
        return []
    everywhere = [match.start() for match in re.finditer(re.escape(needle), folded)]
    beginnings = [place for place in everywhere if place == 0 or not folded[place - 1].isalnum()]
    return beginnings or (everywhere if len(needle) > 1 else [])


def _runs(places: list[int]) -> tuple[tuple[int, int], ...]:
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((place, 1))
    return tuple(runs)

"""The last tier: a letter wrong, lost, added or swapped, a separator lost or misplaced, another number or domain."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

from helpdesk.store.search.entries import COMMON_WORDS
from helpdesk.store.search.index import SearchIndex, Words

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST, _LONGEST = 3, 24
_MOST_ALTERNATIVES = 60
_MOST_QUERIES = 12
_MOST_CANDIDATES = 400
_LONGEST_LIST = 450
_FAR = 99


def misspelt(index: SearchIndex, text: str, limit: int) -> list[int]:
    """Voters whose name or address is one slip away from the text, nearest first."""
    is_address = "@" in text
    local = text.partition("@")[0]
    parts = re.findall(r"[a-z0-9]+", local)
    if not is_address and "." in text:
        parts = [part for part in parts if part not in COMMON_WORDS]
    candidates: dict[int, None] = {}
    if is_address:
        candidates |= _same_letters(index, local)
    names = [re.sub(r"\d+$", "", part) or part for part in parts]
    for groups in _corrections(index, parts, names)[:_MOST_QUERIES]:
        candidates |= dict.fromkeys(index.by_words(groups, _MOST_CANDIDATES // 2))
    if not candidates and not is_address and names and len(names[-1]) >= _SHORTEST:
        candidates |= dict.fromkeys(_unfinished(index, names))
    ids = list(candidates)[:_MOST_CANDIDATES]
    return _nearest(index, text, ids)[:limit] if ids else []


def _same_letters(index: SearchIndex, local: str) -> dict[int, None]:
    """The same local part with another number, or at another domain."""
    base = re.sub(r"\d+$", "", local)
    if len(base) < _SHORTEST:
        return {}
    return dict.fromkeys(voter_id for voter_id, _folded in index.by_address(base, 300))


def _corrections(index: SearchIndex, parts: Sequence[str], names: Sequence[str]) -> list[list[Words]]:
    """Groups of words to look for, made from the text by one slip undone."""
    variants = [_variants(name) for name in names]
    probe = set(names).union(*variants, *(_cut(part) for part in parts), *_joined(names))
    known = index.known([word for word in probe if word.isalpha()])
    unknown = [place for place, name in enumerate(names) if name.isalpha() and name not in known]
    found: list[list[Words]] = []
    if len(unknown) <= 1:
        for place in unknown or range(len(names)):
            usable = [word for word in variants[place] if word in known]
            likely = tuple(sorted(usable, key=lambda word: (-known[word], word))[:_MOST_ALTERNATIVES])
            if likely:
                found.append([likely, *_others(names, place, place + 1)])
    for place in unknown:
        found += [
            [(left,), (right,), *_others(names, place, place + 1)]
            for left, right in _halves(parts[place])
            if left in known and right in known and len(left) + len(right) > _SHORTEST
        ]
    for place in range(len(names) - 1):
        found += [
            [*((word,) for word in pair), *_others(names, place, place + 2)]
            for pair in _repaired(names[place], names[place + 1])
            if all(word in known for word in pair)
        ]
    return found


def _others(names: Sequence[str], start: int, end: int) -> list[Words]:
    rest = [*names[:start], *names[end:]]
    return [(name,) for name in rest if name.isalpha() and name not in COMMON_WORDS]


def _variants(word: str) -> set[str]:
    """Every word one slip away (Damerau's four: delete, insert, replace, swap)."""
    if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
        return set()
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    made = {head + tail[1:] for head, tail in splits if tail}
    made |= {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    made |= {head + letter + tail[1:] for head, tail in splits if tail for letter in _ALPHABET}
    made |= {head + letter + tail for head, tail in splits for letter in _ALPHABET}
    return made - {word}


def _halves(part: str) -> Iterator[tuple[str, str]]:
    """Two words where a separator was lost, or a letter typed in its place."""
    for place in range(1, len(part)):
        yield part[:place], part[place:]
        yield part[:place], part[place + 1 :]


def _cut(part: str) -> set[str]:
    return {half for pair in _halves(part) for half in pair if half}


def _repaired(left: str, right: str) -> list[tuple[str, ...]]:
    """One word where a separator was added, two where it slipped by a letter."""
    return [(left + right,), (left + right[0], right[1:]), (left[:-1], left[-1] + right)]


def _joined(names: Sequence[str]) -> Iterator[set[str]]:
    for left, right in pairwise(names):
        yield {word for pair in _repaired(left, right) for word in pair if word}


def _unfinished(index: SearchIndex, names: Sequence[str]) -> list[int]:
    """The last word unfinished and misspelt at once."""
    beginnings = sorted(word for word in _variants(names[-1]) if len(word) >= _SHORTEST)
    alternatives = index.beginning_any(beginnings[:_LONGEST_LIST])
    return index.by_words([alternatives, *_others(names, len(names) - 1, len(names))], 100)


def _nearest(index: SearchIndex, text: str, ids: Sequence[int]) -> list[int]:
    nearest: dict[int, float] = {}
    for voter_id, folded in index.addresses_of(ids):
        nearest[voter_id] = min(nearest.get(voter_id, _FAR), _distance(text, folded))
    return sorted(ids, key=lambda voter_id: (nearest.get(voter_id, _FAR), voter_id))


def _distance(text: str, folded: str) -> float:
    if "@" in text:
        return OSA.distance(text, folded)
    if "." in text:
        return OSA.distance(text, folded[: len(text) + 1])
    local = re.sub(r"\d+$", "", folded.partition("@")[0]).replace("-", " ")
    first, _dot, last = local.partition(".")
    return min(OSA.distance(text, way) for way in (f"{first} {last}", f"{last} {first}", first, last))

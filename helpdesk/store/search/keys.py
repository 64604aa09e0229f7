"""What a voter is found by: words, keys and the text that candidates are checked against."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from helpdesk.domain.folding import fold, words

_SEPARATORS = re.compile(r"[^a-z0-9]+")
_NO_NAME = frozenset({"ac", "fr"})
"""Parts of domains that tell nobody apart."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One voter's part of the index."""

    keys: frozenset[str]
    words: frozenset[str]
    text: str


def entry_of(*, first: str, family: str, usage: str, academy: str, addresses: Sequence[str]) -> Entry:
    """The entry of a voter with these names, of this académie, with these folded addresses."""
    given, family_words, usage_words = name_words(first), name_words(family), name_words(usage)
    firsts, lasts = dict.fromkeys(given), dict.fromkeys(family_words + usage_words)
    keys = set(addresses)
    elsewhere: dict[str, None] = {}
    for address in addresses:
        local, _at, domain = address.partition("@")
        elsewhere.update(_domain_words(domain))
        head, dot, tail = local.partition(".")
        if not dot:
            head, tail = "", head
        base = tail.rstrip("0123456789")
        firsts.update(dict.fromkeys([word for word in _local_words(head) if word not in lasts]))
        own = _local_words(base)
        lasts.update(dict.fromkeys([word for word in own if word not in firsts]))
        if base != tail and own:
            numbered = own[-1] + tail[len(base) :]
            keys.update(f"{numbered} {word}" for word in _local_words(head) or ("",))
    for group in (given, family_words, usage_words):
        keys.update([f"{left} {right}" for left, right in pairwise(group)])
    for given_name in firsts:
        for last in lasts:
            keys.add(f"{given_name} {last}")
            keys.add(f"{last} {given_name}")
    if not firsts or not lasts:
        keys.update(f"{word} " for word in (*firsts, *lasts))
    for word in name_words(academy):
        elsewhere[word] = None
    every = firsts | lasts
    text = " ".join(("", *every, *[word for word in elsewhere if word not in every], *addresses, ""))
    return Entry(frozenset(keys), frozenset([word for word in every if len(word) > 1]), text)


@lru_cache(50_000)
def name_words(name: str) -> tuple[str, ...]:
    """The folded words of a name, in order."""
    return tuple(words(fold(name)))


@lru_cache(200_000)
def _local_words(part: str) -> tuple[str, ...]:
    return tuple(word for word in words(part) if len(word) > 1)


@lru_cache(1_000)
def _domain_words(domain: str) -> dict[str, None]:
    return dict.fromkeys(word for word in _SEPARATORS.split(domain) if word not in _NO_NAME and word)


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """How many of the entries have each word."""
    counts: dict[str, int] = {}
    for entry in entries:
        for word in entry.words:
            counts[word] = counts.get(word, 0) + 1
    return counts

"""What a voter is found by: words, keys and the text that candidates are checked against."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from helpdesk.domain.folding import fold, words

_DIGITS = "0123456789"
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_NO_NAME = frozenset({"ac", "fr"})
"""Parts of domains that tell nobody apart."""


_ARTICLES = frozenset({"la", "le"})


class Entry(NamedTuple):
    """One voter's part of the index."""

    keys: frozenset[str]
    words: frozenset[str]
    text: str


def entry_of(*, first: str, family: str, usage: str, academy: str, addresses: Sequence[str]) -> Entry:
    """The entry of a voter with these names, of this académie, with these folded addresses."""
    given, family_words = name_words(first), name_words(family)
    usage_words = name_words(usage) if usage else ()
    if len(given) == 1 == len(family_words) and len(usage_words) < 2:  # noqa: PLR2004 (one word each)
        plain = _plain_entry(given[0], (*family_words, *usage_words), academy, addresses)
        if plain is not None:
            return plain
    firsts, lasts = list(given), [*family_words, *usage_words]
    keys = list(addresses)
    domains = []
    known_local = None
    for address in addresses:
        local, _at, domain = address.partition("@")
        domains.append(domain)
        if local == known_local:
            continue
        known_local = local
        head, dot, tail = local.partition(".")
        if not dot:
            head, tail = "", head
        base = tail.rstrip(_DIGITS)
        heads = (head,) if head.isalpha() and len(head) > 1 else _local_words(head)
        own = (base,) if base.isalpha() and len(base) > 1 else _local_words(base)
        if heads != given:
            firsts += [word for word in heads if word not in firsts and word not in lasts]
        if own not in (family_words, usage_words):
            lasts += [word for word in own if word not in lasts and word not in firsts]
        if base != tail and own:
            numbered = own[-1] + tail[len(base) :]
            keys += [f"{numbered} {word}" for word in heads or ("",)]
    keys += _pairs(firsts, lasts, (given, family_words, usage_words))
    every = dict.fromkeys(firsts + lasts)
    elsewhere = _elsewhere(tuple(domains), academy)
    if not every.keys().isdisjoint(elsewhere):
        elsewhere = tuple(word for word in elsewhere if word not in every)
    text = " ".join(("", *every, *elsewhere, *addresses, ""))
    return Entry(frozenset(keys), frozenset([word for word in every if len(word) > 1]), text)


def _plain_entry(first: str, lasts: Sequence[str], academy: str, addresses: Sequence[str]) -> Entry | None:
    """The entry of most voters, quickly: one word for each name, addresses of just these; None for anybody else."""
    every = dict.fromkeys((first, *lasts))
    if len(every) <= len(lasts) or min(map(len, every)) == 1 or not "".join(every).isalpha():
        return None
    keys = list(addresses)
    for last in lasts:
        keys += (f"{first} {last}", f"{last} {first}")
    domains = []
    begin = f"{first}."
    for address in addresses:
        local, _at, domain = address.partition("@")
        domains.append(domain)
        last = local.removeprefix(begin)
        if last not in every or last == local:
            base = last.rstrip(_DIGITS)
            if base not in lasts or last == local:
                return None
            keys.append(f"{last} {first}")
    elsewhere = _elsewhere(tuple(domains), academy)
    if not every.keys().isdisjoint(elsewhere):
        return None
    text = " ".join(("", *every, *elsewhere, *addresses, ""))
    return Entry(frozenset(keys), frozenset(every), text)


def _pairs(firsts: Sequence[str], lasts: Sequence[str], names: Iterable[Sequence[str]]) -> Iterable[str]:
    """Words of names in pairs: given and last in both orders, and neighbours of one name."""
    if len(firsts) == 1 == len(lasts):
        return f"{firsts[0]} {lasts[0]}", f"{lasts[0]} {firsts[0]}"
    pairs = [f"{left} {right}" for name in names for left, right in pairwise(name)]
    for given, last in product(firsts, lasts):
        pairs += (f"{given} {last}", f"{last} {given}")
    if not firsts or not lasts:
        pairs += [f"{word} " for word in (*firsts, *lasts)]
    return pairs


@lru_cache(30_000)
def name_words(name: str) -> tuple[str, ...]:
    """The folded words of a name, in order."""
    if name.isascii() and name.isalpha():
        return (name.lower(),)
    return tuple(words(fold(name)))


@lru_cache(1_000)
def domain_part(academy: str) -> str:
    """What the mail domain of an académie has between "ac-" and ".fr"."""
    return "-".join(word for word in name_words(academy) if word not in _ARTICLES)


@lru_cache(30_000)
def _local_words(part: str) -> tuple[str, ...]:
    return tuple(word for word in words(part) if len(word) > 1)


@lru_cache(10_000)
def _elsewhere(domains: tuple[str, ...], academy: str) -> tuple[str, ...]:
    """The words of the domains of a voter's addresses, and of the académie."""
    found = (word for domain in domains for word in _SEPARATORS.split(domain) if word not in _NO_NAME and word)
    return tuple(dict.fromkeys((*found, *name_words(academy))))


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """How many of the entries have each word."""
    counts: dict[str, int] = {}
    for entry in entries:
        for word in entry.words:
            counts[word] = counts.get(word, 0) + 1
    return counts

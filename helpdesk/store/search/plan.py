"""The tiers: what a text asks of the index, best first. The one definition for both databases.

A plan is a series of probes that depends on the text alone. Whoever runs it (`sqlite`, `postgresql`) works through the
probes until enough voters are found; a probe with `below` is passed over once that many are. Probes that are
`similar` find other spellings: what they bring is ranked by distance afterwards (`nearest`). They come last, and are
made one by one: most texts find enough voters with the first few.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from helpdesk.domain.folding import fold, words
from helpdesk.domain.sound import sound
from helpdesk.store.search.spelling import LONGEST_STEM, SHORTEST_PART, SHORTEST_STEM, slips

END = "\U0010ffff"
ALL = 1_000_000
"""`below` of a probe that runs as long as the list is not full."""

SIMILAR_BELOW = 10
"""Fewer voters than this, and similar spellings are looked for as well."""

MOST_CHECKED = 400
"""Entries that one probe looks at: each lies on a page of its own."""

LAST_RESORT = 200
_AFTER_SPACE = "!"
_OF_ACADEMY = "ac-"
_SEPARATORS = frozenset(".-")
_LONGEST_QUERY = 120
_MOST_WORDS = 5
_MOST_CHECKS = 3
_FEW = 3
_SIMILAR_FROM = 4
_UNFINISHED_FROM = 5
_LONG_ENDING, _ENDING_FROM = 4, 6
_COMMON = frozenset({"ac", "fr"})
_PIECES = re.compile(r"[a-z0-9]+")
_NUMBERED = re.compile(r"([a-z]+)(\d+)")


class Kind(StrEnum):
    """How a probe looks."""

    AMONG = "among"
    """Where a filter lets few voters through, and instead of all other probes that are not similar: those whose code or
    number begins with `high`, then those whose entry holds `low` or every check."""
    KEY = "key"
    """Keys from `low` to `high`."""
    CHECKED_KEY = "checked_key"
    """The same, if the key holds the first check."""
    CHECKED = "checked"
    """Keys from `low` to `high` that end with `within`, if the entry's text holds every check."""
    ESTABLISHMENT = "establishment"
    """Establishment codes from `low` to `high`."""
    NUMBER = "number"
    """Voter numbers from `low` to `high`."""
    PART = "part"
    """Keys that begin with a word, then `after`, of voters in a place of `academy`, if that is told; checked like
    CHECKED. The word ends with `low`, or it only holds it where `high` says that more may follow."""
    KEYS = "keys"
    """Keys that begin with the first of any of `keys`, if the entry's text holds what follows it there."""
    SIMILAR = "similar"
    """Keys made of the first of any of `keys`, a word like the first of `like`, and what follows it there; checked with
    the third and fourth."""
    BOTH_SIMILAR = "both_similar"
    """Keys made of a word like the first of `like`, a space, and a word like the second."""
    NEAR = "near"
    """Keys that begin with the first of any of `keys` and go on with a word like what follows it there, but for two
    slips; of a longer word only so many letters are compared as the third says."""


TWO_SLIPS = frozenset({Kind.BOTH_SIMILAR, Kind.NEAR})
"""Looked for only while no voter answers the text as it is and `below` are found in all."""


class Like(NamedTuple):
    """A word that may be misspelt: what finds its likes in the vocabulary."""

    word: str
    slips: dict[str, int]
    sound: str
    ending: str
    shortest: int
    longest: int
    finished: bool

    @property
    def by_stem(self) -> bool:
        """True when stems are all that a word so short can be compared with while it is unfinished."""
        return not self.finished and len(self.word) <= LONGEST_STEM


class Probe(NamedTuple):
    """One question to the index. A tuple, as `Like` is: PostgreSQL is sent them as they stand."""

    kind: Kind
    low: str = ""
    high: str = ""
    checks: tuple[str, ...] = ()
    below: int = ALL
    similar: bool = False
    after: str = ""
    like: tuple[Like, ...] = ()
    within: str = ""
    keys: tuple[tuple[str, str, str, str], ...] = ()
    most: int = MOST_CHECKED
    academy: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The text as it is compared, which tells the probes."""

    text: str

    def probes(self) -> Iterator[Probe]:
        """In order, each made when it is asked for; none for an empty text."""
        return _probes(self.text) if self.text else iter(())


def folded_query(text: str) -> str:
    """A text as it is compared: folded, of a length that a search may have."""
    return " ".join(fold(text[: _LONGEST_QUERY * 2]).split())[:_LONGEST_QUERY]


def query_words(text: str) -> list[str]:
    """The words of a folded text that names may have, numbers left out."""
    found = words(text)
    named = [word for word in found if word not in _COMMON and word.isalpha()]
    return (named or [word for word in found if word.isalpha()])[:_MOST_WORDS]


def _probes(text: str) -> Iterator[Probe]:
    code = text.replace(" ", "").upper() if text[0].isdigit() else ""
    words_there = tuple(f" {word}" for word in words(text) if word not in _COMMON)[:_MOST_CHECKS]
    literal = "" if " " in text or text.isalpha() else text
    yield Probe(Kind.AMONG, literal, code, checks=words_there)
    yield from _codes(text)
    if code.isalnum():
        return
    is_mail, spaced = "@" in text, " " in text
    below = 1 if is_mail else ALL
    named = query_words(text)
    if not spaced:
        if text.isalpha():
            yield _key(f"{text}.", f"{text}/")
            yield _key(f"{text} ", text + _AFTER_SPACE)
            yield _key(text + _AFTER_SPACE, text + END)
        else:
            yield _key(text)
        yield from _pieces(text, below)
    local_named = query_words(text.partition("@")[0]) if is_mail else named
    if spaced or len(local_named) > 1 or not text.isalpha():
        probes = _names(text.partition("@")[0] if is_mail else text, local_named, below)
        yield from (probe._replace(similar=True) for probe in probes) if is_mail else probes
    if len(text) >= _SIMILAR_FROM and not text[0].isdigit():
        yield from _similar(text, local_named, 1 if is_mail else SIMILAR_BELOW)


def _key(low: str, high: str = "", *, below: int = ALL, similar: bool = False) -> Probe:
    return Probe(Kind.KEY, low, high or low + END, below=below, similar=similar)


def _checked(low: str, checks: tuple[str, ...], *, below: int, within: str = "", most: int = MOST_CHECKED) -> Probe:
    if not checks:
        return _key(low, below=below)
    return Probe(Kind.CHECKED, low, low + END, checks[:_MOST_CHECKS], below, within=within, most=most)


def _codes(text: str) -> Iterator[Probe]:
    """Establishment codes and voter numbers."""
    code = text.replace(" ", "")
    if code[:1].isdigit() and code.isalnum():
        upper = code.upper()
        yield Probe(Kind.ESTABLISHMENT, upper, upper + END)
        yield Probe(Kind.NUMBER, upper, upper + END)
        if code != upper:
            yield Probe(Kind.NUMBER, code, code + END)


def _names(text: str, named: list[str], below: int) -> Iterator[Probe]:
    """Words of names in any order: the last may be unfinished, then the other, then both."""
    if not named:
        return
    numbered = tuple(match[0] for match in _NUMBERED.finditer(text))
    if len(named) == 1:
        yield _checked(named[0], numbered, below=below)
        return
    *heads, last = named
    head = max(reversed(heads), key=len)
    others = list(heads)
    others.remove(head)
    checks = (*numbered, *(f" {word}" for word in others))
    if others and len(named) <= _MOST_WORDS:
        yield Probe(Kind.KEYS, below=below, keys=tuple(_as_addresses(named)))
    if checks:
        yield _checked(f"{head} {last}", checks, below=below)
    else:
        yield _key(f"{head} {last}", below=below)
    yield _checked(f"{last} {head}", checks, below=below)
    few = min(below, SIMILAR_BELOW)
    lead, other = (head, last) if len(head) >= len(last) else (last, head)
    if not checks:
        yield Probe(Kind.CHECKED_KEY, lead, lead + END, (f" {other}",), few)
    yield _checked(lead, (f" {other}", *checks), below=min(few, 1), most=LAST_RESORT)


def _as_addresses(named: list[str]) -> Iterator[tuple[str, str, str, str]]:
    """The beginnings of addresses that these words make, given names first or last."""
    for cut in range(1, len(named)):
        yield _with(f"{'-'.join(named[:cut])}.{'-'.join(named[cut:])}", ())
    for cut in range(1, len(named)):
        yield _with(f"{'-'.join(named[cut:])}.{'-'.join(named[:cut])}", ())


def _pieces(text: str, below: int) -> Iterator[Probe]:
    """The very letters anywhere in an address or a name."""
    local, at, domain = text.partition("@")
    pieces = _PIECES.findall(local)
    if len(text) < SHORTEST_PART or not pieces or text[0].isdigit():
        return
    last = pieces[-1]
    base = last.rstrip("0123456789")
    literal = () if text.isalpha() else (text,)
    begun = text[0].isalnum()
    if len(pieces) == 1:
        ending, whole = f"{last[len(base) :]} ", bool(at) or base != last or not local[-1:].isalnum()
        if literal and base:
            yield _checked(last + (" " if at else ""), literal, below=below)
        if len(base) >= (1 if at else SHORTEST_PART) and (begun or not literal):
            after = ending if at else ending.strip() if base != last else " "
            few = SIMILAR_BELOW if at else below  # a whole name before the @ is found above: of its endings, some
            academy = domain.removeprefix(_OF_ACADEMY) if domain.startswith(_OF_ACADEMY) else ""
            if academy:
                yield _part(base, literal, few, after=after, whole=whole, academy=academy)
            yield _part(base, literal, few, after=after, whole=whole)
    elif base:
        first, before = pieces[0], pieces[-2]
        yield _checked(f"{before} {base}", literal, below=below)
        if begun:
            following = pieces[1] if len(pieces) > 2 else base  # noqa: PLR2004
            yield _part(first, literal, min(below, SIMILAR_BELOW), after=f" {following}", whole=True)
        if len(pieces) == 2:  # noqa: PLR2004
            # a given name and a last name share a key: the entry's text is looked at only where that has both
            lead, within = f"{last} " if at else last, first if f"{first}.{last}" in local else ""
            yield _checked(lead, literal, below=min(below, SIMILAR_BELOW), within=within)


def _part(piece: str, checks: tuple[str, ...], below: int, *, after: str, whole: bool, academy: str = "") -> Probe:
    high = piece + ("\x01" if whole else END)
    return Probe(Kind.PART, piece, high, checks, below, after=after, academy=academy)


def _similar(text: str, named: list[str], below: int) -> Iterator[Probe]:
    """One slip or two: another number or domain, a separator lost or misplaced, letters wrong, a name only heard."""
    local, at, _domain = text.partition("@")
    if at or "." in text:
        base = local.rstrip("0123456789")
        if len(base) >= SHORTEST_STEM:
            yield _key(base, below=below, similar=True)
        swapped = tuple(_with(each, ()) for each in _swapped(text, len(local)))
        if swapped:
            yield Probe(Kind.KEYS, below=below, similar=True, keys=swapped)
    separated = tuple(_separated(named, finished=bool(at)))
    if separated:
        yield Probe(Kind.KEYS, below=below, similar=True, keys=separated)
    if len(named) == 1 and len(named[0]) >= _SIMILAR_FROM:
        like = (_liken(named[0], finished=bool(at)),)
        yield Probe(Kind.SIMILAR, below=below, similar=True, like=like, keys=(("", " " if at else "", "", ""),))
        if at:
            yield from _unparted(named[0], finished=True)
    elif len(named) > 1:
        yield from _misspelt(text, named, below, finished=bool(at))


def _swapped(text: str, length: int) -> Iterator[str]:
    """A separator of an address swapped with the letter before it or after it; all else of the address as it is."""
    for place in range(1, length - 1):
        if text[place] in _SEPARATORS:
            before, after = text[place - 1], text[place + 1]
            yield f"{text[: place - 1]}{text[place]}{before}{text[place + 1 :]}"
            yield f"{text[:place]}{after}{text[place]}{text[place + 2 :]}"


def _misspelt(text: str, named: list[str], below: int, *, finished: bool) -> Iterator[Probe]:
    """One word of several misspelt, each in turn; then the two longest at once."""
    end = len(named) - 1
    for target in range(end, -1, -1):
        if len(named[target]) < SHORTEST_STEM:
            continue
        rest = [place for place in range(len(named)) if place != target]
        around = []
        if "." in text:  # all else of an address as it is: of fifty namesakes the one with this number, of this domain
            before, _word, after = text.partition(named[target])
            around.append((before, after, "", ""))
        for partner in sorted(rest, key=lambda place: -len(named[place]))[:2]:
            checks = [named[place] for place in rest if place != partner][:2]
            one, two = (*(f" {other}" for other in checks), "", "")[:2]
            is_last = partner == end and not finished
            around.append(("" if is_last else f"{named[partner]} ", f" {named[partner]}" if is_last else "", one, two))
        like = _liken(named[target], finished=finished or target < end)
        yield Probe(Kind.SIMILAR, below=below, similar=True, like=(like,), keys=tuple(around))
    longest = sorted(sorted(range(len(named)), key=lambda place: -len(named[place]))[:2])
    if all(len(named[place]) >= SHORTEST_STEM for place in longest):
        both = tuple(_liken(named[place], finished=finished or place < end) for place in longest)
        yield Probe(Kind.BOTH_SIMILAR, below=_FEW, similar=True, like=both)
    pairs = [
        (named[partner], named[target], finished or partner < end, finished or target < end)
        for partner, target in (longest, longest[::-1])
    ]
    yield from _near(pairs)


def _near(pairs: Sequence[tuple[str, str, bool, bool]]) -> Iterator[Probe]:
    """Two slips in a word beside another that is right; of each pair, whether the other and the word are finished."""
    keys: list[tuple[str, str, str, str]] = []
    for known in (2, 1, 0):  # letters of the word that are taken to be right
        for partner, word, partner_is_whole, word_is_whole in pairs:
            if len(word) < SHORTEST_STEM or len(partner) < SHORTEST_STEM or (known < 2 and not partner_is_whole):  # noqa: PLR2004
                continue
            low = f"{partner} {word[:known]}" if partner_is_whole else partner
            keys.append((low, word, str(_LONGEST_QUERY if word_is_whole else len(word)), ""))
    if keys:
        yield Probe(Kind.NEAR, below=_FEW, similar=True, keys=tuple(keys))


def _unparted(word: str, *, finished: bool) -> Iterator[Probe]:
    """A separator lost or replaced, and a slip in one of the words it parted."""
    cuts = range(SHORTEST_STEM, len(word) - SHORTEST_STEM + 1)
    pairs = []
    for cut in cuts:
        for right in (word[cut:], word[cut + 1 :]):
            pairs += [(word[:cut], right, True, finished)]
            pairs += [(right, word[:cut], finished, True)]
    known = [
        (f"{partner} {other[:2]}", other, str(_LONGEST_QUERY if is_whole else len(other)), "")
        for partner, other, partner_is_whole, is_whole in pairs
        if len(other) >= _SIMILAR_FROM and partner_is_whole
    ]
    if known:
        yield Probe(Kind.NEAR, below=1, similar=True, keys=tuple(known))


def _liken(word: str, *, finished: bool) -> Like:
    finished = finished or len(word) < _UNFINISHED_FROM
    return Like(
        word=word,
        slips=slips(word[:LONGEST_STEM]),
        sound=sound(word),
        ending=word[-_LONG_ENDING:] if len(word) >= _ENDING_FROM else "",
        shortest=len(word) - 1,
        longest=len(word) + 1 if finished else _LONGEST_QUERY,
        finished=finished,
    )


def _separated(named: list[str], *, finished: bool) -> Iterator[tuple[str, str, str, str]]:
    """Keys for a separator lost, added or misplaced by a letter, each with what else must be there."""
    for place, word in enumerate(named):
        others = named[:place] + named[place + 1 :]
        last_is_whole = finished or place < len(named) - 1
        for cut in range(2, len(word) - 1 if len(word) > SHORTEST_STEM + 1 else 0):
            for right in (word[cut:], word[cut + 1 :]):
                if len(right) > 1:
                    yield from _beside(word[:cut], right, others, right_is_whole=last_is_whole)
    for place, (left, right) in enumerate(pairwise(named)):
        rest = named[:place] + named[place + 2 :]
        if rest:
            yield _with(f"{rest[0]} {left}{right}", rest[1:])
        else:
            yield _with(f"{left}{right}", ())
        if len(right) > 1:
            yield _with(f"{left}{right[0]} {right[1:]}", rest)
        if len(left) > 1:
            yield _with(f"{left[:-1]} {left[-1]}{right}", rest)


def _beside(left: str, right: str, others: list[str], *, right_is_whole: bool) -> Iterator[tuple[str, str, str, str]]:
    """Two words that were written as one: keys of the longer and another word of the text, if there is one."""
    partners = [place for place, other in enumerate(others) if len(other) >= SHORTEST_STEM][:2]
    if not partners:
        yield _with(f"{left} {right}", others)
    for place in partners:
        rest = others[:place] + others[place + 1 :]
        if len(left) >= len(right) and right_is_whole:
            yield _with(f"{left} {others[place]}", (right, *rest))  # what may be unfinished comes last
        else:
            yield _with(f"{others[place]} {right}", (left, *rest))


def _with(key: str, others: Sequence[str]) -> tuple[str, str, str, str]:
    one, two, three = (*(f" {other}" for other in others), "", "", "")[:3]
    return key, one, two, three

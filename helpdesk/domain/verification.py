"""Comparing what a caller says with what the store knows, without ever showing what it knows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from helpdesk.domain.errors import TooFewClaims
from helpdesk.domain.folding import fold_words


class Claim(StrEnum):
    """An attribute that a caller can be asked for."""

    BIRTH_DATE = "birth_date"
    ESTABLISHMENT = "establishment"
    FAMILY_NAME = "family_name"
    VOTER_NUMBER = "voter_number"
    CORPS = "corps"


MINIMUM_CLAIMS = 2


@dataclass(frozen=True, slots=True)
class KnownAttributes:
    """What the store knows of the voter; never leaves the service."""

    birth_date: date | None
    establishment_code: str
    establishment_name: str
    family_name: str
    voter_number: str
    corps: str


def spell_claims(claims: Mapping[Claim, str], known: KnownAttributes) -> dict[Claim, tuple[str, ...]]:
    """Each attribute that was given, as the store would have to hold it to fit: no spelling when none would.

    Blank ones count as not given. Raises TooFewClaims with fewer than two: no attribute suffices alone, least of
    all the birth date (facts.md rule 3). A birth date is spelled YYYY-MM-DD without looking at the one known, so that
    only the store compares it.
    """
    given = {claim: text for claim, text in claims.items() if fold_words(text)}
    if len(given) < MINIMUM_CLAIMS:
        raise TooFewClaims
    return {claim: _spell(claim, text, known) for claim, text in given.items()}


def check_claims(claims: Mapping[Claim, str], known: KnownAttributes) -> bool:
    """True when every attribute that was given fits. Raises TooFewClaims."""
    stored = {
        Claim.BIRTH_DATE: known.birth_date.isoformat() if known.birth_date else None,
        Claim.ESTABLISHMENT: known.establishment_code,
        Claim.FAMILY_NAME: known.family_name,
        Claim.VOTER_NUMBER: known.voter_number,
        Claim.CORPS: known.corps,
    }
    fits = [stored[claim] in spelled for claim, spelled in spell_claims(claims, known).items()]
    return all(fits)  # all of them were compared: no timing to read


def _spell(claim: Claim, text: str, known: KnownAttributes) -> tuple[str, ...]:
    match claim:
        case Claim.BIRTH_DATE:
            return tuple(sorted(day.isoformat() for day in read_dates(text)))
        case Claim.ESTABLISHMENT:
            stored, fits = known.establishment_code, _same_establishment(text, known)
        case Claim.FAMILY_NAME:
            stored, fits = known.family_name, _joined(text) == _joined(known.family_name)
        case Claim.VOTER_NUMBER:
            stored, fits = known.voter_number, re.sub(r"\W", "", text) == known.voter_number
        case Claim.CORPS:
            stored, fits = known.corps, _close(fold_words(text), fold_words(known.corps))
    return (stored,) if fits else ()


def _joined(text: str) -> str:
    return fold_words(text).replace(" ", "")


_ISO = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{4}|\d{2})")
_DAY_FIRST_RUN = re.compile(r"(\d{2})(\d{2})(\d{4})")
_MONTHS = {
    month: number
    for number, names in enumerate(
        (
            "janvier january janv jan", "fevrier february fevr fev feb", "mars march mar", "avril april avr apr",
            "mai may", "juin june jun", "juillet july juil jul", "aout august aug", "septembre september sept sep",
            "octobre october oct", "novembre november nov", "decembre december dec",
        ),
        1,
    )
    for month in names.split()
}  # fmt: skip


def read_dates(text: str) -> set[date]:
    """The dates that a written date may mean: 4/3/1980, 04.03.80, 04031980, 1980-03-04, 4 mars 1980.

    The day comes first, as French writes it. A two-digit year may be of either century that makes sense for a
    member of staff, so several dates can come back. Empty when it is no date.
    """
    text = fold_words(text).replace("1er", "1")
    for word in text.split():
        if word in _MONTHS:
            text = text.replace(word, str(_MONTHS[word]))
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DAY_FIRST.fullmatch(text) or _DAY_FIRST_RUN.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    else:
        return set()
    years = (1900 + year, 2000 + year) if year < 100 else (year,)  # noqa: PLR2004
    return {moment for y in years if (moment := _date(y, month, day))}


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_FILLER = frozenset(
    [
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "l",
        "d",
        "et",
        "a",
        "au",
        "aux",
        "college",
        "lycee",
        "ecole",
        "elementaire",
        "professionnel",
    ]
)


def _same_establishment(text: str, known: KnownAttributes) -> bool:
    if re.sub(r"\W", "", text).upper() == known.establishment_code:
        return True
    said, stored = fold_words(text), fold_words(known.establishment_name)
    if _close(said, stored):
        return True
    said_core, stored_core = _core(said), _core(stored)
    kinds = (set(said.split()) & _KINDS) - set(stored.split())
    return bool(said_core) and not kinds and _close(said_core, stored_core)


_KINDS = frozenset({"college", "lycee", "ecole"})


def _core(words: str) -> str:
    return " ".join(word for word in words.split() if word not in _FILLER)


def _close(said: str, stored: str) -> bool:
    """One slip, and one more for every eight letters beyond eight; none in fewer than five letters."""
    said, stored = said.replace(" ", ""), stored.replace(" ", "")
    if len(stored) < 5:  # noqa: PLR2004
        return said == stored
    return _distance(said, stored) <= max(1, len(stored) // 8)


def _distance(a: str, b: str) -> int:
    """Edits (insert, delete, replace, swap of neighbours) from one to the other; the texts are short."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]

"""Rows of a roll in their stored form, held column by column: a million rows are read in a few steps per column."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from hashlib import blake2b
from itertools import chain, compress
from typing import NamedTuple, Self, TypeAlias, TypeVar
from unicodedata import is_normalized

from helpdesk.domain.addresses import are_addresses, fold_address, fold_addresses, is_address
from helpdesk.domain.folding import nfc
from helpdesk.domain.roll import (
    COLUMNS,
    OPTIONAL_COLUMNS,
    SEVERAL,
    Problem,
    ProblemCode,
    RawRows,
    is_department,
    is_number,
    shorten,
)
from helpdesk.domain.uai import is_uai

DIGEST_BYTES = 16
_BETWEEN = "\x1f"
_PLACE = {column: place for place, column in enumerate(COLUMNS)}
_NEEDED = tuple(place for place, column in enumerate(COLUMNS) if column not in OPTIONAL_COLUMNS)
_TIED, _OTHERS, _BIRTH = _PLACE["mel_identifiant"], _PLACE["mel_secondaires"], _PLACE["date_naissance"]


_BIRTH_DATE = re.compile(
    "(?P<year1>[0-9]{4})-(?P<month1>[0-9]{1,2})-(?P<day1>[0-9]{1,2})"
    "|(?P<day2>[0-9]{1,2})/(?P<month2>[0-9]{1,2})/(?P<year2>[0-9]{4})"
)
_Answer = TypeVar("_Answer")
_Finding: TypeAlias = tuple[int, str, ProblemCode, str]


class RollRow(NamedTuple):
    """One voter of a roll, checked, in the stored form; `line` is where it began in the file."""

    line: int
    number: str
    title: str
    usage_name: str
    family_name: str
    first_name: str
    birth_date: date
    tied: str
    others: tuple[str, ...]
    academy: str
    department: str
    establishment_code: str
    establishment_name: str
    corps: str
    status: str
    ballots: tuple[str, ...]
    digest: str


class RollRows:
    """Some rows of a roll. The columns of COLUMNS are in the stored form, several values joined by SEVERAL.

    Lists of the same length throughout. `folded` and `folded_others` are the tied and the other addresses as they are
    compared. Rows of which `problems` says nothing are sound.
    """

    __slots__ = ("columns", "digests", "folded", "folded_others", "lines")

    def __init__(
        self,
        lines: Sequence[int],
        columns: tuple[Sequence[str], ...],
        folded: Sequence[str],
        folded_others: Sequence[str],
        digests: Sequence[bytes],
    ) -> None:
        """Take columns that are in the stored form; `stored` makes them so."""
        self.lines, self.columns, self.digests = lines, columns, digests
        self.folded, self.folded_others = folded, folded_others

    @classmethod
    def stored(cls, raw: RawRows) -> Self:
        """Rows of a file in the form in which they are stored; what a cell cannot mean stays as written."""
        columns: list[Sequence[str]] = list(raw.columns)
        for place, stored in _STORED.items():
            columns[place] = [*map(stored.__getitem__, columns[place])]
        if not _is_plain(SEVERAL.join(chain.from_iterable(columns[place] for place in _UNLIKE))):
            for place in _UNLIKE:
                columns[place] = [*map(_cleaned.__getitem__, columns[place])]
        folded = fold_addresses(columns[_TIED])
        columns[_OTHERS], folded_others = _distinct(columns[_OTHERS], folded)
        return cls(raw.lines, tuple(columns), folded, folded_others, digests_of(columns))

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, column: str) -> Sequence[str]:
        return self.columns[_PLACE[column]]

    def __iter__(self) -> Iterator[RollRow]:
        """The rows one by one; they must be sound."""
        for line, digest, values in zip(self.lines, self.digests, zip(*self.columns, strict=True), strict=True):
            (
                number, title, usage_name, family_name, first_name, birth_date, tied, others,
                academy, department, code, establishment, corps, status, ballots,
            ) = values  # fmt: skip
            yield RollRow(
                line, number, title, usage_name, family_name, first_name, date.fromisoformat(birth_date), tied,
                split_several(others), academy, department, code, establishment, corps, status,
                split_several(ballots), digest.hex(),
            )  # fmt: skip

    def only(self, wanted: Sequence[bool]) -> "RollRows":
        """The rows for which `wanted` is true."""
        if all(wanted):
            return self
        kept = [list(compress(column, wanted)) for column in self.columns]
        lines, digests = [*compress(self.lines, wanted)], [*compress(self.digests, wanted)]
        folded, others = [*compress(self.folded, wanted)], [*compress(self.folded_others, wanted)]
        return RollRows(lines, tuple(kept), folded, others, digests)

    def problems(self) -> dict[int, list[Problem]]:
        """What is wrong with rows by themselves, by the place of the row; most often nothing."""
        wrong: dict[int, list[Problem]] = {}
        for place, column, code, value in chain(self._lacking(), self._misread(), self._bad_others()):
            wrong.setdefault(place, []).append(Problem(self.lines[place], column, code, shorten(value)))
        return wrong

    def _lacking(self) -> "Iterator[_Finding]":
        for column in _NEEDED:
            if not all(self.columns[column]):
                for place, value in enumerate(self.columns[column]):
                    if not value:
                        yield place, COLUMNS[column], ProblemCode.MISSING_VALUE, ""

    def _misread(self) -> "Iterator[_Finding]":
        for column, (is_right, code) in _RULES.items():
            values = self[column]
            if not (_are_all(self.folded, values) if is_right is is_address else all(map(is_right, values))):
                for place, value in enumerate(values):
                    if value and not is_right(value):
                        yield place, column, code, value

    def _bad_others(self) -> "Iterator[_Finding]":
        if _are_all(split_several(SEVERAL.join(filter(None, self.folded_others))), self.columns[_OTHERS]):
            return
        for place, text in enumerate(self.columns[_OTHERS]):
            for other in split_several(text):
                if not is_address(other):
                    yield place, "mel_secondaires", ProblemCode.BAD_ADDRESS, other


def digests_as_written(raw: RawRows) -> list[bytes]:
    """The digest of each row as the file writes it, but for its birth date, which is put into the stored form.

    It is that of a stored row only if all its other cells are in the stored form already.
    """
    columns = list(raw.columns)
    columns[_BIRTH] = [*map(_STORED[_BIRTH].__getitem__, columns[_BIRTH])]
    return digests_of(columns)


def digests_of(columns: Sequence[Sequence[str]]) -> list[bytes]:
    """The digest of each row in the stored form, by which a voter is known to be as the store has them."""
    digest = partial(blake2b, digest_size=DIGEST_BYTES)
    return [digest(text.encode()).digest() for text in map(_BETWEEN.join, zip(*columns, strict=True))]


def split_several(text: str) -> tuple[str, ...]:
    """The values that a cell of several holds, in order."""
    if SEVERAL not in text:
        return (text,) if text else ()
    return tuple(part.strip() for part in text.split(SEVERAL) if part.strip())


class _Memo(dict[str, _Answer]):
    """The answers for texts met before; when there are too many, all are forgotten.

    Asked by `map(memo.__getitem__, texts)`, for a million cells, it is twice as quick as a cache that knows which
    answer was not wanted for longest.
    """

    def __init__(self, ask: Callable[[str], _Answer], most: int = 50_000) -> None:
        self._ask, self._most = ask, most

    def __missing__(self, text: str) -> _Answer:
        if len(self) >= self._most:
            self.clear()
        answer = self[text] = self._ask(text)
        return answer


def read_date(text: str) -> date | None:
    """A birth date written dd/mm/yyyy or yyyy-mm-dd; None for anything else and for impossible ages."""
    if written := _BIRTH_DATE.fullmatch(text):
        year, month, day = (int(written[f"{part}1"] or written[f"{part}2"]) for part in ("year", "month", "day"))
        if 1900 <= year <= 2100:  # noqa: PLR2004
            with suppress(ValueError):
                return date(year, month, day)
    return None


def _date(text: str) -> str:
    """A date as it is stored, yyyy-mm-dd; what is none stays as written."""
    day = read_date(text)
    return text if day is None else day.isoformat()


def _department(text: str) -> str:
    """A department as it is stored: "1" → "01", "2a" → "2A"."""
    text = text.upper()
    return text.zfill(2) if text.isdigit() else text


def _ballots(text: str) -> str:
    return SEVERAL.join(dict.fromkeys(split_several(text)))


def _read(read: Callable[[str], str], cell: str) -> str:
    return read(nfc(cell))


def _distinct(others: Sequence[str], tied: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Other addresses once each, the first spelling of them, without the tied one (folded); and folded."""
    if not any(others):
        return others, others
    folded: list[str] = fold_addresses(others)
    kept = list(others)
    for place, text in enumerate(folded):
        if SEVERAL in text:
            spellings = {fold_address(other): other for other in reversed(split_several(others[place]))}
            spellings.pop(tied[place], None)
            kept[place] = SEVERAL.join(reversed(spellings.values()))
            folded[place] = SEVERAL.join(reversed(spellings))
        elif text and text == tied[place]:
            kept[place] = folded[place] = ""
    return kept, folded


def _are_all(folded: Sequence[str], written: Sequence[str]) -> bool:
    """True if all are addresses: a folded one has lost the accents that no address may have."""
    return are_addresses(folded) and "".join(written).isascii()


def _is_plain(text: str) -> bool:
    """True for cells, joined, that `nfc` would all leave as they are."""
    return (
        text.isprintable()
        and "  " not in text
        and " |" not in text
        and "| " not in text
        and text[:1] != " "
        and text[-1:] != " "
        and (text.isascii() or is_normalized("NFC", text))
    )


_cleaned = _Memo(nfc)
_READ: dict[str, Callable[[str], str]] = {
    "civilite": str,
    "date_naissance": _date,
    "academie": str,
    "departement": _department,
    "uai": str.upper,
    "etablissement": str,
    "corps": str,
    "statut": str,
    "codes_scrutins": _ballots,
}
"""Columns in which voters have the same cells again and again, and how a clean cell is put into the stored form."""

_STORED = {_PLACE[column]: _Memo(partial(_read, read)) for column, read in _READ.items()}
_UNLIKE = tuple(place for column, place in _PLACE.items() if column not in _READ)

_RULES: dict[str, tuple[Callable[[str], object], ProblemCode]] = {
    "id_electeur": (is_number, ProblemCode.BAD_NUMBER),
    "date_naissance": (_Memo(read_date).__getitem__, ProblemCode.BAD_DATE),
    "mel_identifiant": (is_address, ProblemCode.BAD_ADDRESS),
    "uai": (_Memo(is_uai).__getitem__, ProblemCode.BAD_UAI),
    "departement": (_Memo(is_department).__getitem__, ProblemCode.BAD_DEPARTMENT),
}
"""What a value of some columns must be, in the stored form, and the problem that it is otherwise."""

"""The electoral roll as a file holds it: columns, one row's rules, and the problems that can be found."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, Protocol
from unicodedata import is_normalized

from helpdesk.domain.addresses import fold_address, is_address
from helpdesk.domain.folding import fold, nfc
from helpdesk.domain.uai import is_uai

COLUMNS = (
    "id_electeur",
    "civilite",
    "nom_usage",
    "nom_famille",
    "prenom",
    "date_naissance",
    "mel_identifiant",
    "mel_secondaires",
    "academie",
    "departement",
    "uai",
    "etablissement",
    "corps",
    "statut",
    "codes_scrutins",
)
OPTIONAL_COLUMNS = frozenset({"civilite", "nom_usage", "mel_secondaires", "statut", "codes_scrutins"})
SEVERAL = "|"
_SHOWN = 40
_NUMBER = re.compile(r"[0-9A-Za-z-]{1,32}").fullmatch
_DEPARTMENT = re.compile(r"\d{2}|2[AB]|97[1-8]|98[678]").fullmatch


class Severity(StrEnum):
    """An error stops the import, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class ProblemCode(StrEnum):
    """What can be wrong with a row."""

    MISSING_VALUE = "missing_value"
    BAD_NUMBER = "bad_number"
    BAD_DATE = "bad_date"
    BAD_ADDRESS = "bad_address"
    BAD_UAI = "bad_uai"
    BAD_DEPARTMENT = "bad_department"
    DUPLICATE_VOTER = "duplicate_voter"
    ADDRESS_TIED_TWICE = "address_tied_twice"
    ADDRESS_ALSO_TIED = "address_also_tied"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a file: where it is (line counted from 1), what it is, the value shortened."""

    line: int
    column: str
    code: ProblemCode
    value: str = ""
    severity: Severity = Severity.ERROR


class RollRow(NamedTuple):
    """One voter of a roll, checked and normalised; `line` is where it began in the file."""

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

    @property
    def digest(self) -> str:
        """What tells an unchanged row from a changed one, wherever it stands in the file."""
        parts = (
            self.number, self.title, self.usage_name, self.family_name, self.first_name, self.birth_date.isoformat(),
            self.tied, SEVERAL.join(self.others), self.academy, self.department, self.establishment_code,
            self.establishment_name, self.corps, self.status, SEVERAL.join(self.ballots),
        )  # fmt: skip
        return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


class DifferenceKind(StrEnum):
    """What happens to a voter."""

    ADDED = "added"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Change:
    """One column of a voter that an import changes. Birth dates are not shown: both values are empty then."""

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One voter whom an import adds or changes, or whom the file lacks; `line` is 0 for the last."""

    kind: DifferenceKind
    voter: str
    name: str
    line: int = 0
    changes: tuple[Change, ...] = ()


MOST_DIFFERENCES = 1_000
"""Of each kind, so many are named in a report; the counts are of all."""


@dataclass(frozen=True, slots=True)
class RollReport:
    """What a file holds, and what importing it did or would do.

    `differences` names the first thousand voters of each kind that are added, changed or missing. `since` is the last
    import that the store had seen when the file was compared with it.
    """

    file: str
    file_hash: str
    rows: int
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    removed: int = 0
    rejected: int = 0
    problems: tuple[Problem, ...] = field(default=())
    differences: tuple[Difference, ...] = field(default=())
    since: int | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop an import."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


class RollReader(Protocol):
    """Reads roll files."""

    def __call__(self, path: Path, *, mapping: Path | None = None) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row's line and its cells by canonical column; cells are as written.

        Raises UnreadableFile, UnknownHeader, DuplicateHeader, MissingHeader before the first row, RaggedRow at a
        row of the wrong length.
        """
        ...

    def headers(self, path: Path) -> tuple[str, ...]:
        """The names of the file's columns, as written. Raises UnreadableFile."""
        ...

    def digest(self, path: Path) -> str:
        """The SHA-256 of the file's bytes, hexadecimal. Raises UnreadableFile."""
        ...


def canonical_header(text: str) -> str:
    """A header as it is matched: without case, accents, spaces, underscores or hyphens."""
    return re.sub(r"[\s_\-]+", "", fold(text))


def check_row(line: int, cells: Mapping[str, str]) -> RollRow | tuple[Problem, ...]:
    """One row by its own rules: the voter, or every problem that it has."""
    values = _in_order(cells)
    (
        number, title, usage_name, family_name, first_name, birth, tied, other_addresses,
        academy, department, code, establishment, corps, status, ballots,
    ) = values  # fmt: skip
    problems = _lacking(line, values)

    def wrong(column: str, problem: ProblemCode, value: str) -> None:
        problems.append(Problem(line, column, problem, shorten(value)))

    if number and not _NUMBER(number):
        wrong("id_electeur", ProblemCode.BAD_NUMBER, number)
    birth_date = read_date(birth)
    if birth and birth_date is None:
        wrong("date_naissance", ProblemCode.BAD_DATE, birth)
    if tied and not is_address(tied):
        wrong("mel_identifiant", ProblemCode.BAD_ADDRESS, tied)
    others = _several(other_addresses) if other_addresses else []
    for other in others:
        if not is_address(other):
            wrong("mel_secondaires", ProblemCode.BAD_ADDRESS, other)
    code = code.upper()
    if code and not _is_uai(code):
        wrong("uai", ProblemCode.BAD_UAI, code)
    department = read_department(department)
    if department and not _DEPARTMENT(department):
        wrong("departement", ProblemCode.BAD_DEPARTMENT, department)
    if problems or birth_date is None:
        return tuple(problems)
    return RollRow(
        line, number, title, usage_name, family_name, first_name, birth_date, tied, _distinct(others, tied),
        academy, department, code, establishment, corps, status, _ballots(ballots),
    )  # fmt: skip


def _distinct(others: list[str], tied: str) -> tuple[str, ...]:
    """Other addresses once each, the first spelling of them, without the tied one."""
    if not others:
        return ()
    distinct = {fold_address(other): other for other in reversed(others)}
    distinct.pop(fold_address(tied), None)
    return tuple(reversed(distinct.values()))


def _lacking(line: int, values: Sequence[str]) -> list[Problem]:
    if all(_needed_of(values)):
        return []
    return [
        Problem(line, column, ProblemCode.MISSING_VALUE)
        for column, value in zip(COLUMNS, values, strict=True)
        if column not in OPTIONAL_COLUMNS and not value
    ]


_in_order_of: Callable[[Mapping[str, str]], tuple[str, ...]] = itemgetter(*COLUMNS)
_needed_of: Callable[[Sequence[str]], tuple[str, ...]] = itemgetter(
    *(place for place, column in enumerate(COLUMNS) if column not in OPTIONAL_COLUMNS)
)


def _in_order(cells: Mapping[str, str]) -> Sequence[str]:
    """The cells as they are stored, in the order of COLUMNS."""
    if len(cells) == len(COLUMNS):
        values: Sequence[str] = _in_order_of(cells)
    else:
        values = [cells.get(column, "") for column in COLUMNS]
    return values if _is_plain(SEVERAL.join(values)) else [_cleaned(text) for text in values]


@lru_cache(1_000)
def read_department(text: str) -> str:
    """A department as it is stored: "1" → "01", "2a" → "2A"."""
    text = text.upper()
    return text.zfill(2) if text.isdigit() else text


@lru_cache(50_000)
def read_date(text: str) -> date | None:
    """A birth date written dd/mm/yyyy or yyyy-mm-dd; None for anything else and for impossible ages."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        return day if 1900 <= day.year <= 2100 else None  # noqa: PLR2004
    return None


def shorten(value: str) -> str:
    """A value as reports show it: enough to find it, not more."""
    return value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"


def _is_plain(text: str) -> bool:
    """True for cells, joined, that `nfc` would all leave as they are."""
    return (
        text.isprintable()
        and "  " not in text
        and " |" not in text
        and "| " not in text
        and text[0] != " "
        and text[-1] != " "
        and (text.isascii() or is_normalized("NFC", text))
    )


_cleaned = lru_cache(100_000)(nfc)
_is_uai = lru_cache(100_000)(is_uai)


@lru_cache(10_000)
def _ballots(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_several(text)))


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(SEVERAL) if part.strip()]

"""The electoral roll: the columns of a file, what can be wrong with one, and what an import reports."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import compress
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from helpdesk.domain.folding import fold

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
    ADDRESS_TAKEN = "address_taken"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a file: where it is (line counted from 1), what it is, the value shortened."""

    line: int
    column: str
    code: ProblemCode
    value: str = ""
    severity: Severity = Severity.ERROR


class RawRows(NamedTuple):
    """Some rows as a file holds them: the line where each begins, and the cells of every column of COLUMNS."""

    lines: Sequence[int]
    columns: tuple[Sequence[str], ...]

    def column(self, name: str) -> Sequence[str]:
        """The cells of one of COLUMNS."""
        return self.columns[COLUMNS.index(name)]

    def only(self, wanted: Sequence[bool]) -> Self:
        """The rows for which `wanted` is true."""
        columns = tuple(tuple(compress(column, wanted)) for column in self.columns)
        return self._replace(lines=tuple(compress(self.lines, wanted)), columns=columns)


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

    def __call__(self, path: Path, *, mapping: Path | None = None) -> Iterator[RawRows]:
        """All rows, some thousands at a time; blank ones are passed over.

        Raises UnreadableFile, at a row of the wrong length too, UnknownHeader, DuplicateHeader, MissingHeader.
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


is_number = re.compile(r"[0-9A-Za-z-]{1,32}").fullmatch
"""True for a voter's number."""

is_department = re.compile(r"\d{2}|2[AB]|97[1-8]|98[678]").fullmatch
"""True for a department as it is stored."""


def shorten(value: str) -> str:
    """A value as reports show it: enough to find it, not more."""
    return value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"

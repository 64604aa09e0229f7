"""A figure: what a benchmark measured or a trial counted, in the one form that the table and the report read.

A part of the proof ends with `write("mail", figures)`; everything else is made from the files it leaves in build/proof.
"""

import json
import os
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

FOLDER = Path("build/proof")
"""Relative to the checkout's root, where every command of the proof is started."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a plot: points of (x, y), and what the axes mean."""

    name: str
    points: tuple[tuple[float, float], ...]
    x: str = ""
    y: str = ""
    log: bool = False


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours over theirs, paired in one run: the median of the pairs, and the spread that four fifths of them keep to."""

    median: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `compared_with` names the peer or the limit; `asked` is the promise in words ("≤ 2 × bare SQL", "0 lost");
    `kept` is None where nothing was promised. `timed` is True for what depends on the machine's load: such figures are
    not judged in the quick form. `command` is what measures it again.
    """

    name: str
    value: float
    unit: str
    command: str
    compared_with: str = ""
    ratio: Ratio | None = None
    asked: str = ""
    kept: bool | None = None
    timed: bool = False
    note: str = ""
    series: tuple[Series, ...] = field(default=())


def full() -> bool:
    """True for the full form (PROOF=full); anything else is quick."""
    return os.environ.get("PROOF", "quick") == "full"


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """The ratio of values measured in turn, pair by pair, in one run. Raises ValueError for unequal counts."""
    ratios = sorted(mine / other for mine, other in zip(ours, theirs, strict=True))
    last = len(ratios) - 1
    return Ratio(statistics.median(ratios), ratios[round(last * 0.1)], ratios[round(last * 0.9)], len(ratios))


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def counted(name: str, *, wrong: int, of: int, command: str, unit: str = "wrong", note: str = "") -> Figure:
    """A trial's line: how many of so many went wrong; none may, and there must have been some."""
    return Figure(
        name=name,
        value=wrong,
        unit=f"{unit} of {of}",
        command=command,
        asked=f"0 {unit}",
        kept=wrong == 0 and of > 0,
        note=note,
    )


def write(part: str, figures: Sequence[Figure]) -> Path:
    """Leave the figures of a part in build/proof/PART.json, replacing those of an earlier run."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{part}.json"
    document = {"part": part, "form": "full" if full() else "quick", "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def read(part: str) -> tuple[Figure, ...]:
    """The figures that a part left. Raises FileNotFoundError if it left none."""
    document = json.loads((FOLDER / f"{part}.json").read_text(encoding="utf-8"))
    return tuple(_figure(each) for each in document["figures"])


def broken(figures: Iterable[Figure], *, judge_times: bool) -> tuple[Figure, ...]:
    """The figures whose promise is not kept; times count only if they are to be judged."""
    return tuple(figure for figure in figures if figure.kept is False and (judge_times or not figure.timed))


def finish(part: str, figures: Sequence[Figure]) -> int:
    """Write the figures, print them, and give the exit status of the part: 1 when a promise is broken."""
    from tests.proof.table import lines  # noqa: PLC0415 (the table knows figures, not the other way round)

    write(part, figures)
    print("\n".join(lines(figures)), flush=True)
    return 1 if broken(figures, judge_times=full()) else 0


def _figure(each: dict) -> Figure:
    ratio = Ratio(**each["ratio"]) if each["ratio"] else None
    series = tuple(
        Series(**(line | {"points": tuple((float(x), float(y)) for x, y in line["points"])})) for line in each["series"]
    )
    return Figure(**(each | {"ratio": ratio, "series": series}))

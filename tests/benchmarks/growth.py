"""Search, import, every act, the desk and size on disk at 10,000, 100,000 and 1,000,000 voters.

`python -m tests.benchmarks.growth [N …] [--search]`

With --search, the keys alone at 120,000, 1,200,000 and 6,000,000 voters (or N …), of p99 how it grows from each size to
the next. Six million need 15 GB in the folder for temporary files and 6 GiB of memory, most of it to know all the
voters whom an answer may show.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from math import log10
from pathlib import Path

from helpdesk.demo.sample_roll import write_sample
from helpdesk.services import build_services
from helpdesk.store.engine import Store
from tests.benchmarks.acts import costs
from tests.benchmarks.desk import environment_of, told_by
from tests.benchmarks.search import Roll, measure
from tests.conftest import PASSWORD, SetClock, make_context
from tests.proof.figures import Figure, Series, finish, full

COMMAND = "python -m tests.benchmarks.growth"
SIZES = (10_000, 100_000, 1_000_000)
SEARCH_SIZES = (120_000, 1_200_000, 6_000_000)


def main() -> int:
    """Measure each size in a fresh embedded store; lines with their curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", metavar="N")
    parser.add_argument("--search", action="store_true", help="keys alone, up to six million voters")
    asked = parser.parse_args()
    if asked.search:
        return _search(asked.sizes or list(SEARCH_SIZES))
    sizes = asked.sizes or list(SIZES if full() else SIZES[:2])
    found = [measured(size) for size in sizes]
    biggest = found[-1]
    table = biggest["table"]
    every, like = table["all keystrokes"], table["LIKE on addresses"]
    told = f"LIKE for the same keys on the same store: {like['p50']} ms; processor: {every['cpu_p50']} ms"
    shares = [each["bytes"] / size for each, size in zip(found, sizes, strict=True)]
    figures = [
        Figure(f"a keystroke at {sizes[-1]:,} voters, p50", every["p50"], "ms", COMMAND,
               asked="≤ 0.7 ms", note=told, kept=every["p50"] <= P50_MS, timed=True,
               series=(curve("p50", "ms", sizes, [each["table"]["all keystrokes"]["p50"] for each in found]),
                       curve("p99", "ms", sizes, [each["table"]["all keystrokes"]["p99"] for each in found]))),
        Figure(f"a keystroke at {sizes[-1]:,} voters, p99", every["p99"], "ms", COMMAND, asked="≤ 5 ms",
               kept=every["p99"] <= P99_MS, timed=True, note=f"processor: {every['cpu_p99']} ms"),
        *_growing(sizes, [each["table"]["all keystrokes"]["p99"] for each in found]),
        Figure(f"import of {sizes[-1]:,} voters", biggest["import_s"], "s", COMMAND, timed=True,
               series=(curve("import", "s", sizes, [each["import_s"] for each in found]),)),
        Figure("size on disk", biggest["bytes"] / sizes[-1], "bytes a voter", COMMAND,
               series=(curve("size", "bytes a voter", sizes, shares),)),
    ]  # fmt: skip
    for act in found[-1]["acts"]:
        values = [each["acts"][act] for each in found]
        figures.append(Figure(f"{act} at {sizes[-1]:,} voters", values[-1], "ms of the processor", COMMAND,
                              asked=f"≤ {MOST_GROWTH} × the cost at {sizes[0]:,}", timed=True,
                              kept=values[-1] <= MOST_GROWTH * values[0],
                              series=(curve(act, "ms of the processor", sizes, values),)))  # fmt: skip
    return finish("growth", [*figures, *_of_the_desk(sizes, [each["desk"] for each in found])])


def _of_the_desk(sizes: list[int], told: list[dict]) -> list[Figure]:
    """From a key to the painted rows, and what the desk holds in memory after all keys."""
    columns: dict[str, tuple[str, list[float]]] = {
        "desk: key to painted rows, median": ("ms", [each["median"] for each in told]),
        "desk: key to painted rows, p99": ("ms", [each["p99"] for each in told]),
        "desk: memory after all keys": ("MB", [(each["own"] + each["files"]) / 1e6 for each in told]),
    }
    return [
        Figure(f"{name} at {sizes[-1]:,} voters", round(values[-1], 1), unit, COMMAND,
               asked=f"≤ {MOST_GROWTH} × that at {sizes[0]:,}", timed=unit == "ms",
               kept=values[-1] <= MOST_GROWTH * values[0], series=(curve(name, unit, sizes, values),))
        for name, (unit, values) in columns.items()
    ]  # fmt: skip


def _search(sizes: list[int]) -> int:
    """Keys alone: the time in the middle and at the 99th percentile by size, and how the latter grows."""
    command = f"{COMMAND} --search"
    rows = []
    for size in sizes:
        with _store_of(size) as (_store, found):
            rows.append(found["table"]["all keystrokes"])
    figures = [
        Figure(f"a keystroke at {size:,} voters, p99", row["p99"], "ms", command, timed=True,
               note=f"p50 {row['p50']}, max {row['max']} ms; processor: p50 {row['cpu_p50']}, p99 {row['cpu_p99']} ms")
        for size, row in zip(sizes, rows, strict=True)
    ]  # fmt: skip
    return finish("growth-search", [*figures, *_growing(sizes, [row["p99"] for row in rows], command=command)])


def _growing(sizes: list[int], values: list[float], *, command: str = COMMAND) -> list[Figure]:
    """How p99 grows from each size to the next, as if that were ten times as large."""
    figures = []
    for (size, value), (larger, its) in pairwise(zip(sizes, values, strict=True)):
        name = f"p99 of a keystroke, {size:,} to {larger:,} voters"
        grows = (its / value) ** (1 / log10(larger / size))
        figures.append(
            Figure(
                name, grows, "times for ten times as many", command, asked="< 2", kept=grows < MOST_GROWTH, timed=True
            )
        )
    return figures


P50_MS, P99_MS = 0.7, 5.0
DESK_TEXTS = 40
MOST_GROWTH = 2
"""How much dearer an act may be in the largest store than in the smallest."""


def measured(size: int) -> dict:
    """What one size costs: the table of `tests.benchmarks.search`, seconds of the import, bytes of the file."""
    with _store_of(size) as (store, found):
        size_on_disk = Path(store.path or "").stat().st_size
        clock = SetClock()
        context = make_context(store, clock)
        operator = build_services(context).operators.log_in("Ada Admin", PASSWORD)
        desk = _on_the_desk(Path(store.path or ""))
        return found | {"bytes": size_on_disk, "desk": desk, "acts": costs(context, operator, clock)}


def _on_the_desk(path: Path) -> dict:
    """What `painted` tells of a desk over this store."""
    environment = environment_of(path, path.with_name("bytecode"))
    roll = str(path.with_name("roll.csv"))
    told: dict = told_by("tests.benchmarks.painted", roll, "Ada Admin", str(DESK_TEXTS), environment=environment)
    return told


@contextmanager
def _store_of(size: int) -> Iterator[tuple[Store, dict]]:
    """A file with a sample roll of this size, and what searching it took."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-growth-") as folder:
        roll = Path(folder) / "roll.csv"
        write_sample(roll, voters=size, seed=2)
        store = Store(f"sqlite:///{folder}/store.db")
        try:
            yield store, measure(store, Roll.of(roll, count=300, seed=2))
        finally:
            store.close()


def curve(name: str, unit: str, sizes: list[int], values: list[float]) -> Series:
    """One line over the sizes."""
    points = tuple((float(size), float(value)) for size, value in zip(sizes, values, strict=True))
    return Series(name, points, x="voters", y=unit, log=True)


if __name__ == "__main__":
    sys.exit(main())

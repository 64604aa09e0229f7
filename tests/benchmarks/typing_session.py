"""Typing texts key by key into a program that finds voters: how long each key takes, and whether the voter is met."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.keystrokes import Person, Typed, answers, keystrokes
from tests.benchmarks.peers import Find

ALL = "all keystrokes"
Row = dict[str, float]


@dataclass
class Spent:
    """What keystrokes took, in milliseconds of the clock and of the processors, how many voters each found, and whether
    texts met their voter."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    found: list[int] = field(default_factory=list)
    met: list[bool] = field(default_factory=list)

    def row(self) -> Row:
        """The figures of one line."""
        clock, processor = sorted(self.clock), sorted(self.processor)
        row = {"n": len(clock), "p50": _share(clock, 0.5), "p95": _share(clock, 0.95), "p99": _share(clock, 0.99),
               "max": round(clock[-1], 3), "cpu_p50": _share(processor, 0.5), "cpu_p95": _share(processor, 0.95),
               "cpu_p99": _share(processor, 0.99)}  # fmt: skip
        return row | ({"recall": round(self.recall(), 4)} if self.met else {})

    def recall(self, first: int | None = None) -> float:
        """The share of the texts (of the first so many) that met their voter."""
        met = self.met[:first]
        return sum(met) / len(met)


def type_texts(
    find: Find,
    typed: Iterable[Typed],
    everybody: dict[str, Person],
    *,
    server: Callable[[], float],
    seconds: float = 1e9,
) -> dict[str, Spent]:
    """Type texts key by key until the time is over; figures by kind, and for ALL. `server` tells its seconds so far."""
    spent = {ALL: Spent()}
    end = time.monotonic() + seconds
    find("warm")
    for each in typed:
        if time.monotonic() > end:
            break
        found: list[str] = []
        rows = (spent.setdefault(each.kind, Spent()), spent[ALL])
        for keys in keystrokes(each.text):
            worked, clock, own = server(), time.perf_counter(), time.process_time()
            found = find(keys)
            took, used = (time.perf_counter() - clock) * 1000, (time.process_time() - own) * 1000
            used += (server() - worked) * 1000
            for row in rows:
                row.clock.append(took)
                row.processor.append(used)
                row.found.append(len(found))
        for row in rows:
            row.met.append(is_met(each, found, everybody))
    return spent


def recall(find: Find, typed: Iterable[Typed], everybody: dict[str, Person]) -> dict[str, tuple[int, int]]:
    """Of each kind, how many texts met their voter when they were typed to the end, and how many there were."""
    counts: dict[str, tuple[int, int]] = {}
    for each in typed:
        met, tried = counts.get(each.kind, (0, 0))
        counts[each.kind] = (met + is_met(each, find(each.text), everybody), tried + 1)
    return counts


def is_met(typed: Typed, found: list[str], everybody: dict[str, Person]) -> bool:
    """True if the voter is among the first ten, or all ten answer what was meant as well: namesakes, a shared code."""
    first = [everybody[number] for number in found[:10]]
    namesakes = len(first) == 10 and all(answers(typed.meant, one) for one in first)
    return typed.person in first or namesakes


def untold() -> float:
    """The server's seconds where there is no server, or it cannot be told."""
    return 0.0


def processor_of(process: int) -> Callable[[], float]:
    """Seconds of the processor that all threads of a process have used (Linux); zero where that is not told."""
    tasks = Path(f"/proc/{process}/task")

    def used() -> float:
        try:
            return sum(int((each / "schedstat").read_text().split()[0]) for each in tasks.iterdir()) / 1e9
        except OSError:
            return 0.0

    return used


def _share(ordered: list[float], part: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 3)

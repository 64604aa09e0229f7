"""Search, key by key, beside its peers: python -m tests.benchmarks.search [--voters N] [--database URL] [--alone].

Makes a store and a sample roll (or takes --roll FILE), imports it, types texts of every kind (`keystrokes`), and
prints milliseconds a keystroke at the service with the best fifty voters and their addresses, the processor's
milliseconds (client and server), and how often the voter meant is among the first ten, or all ten answer the text as
well. Then the peers of `peers` get the same texts key by key, as many as they can take in the time. Writes
build/search.json. `--database` names an empty PostgreSQL database; without it the store is a file.

On a machine that does other work too, the processor's time tells more than the clock's; both grow with the load.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from helpdesk.demo.sample_roll import write_sample
from helpdesk.domain.roles import Operator
from helpdesk.services import Services, build_services
from helpdesk.services.elections import write_election
from helpdesk.store.engine import Store
from helpdesk.store.upgrade import upgrade_store
from tests.benchmarks import peers
from tests.benchmarks.keystrokes import EXACT, HARD, SLIPS, Person, Typed, answers, keystrokes, people, texts
from tests.conftest import PASSWORD, SetClock, make_context
from tests.elections import election_around

PEER_SECONDS = 60
"""How long one peer may type."""


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-") as folder:
        roll = asked.roll or Path(folder) / "roll.csv"
        if asked.roll is None:
            write_sample(roll, voters=asked.voters, seed=asked.seed)
        store = Store(asked.database or f"sqlite:///{folder}/store.db")
        try:
            figures = _measure(store, roll, asked.texts, asked.seed, peers_too=not asked.alone)
        finally:
            store.close()
    Path("build").mkdir(exist_ok=True)
    Path("build/search.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voters", type=int, default=120_000)
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--roll", type=Path)
    parser.add_argument("--database")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    return parser.parse_args()


@dataclass
class Spent:
    """What keystrokes took, in milliseconds of the clock and of the processors, and whether texts met their voter."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    met: list[bool] = field(default_factory=list)

    def row(self) -> dict[str, float]:
        """The figures of one line."""
        clock, processor = sorted(self.clock), sorted(self.processor)
        row = {"n": len(clock), "p50": _share(clock, 0.5), "p95": _share(clock, 0.95), "p99": _share(clock, 0.99),
               "max": round(clock[-1], 3), "cpu_p50": _share(processor, 0.5), "cpu_p95": _share(processor, 0.95),
               "cpu_p99": _share(processor, 0.99)}  # fmt: skip
        return row | ({"recall": round(sum(self.met) / len(self.met), 4)} if self.met else {})


def _measure(store: Store, roll: Path, count: int, seed: int, *, peers_too: bool = False) -> dict[str, object]:
    services, operator = _ready(store)
    started = time.perf_counter()
    report = services.rolls.import_roll(operator, roll)
    imported = time.perf_counter() - started
    print(f"{store.engine.dialect.name}: {report.added} voters imported in {imported:.1f} s")
    _settle(store)
    services.search.warm_up(operator)
    everybody = {person.number: person for person in people(roll, count=report.rows, seed=seed)}
    typed = list(texts(people(roll, count=count, seed=seed), seed=seed))
    random.Random(seed).shuffle(typed)  # a peer that is stopped in time has typed some of every kind
    find: peers.Find = lambda each: [hit.voter for hit in services.search.search(operator, each)]  # noqa: E731
    table = {kind: spent.row() for kind, spent in _type(find, typed, everybody, server=_backend(store)).items()}
    every = table.pop("all keystrokes")
    table = {kind: table[kind] for kind in (*EXACT, *SLIPS, *HARD) if kind in table} | {"all keystrokes": every}
    table |= _peers(store, roll, typed, everybody) if peers_too else _like(store, typed, everybody)
    print(f"load {os.getloadavg()[0]:.1f}")
    _print(table)
    return {
        "database": store.engine.dialect.name, "voters": report.added, "import_s": imported,
        "load": os.getloadavg()[0], "table": table,
    }  # fmt: skip


def _ready(store: Store) -> tuple[Services, Operator]:
    upgrade_store(store)
    services = build_services(make_context(store, SetClock()))
    with store.write() as connection:
        write_election(connection, election_around(), trial=False)
    return services, services.operators.add_first("Ada Admin", PASSWORD)


def _settle(store: Store) -> None:
    """What PostgreSQL does by itself a minute after an import."""
    if store.keeps_logins:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _type(
    find: peers.Find,
    typed: Iterable[Typed],
    everybody: dict[str, Person],
    *,
    server: Callable[[], float],
    seconds: float = 1e9,
) -> dict[str, Spent]:
    """Type texts key by key until the time is over; figures by kind, and for all keystrokes."""
    spent = {"all keystrokes": Spent()}
    end = time.monotonic() + seconds
    find("warm")
    for each in typed:
        if time.monotonic() > end:
            break
        found: list[str] = []
        rows = (spent.setdefault(each.kind, Spent()), spent["all keystrokes"])
        for keys in keystrokes(each.text):
            worked, clock, own = server(), time.perf_counter(), time.process_time()
            found = find(keys)
            took, used = (time.perf_counter() - clock) * 1000, (time.process_time() - own) * 1000
            used += (server() - worked) * 1000
            for row in rows:
                row.clock.append(took)
                row.processor.append(used)
        first = [everybody[number] for number in found[:10]]
        namesakes = len(first) == 10 and all(answers(each.meant, one) for one in first)
        for row in rows:
            row.met.append(each.person in first or namesakes)
    return spent


def _peers(store: Store, roll: Path, typed: list[Typed], everybody: dict[str, Person]) -> dict[str, dict[str, float]]:
    """The same texts for each peer; all texts, of all kinds, in one line."""
    table = _like(store, typed, everybody)
    lacking = peers.missing()
    for name, what in lacking.items():
        print(f"{name} is left out: {what}")
    give = {"everybody": everybody, "seconds": PEER_SECONDS}
    if "slapd" not in lacking:
        with peers.slapd(roll) as (find, process):
            table["OpenLDAP slapd"] = _type(find, typed, server=_processor(process), **give)["all keystrokes"].row()  # type: ignore[arg-type]
    if "Django admin" not in lacking:
        find = peers.django_admin(store)
        table["Django admin"] = _type(find, typed, server=_none, **give)["all keystrokes"].row()  # type: ignore[arg-type]
    return table


def _like(store: Store, typed: list[Typed], everybody: dict[str, Person]) -> dict[str, dict[str, float]]:
    spent = _type(peers.like(store), typed, everybody, server=_none, seconds=PEER_SECONDS / 3)
    return {"LIKE on addresses": spent["all keystrokes"].row()}


def _none() -> float:
    return 0.0


def _backend(store: Store) -> Callable[[], float]:
    """Seconds of the processor that the search's server process has used; nothing for an embedded store."""
    if not store.keeps_logins:
        return _none
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%search_voters%'"
    with store.read() as connection:
        found = connection.scalar(text(f"{query} AND pid <> pg_backend_pid()"))
    return _processor(int(found)) if found else _none


def _processor(process: int) -> Callable[[], float]:
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


def _print(table: dict[str, dict[str, float]]) -> None:
    heads = "".join(f"{name:>9}" for name in ("p50", "p95", "p99", "max", "cpu p50", "cpu p95", "cpu p99"))
    print(f"{'milliseconds a keystroke':26}{'n':>8}{heads}{'recall@10':>11}")
    for name, row in table.items():
        keys = ("p50", "p95", "p99", "max", "cpu_p50", "cpu_p95", "cpu_p99")
        print(f"{name:26}{row['n']:8}{''.join(f'{row[key]:9.2f}' for key in keys)}{row.get('recall', ''):>11}")


if __name__ == "__main__":
    main()

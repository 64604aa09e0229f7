"""Search, key by key, beside LIKE on the same store: python -m tests.benchmarks.search [--voters N] [--database URL].

Makes a store and a sample roll (or takes --roll FILE), imports it, types texts of every kind (`keystrokes`), and
prints milliseconds a keystroke at the service with the best fifty voters and their addresses, and how often the voter
meant is among the first ten, or all ten answer the text as well. Writes build/search.json. `--database` names an
empty PostgreSQL database; without it the store is a file.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from helpdesk.demo.sample_roll import write_sample
from helpdesk.domain.folding import fold
from helpdesk.domain.roles import Operator
from helpdesk.services import Services, build_services
from helpdesk.services.elections import write_election
from helpdesk.store.engine import Store
from helpdesk.store.schema import address
from helpdesk.store.upgrade import upgrade_store
from tests.benchmarks.keystrokes import EXACT, HARD, SLIPS, Person, answers, keystrokes, people, texts
from tests.conftest import PASSWORD, SetClock, make_context
from tests.elections import election_around

LIKE_KEYSTROKES = 60


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-") as folder:
        roll = asked.roll or Path(folder) / "roll.csv"
        if asked.roll is None:
            write_sample(roll, voters=asked.voters, seed=asked.seed)
        store = Store(asked.database or f"sqlite:///{folder}/store.db")
        try:
            figures = _measure(store, roll, asked.texts, asked.seed)
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
    return parser.parse_args()


def _measure(store: Store, roll: Path, count: int, seed: int) -> dict[str, object]:
    services, operator = _ready(store)
    started = time.perf_counter()
    report = services.rolls.import_roll(operator, roll)
    imported = time.perf_counter() - started
    print(f"{store.engine.dialect.name}: {report.added} voters imported in {imported:.1f} s")
    services.search.warm_up(operator)
    everybody = {person.number: person for person in people(roll, count=report.rows, seed=seed)}
    drawn = people(roll, count=count, seed=seed)
    spent: dict[str, list[float]] = {}
    met: dict[str, list[bool]] = {}
    for typed in texts(drawn, seed=seed):
        hits = ()
        for text in keystrokes(typed.text):
            before = time.perf_counter()
            hits = services.search.search(operator, text)
            spent.setdefault(typed.kind, []).append((time.perf_counter() - before) * 1000)
        first = [everybody[hit.voter] for hit in hits[:10]]
        namesakes = len(first) == 10 and all(answers(typed.text, each) for each in first)
        met.setdefault(typed.kind, []).append(typed.person in first or namesakes)
    like = _like(store, drawn[:LIKE_KEYSTROKES])
    every = sorted(value for values in spent.values() for value in values)
    table = {kind: _row(sorted(spent[kind]), met[kind]) for kind in (*EXACT, *SLIPS, *HARD) if kind in spent}
    table["all keystrokes"] = _row(every, [])
    table["LIKE, the same addresses"] = _row(sorted(like), [])
    _print(table)
    return {"database": store.engine.dialect.name, "voters": report.added, "import_s": imported, "table": table}


def _ready(store: Store) -> tuple[Services, Operator]:
    upgrade_store(store)
    services = build_services(make_context(store, SetClock()))
    with store.write() as connection:
        write_election(connection, election_around(), trial=False)
    return services, services.operators.add_first("Ada Admin", PASSWORD)


def _like(store: Store, drawn: list[Person]) -> list[float]:
    """A substring of an address by LIKE, unranked, the first fifty: what a search without an index costs."""
    spent = []
    with store.read() as connection:
        for person in drawn:
            part = fold(person.tied).partition("@")[0]
            before = time.perf_counter()
            connection.execute(select(address.c.voter_id).where(address.c.folded.contains(part)).limit(50)).all()
            spent.append((time.perf_counter() - before) * 1000)
    return spent


def _row(ordered: list[float], met: list[bool]) -> dict[str, float]:
    share: Callable[[float], float] = lambda part: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 3)  # noqa: E731
    row = {"n": len(ordered), "p50": share(0.5), "p95": share(0.95), "p99": share(0.99), "max": round(ordered[-1], 3)}
    return row | ({"recall": round(sum(met) / len(met), 4)} if met else {})


def _print(table: dict[str, dict[str, float]]) -> None:
    print(f"{'milliseconds a keystroke':26}{'n':>8}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}{'recall@10':>11}")
    for name, row in table.items():
        figures = "".join(f"{row[key]:9.2f}" for key in ("p50", "p95", "p99", "max"))
        print(f"{name:26}{row['n']:8}{figures}{row.get('recall', ''):>11}")


if __name__ == "__main__":
    main()

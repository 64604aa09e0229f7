"""Search, key by key, on both databases and beside its peers: python -m tests.benchmarks.search [--voters N] [--alone].

Makes a sample roll (or takes --roll FILE), imports it into a file and into a PostgreSQL server of its own, types texts
of every kind (`keystrokes`) over a login's own connection, and prints milliseconds a keystroke at the service with the
best fifty voters and their addresses, by the clock and by the processors (client and server), and how often the voter
meant is among the first ten, or all ten answer the text as well: of texts typed key by key, and of many more typed at
once (recall). Then the peers of `peers` and the program get the same texts on one smaller roll, key by key, as many as
they can take in the time. Writes build/search.json and the proof's figures.

With PROOF=full the roll has 1.2 million voters and times are judged; that takes some ten minutes on a quiet machine.
On a machine that does other work too, the processor's time tells more than the clock's; both grow with the load.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from helpdesk.demo.sample_roll import write_sample
from helpdesk.domain.roles import Operator
from helpdesk.services import Services, build_services
from helpdesk.services.elections import write_election
from helpdesk.store.engine import Store
from helpdesk.store.upgrade import upgrade_store
from tests.benchmarks import peers
from tests.benchmarks.keystrokes import EXACT, HARD, SLIPS, Person, Typed, people, texts
from tests.benchmarks.typing_session import ALL, Row, Spent, processor_of, recall, type_texts, untold
from tests.conftest import PASSWORD, SetClock, make_context
from tests.databases import postgresql
from tests.elections import election_around
from tests.proof.figures import Figure, finish, full, paired_ratio, percentile

COMMAND = "PROOF=full python -m tests.benchmarks.search"
VOTERS = 1_200_000 if full() else 20_000
PEER_VOTERS = 120_000 if full() else 10_000
EACH_KIND = 400 if full() else 60
"""Texts of each kind that recall is measured with."""

PEER_SECONDS = 25 if full() else 10
"""How long one peer may type."""

P50_MS, P99_MS, MOST_MS = 0.7, 5.0, 30.0
EXACT_RECALL, SLIP_RECALL = 0.999, 0.99
SLAPD, LIKE, BARE = "OpenLDAP slapd", "LIKE on addresses", "bare SQL on the same index"
_KINDS = (*EXACT, *SLIPS, *HARD)


@dataclass(frozen=True, slots=True)
class Roll:
    """A roll and what is typed for its voters."""

    path: Path
    everybody: dict[str, Person]
    typed: list[Typed]
    more: list[Typed]
    """Typed at once, for recall."""

    @classmethod
    def of(cls, path: Path, *, count: int, seed: int, each_kind: int = EACH_KIND) -> "Roll":
        """Texts for `count` voters drawn from a roll, and for recall so many more of each kind."""
        everybody = {person.number: person for person in people(path, count=sys.maxsize, seed=seed)}
        rng = random.Random(seed)
        known = list(everybody.values())
        drawn = rng.sample(known, min(count, len(known)))
        typed = list(texts(drawn, seed=seed))
        rng.shuffle(typed)  # a peer that is stopped in time has typed some of every kind
        more = list(texts(rng.sample(known, min(each_kind * len(_KINDS), len(known))), seed=seed + 1))
        return cls(path, everybody, typed, more)


def main() -> int:
    """Measure, print, write; 1 if a promise is broken."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-") as folder:
        path = asked.roll or Path(folder) / "roll.csv"
        if asked.roll is None:
            write_sample(path, voters=asked.voters, seed=asked.seed)
        large = _on_both(Roll.of(path, count=asked.texts, seed=asked.seed), asked.only)
        small: list[dict] = []
        theirs: dict[str, Spent] = {}
        if not asked.alone:
            path = Path(folder) / "small.csv"
            write_sample(path, voters=asked.peer_voters, seed=asked.seed)
            roll = Roll.of(path, count=asked.texts, seed=asked.seed, each_kind=0)
            small = _on_both(roll, asked.only)
            theirs = _peers(roll)
            _print(f"peers, {len(roll.everybody):,} voters", {name: each.row() for name, each in theirs.items()})
    Path("build").mkdir(exist_ok=True)
    rows = {name: each.row() for name, each in theirs.items()}
    told = [{name: value for name, value in each.items() if name != "spent"} for each in (*large, *small)]
    Path("build/search.json").write_text(json.dumps([*told, rows], indent=2), encoding="utf-8")
    figures = [figure for each in large for figure in (*_promised(each), *_beside(each, each["spent"][1]))]
    figures += [figure for each in small for figure in (*_against(each, rows.get(SLAPD)), *_beside(each, theirs))]
    return finish("search", figures)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voters", type=int, default=VOTERS)
    parser.add_argument("--peer-voters", type=int, default=PEER_VOTERS)
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--roll", type=Path)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database, not both")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    return parser.parse_args()


def _on_both(roll: Roll, only: str | None) -> list[dict]:
    found = []
    for database in (only,) if only else ("sqlite", "postgresql"):
        with _empty(database) as store:
            found.append(measure(store, roll))
    return found


@contextmanager
def _empty(database: str) -> Iterator[Store]:
    """A store without tables: a file, or a server with a quarter of the memory, as its manual advises."""
    if database == "sqlite":
        with (
            tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-") as folder,
            _closing(f"sqlite:///{folder}/a.db") as s,
        ):
            yield s
        return
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4 >> 20
    with postgresql(durable=False, memory_mib=memory) as url, _closing(f"{url}/postgres") as store:
        yield store


@contextmanager
def _closing(url: str) -> Iterator[Store]:
    store = Store(url)
    try:
        yield store
    finally:
        store.close()


def measure(store: Store, roll: Roll) -> dict:
    """Import a roll into an empty store and type its texts; a table by kinds of texts, of `Spent.row`."""
    services, operator = _ready(store)
    started = time.perf_counter()
    report = services.rolls.import_roll(operator, roll.path)
    imported = time.perf_counter() - started
    _settle(store)
    with _logged_in(store) as (desk, agent):
        desk.search.warm_up(agent)
        find: peers.Find = lambda each: [hit.voter for hit in desk.search.search(agent, each)]  # noqa: E731
        spent = type_texts(find, roll.typed, roll.everybody, server=_backend(store))
        met = recall(find, roll.more, roll.everybody)
    others = {LIKE: type_texts(peers.like(store), roll.typed, roll.everybody, server=untold, seconds=PEER_SECONDS / 3)}
    with peers.bare_index(store) as bare:
        others[BARE] = type_texts(bare, roll.typed, roll.everybody, server=untold)
    table = {kind: spent[kind].row() for kind in (*_KINDS, ALL) if kind in spent}
    for kind, (hits, tried) in met.items():
        if kind in table:
            table[kind] |= {"recall": round(hits / tried, 4)}
    theirs = {name: each[ALL] for name, each in others.items()}
    table |= {name: each.row() for name, each in theirs.items()}
    name = f"{store.engine.dialect.name}, {report.added:,} voters"
    _print(f"{name}, imported in {imported:.0f} s, load {os.getloadavg()[0]:.1f}", table)
    return {
        "name": name, "database": store.engine.dialect.name, "voters": report.added, "import_s": imported,
        "load": os.getloadavg()[0], "recall": met, "table": table, "spent": (spent[ALL], theirs),
    }  # fmt: skip


def _ready(store: Store) -> tuple[Services, Operator]:
    upgrade_store(store)
    services = build_services(make_context(store, _clock(store)))
    with store.write() as connection:
        write_election(connection, election_around(), trial=False)
    return services, services.operators.add_first("Ada Admin", PASSWORD)


def _clock(store: Store) -> Callable[[], datetime]:
    """A server goes by its own clock."""
    return (lambda: datetime.now(UTC)) if store.keeps_logins else SetClock()


@contextmanager
def _logged_in(store: Store) -> Iterator[tuple[Services, Operator]]:
    """Services as a desk has them: on a server, over connections of the operator's own login."""
    with _closing(str(store.url)) as own:
        services = build_services(make_context(own, _clock(own)))
        yield services, services.operators.log_in("Ada Admin", PASSWORD)


def _settle(store: Store) -> None:
    """What PostgreSQL does by itself a minute after an import."""
    if store.keeps_logins:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _peers(roll: Roll) -> dict[str, Spent]:
    """The same texts for each peer, of all kinds."""
    table: dict[str, Spent] = {}
    lacking = peers.missing()
    for name, what in lacking.items():
        print(f"{name} is left out: {what}")
    if "slapd" not in lacking:
        with peers.slapd(roll.path) as (find, process):
            used = processor_of(process)
            spent = type_texts(find, roll.typed, roll.everybody, server=used, seconds=PEER_SECONDS)
            table[SLAPD] = spent[ALL]
    if "Django admin" not in lacking:
        with _empty("sqlite") as store:
            services, operator = _ready(store)
            services.rolls.import_roll(operator, roll.path)
            find = peers.django_admin(store)
            spent = type_texts(find, roll.typed, roll.everybody, server=untold, seconds=PEER_SECONDS)
            table["Django admin"] = spent[ALL]
    return table


def _backend(store: Store) -> Callable[[], float]:
    """Seconds of the processor that the search's server process has used; nothing for an embedded store."""
    if not store.keeps_logins:
        return untold
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%search_voters%'"
    with store.read() as connection:
        found = connection.scalar(text(f"{query} AND pid <> pg_backend_pid()"))
    return processor_of(int(found)) if found else untold


def _promised(found: dict) -> list[Figure]:
    """What is promised of a large roll."""
    every, name = found["table"][ALL], found["name"]
    note = f"load {found['load']:.1f}; processor: p50 {every['cpu_p50']}, p99 {every['cpu_p99']} ms"
    figures = [
        Figure(f"a key, {what} ({name})", every[what], "ms", COMMAND, asked=f"≤ {limit:g} ms",
               kept=every[what] <= limit, timed=True, note=note)
        for what, limit in (("p50", P50_MS), ("p99", P99_MS), ("max", MOST_MS))
    ]  # fmt: skip
    for what, kinds, least in (("as it is", EXACT, EXACT_RECALL), ("with one slip", SLIPS, SLIP_RECALL)):
        tried = [found["recall"][kind] for kind in kinds if kind in found["recall"]]
        share = sum(met for met, _ in tried) / sum(count for _, count in tried)
        worst = min(kinds, key=lambda kind: found["table"].get(kind, {"recall": 1})["recall"])
        note = f"{sum(count for _, count in tried)} texts; least: {worst}"
        kept = share >= least if full() else None
        recalled = f"recall among ten of a text {what} ({name})"
        figures.append(Figure(recalled, round(share, 4), "", COMMAND, asked=f"≥ {least:g}", kept=kept, note=note))
    return figures


def _beside(found: dict, theirs: dict[str, Spent]) -> list[Figure]:
    """Each of the others beside the program, key by key that both find somebody for, as far as they came in time."""
    ours, name = found["spent"][0], found["name"]
    figures = []
    for other, each in theirs.items():
        pairs = [
            (mine, its)
            for mine, its, *both in zip(ours.clock, each.clock, ours.found, each.found, strict=False)
            if all(both)
        ]
        ratio = paired_ratio(*zip(*pairs, strict=True)) if pairs else None
        figures.append(
            Figure(f"a key beside {other} ({name})", round(percentile(ours.clock, 0.5), 3), "ms", COMMAND,
                   compared_with=f"{other}: p50 {percentile(each.clock, 0.5):.3f} ms",
                   ratio=ratio, timed=True, note=_recalls(ours, each))
        )  # fmt: skip
    return figures


def _recalls(ours: Spent, theirs: Spent) -> str:
    tried = len(theirs.met)
    return f"recall@10 of {tried} texts of all kinds: {ours.recall(tried):.3f}, theirs {theirs.recall():.3f}"


def _against(found: dict, theirs: Row | None) -> list[Figure]:
    """The same roll, texts and run as a directory's."""
    every = found["table"][ALL]
    return [
        Figure(f"a key, {what} ({found['name']})", every[what], "ms", COMMAND, compared_with=SLAPD,
               asked=f"< {theirs[what]} ms", kept=every[what] < theirs[what], timed=True,
               note=f"recall {every['recall']}, theirs {theirs['recall']}")
        for what in ("p50", "p95", "p99") if theirs
    ]  # fmt: skip


def _print(title: str, table: dict[str, Row]) -> None:
    heads = "".join(f"{name:>9}" for name in ("p50", "p95", "p99", "max", "cpu p50", "cpu p95", "cpu p99"))
    print(f"\n{title}\n{'milliseconds a keystroke':26}{'n':>8}{heads}{'recall@10':>11}")
    for name, row in table.items():
        keys = ("p50", "p95", "p99", "max", "cpu_p50", "cpu_p95", "cpu_p99")
        print(
            f"{name:26}{row['n']:8}{''.join(f'{row[key]:9.2f}' for key in keys)}{row.get('recall', ''):>11}", flush=True
        )


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())

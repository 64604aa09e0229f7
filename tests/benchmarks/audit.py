"""Audited transactions a second with many writers at once on PostgreSQL, against the same writes without a trail.

`python -m tests.benchmarks.audit [--writers N] [--seconds S]`. The server is durable (fsync on). Each transaction adds
a row to the trail, over a login and a connection of its own; then whole pages are opened. Writes
build/proof/audit.json; rounds with and without the trail take turns, so that the ratio holds on a busy machine.
"""

import argparse
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, text

from helpdesk.domain.audit import Action, verify_chain
from helpdesk.domain.roles import Role
from helpdesk.services import build_services
from helpdesk.services.elections import write_election
from helpdesk.store.audit_chain import append, walk_chain
from helpdesk.store.engine import Store
from helpdesk.store.upgrade import upgrade_store
from tests.conftest import PASSWORD, make_context
from tests.databases import postgresql
from tests.elections import election_around
from tests.proof.figures import Figure, finish, full, paired_ratio
from tests.voters import VoterMaker

COMMAND = "python -m tests.benchmarks.audit"
PROMISED = 300
ROUNDS = 5


def clock() -> datetime:
    return datetime.now(UTC)


def at_once(works, seconds: float) -> float:
    """How often a second all of them together got through, each in a thread of its own."""
    counts = [0] * len(works)
    gate, end = threading.Barrier(len(works)), time.monotonic() + seconds

    def repeat(place):
        gate.wait()
        while time.monotonic() < end:
            works[place]()
            counts[place] += 1

    threads = [threading.Thread(target=repeat, args=(place,)) for place in range(len(works))]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def measure(server: str, writers: int, seconds: float) -> list[Figure]:
    owner = Store(f"{server}/audit")
    upgrade_store(owner)
    with owner.write() as connection:
        write_election(connection, election_around(clock() - timedelta(days=7)), trial=False)
    context = make_context(owner, clock)
    add = VoterMaker(context)
    build_services(context).operators.add_first("boss", PASSWORD)
    url = f"{server.replace('postgres@', '')}/audit"
    boss_store = Store(url)
    boss = build_services(make_context(boss_store, clock))
    who = boss.operators.log_in("boss", PASSWORD)
    stores, rows_only, transactions, views = [boss_store], [], [], []
    for place in range(writers):
        boss.operators.add(who, f"desk {place}", role=Role.AGENT, password=PASSWORD)
        store, number = Store(url), add()
        stores.append(store)
        services = build_services(make_context(store, clock))
        actor = services.operators.log_in(f"desk {place}", PASSWORD)
        rows_only.append(lambda store=store: audited(store))
        transactions.append(lambda store=store: unaudited(store))
        views.append(lambda services=services, actor=actor, number=number: services.voters.open(actor, number))
    with_trail, without = [], []
    for _ in range(ROUNDS):
        without.append(at_once(transactions, seconds))
        with_trail.append(at_once(rows_only, seconds))
    opened = at_once(views, seconds)
    with owner.read() as connection:
        began = time.perf_counter()
        head = verify_chain(walk_chain(connection))
        verified = head.seq / (time.perf_counter() - began)
    for store in (*stores, owner):
        store.close()
    best = sorted(with_trail)[len(with_trail) // 2]
    return [
        Figure(name=f"audited transactions a second, {writers} writers", value=round(best), unit="/s", command=COMMAND,
               compared_with="the same without a row of the trail", ratio=paired_ratio(with_trail, without),
               asked=f"≥ {PROMISED}/s", kept=best >= PROMISED, timed=True),
        Figure(name=f"voters' pages opened a second, {writers} desks", value=round(opened), unit="/s", command=COMMAND,
               timed=True, note="All of a page's queries, in one process; the desks of a cell are one process each."),
        Figure(name="rows of the trail verified a second", value=round(verified), unit="/s", command=COMMAND,
               timed=True, note=f"A chain of {head.seq} rows, whole."),
    ]  # fmt: skip


def audited(store: Store) -> None:
    with store.write() as connection:
        append(connection, at=clock(), actor="", action=Action.LOGIN)


def unaudited(store: Store) -> None:
    """The same round trips and a commit that has to reach the disk, without the chain's lock."""
    with store.write() as connection:
        connection.execute(text("SELECT pg_current_xact_id(), pg_notify('bench', 'x')"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3 if full() else 1)
    given = parser.parse_args()
    with postgresql(durable=True) as server:
        engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE audit"))
        engine.dispose()
        return finish("audit", measure(server, given.writers, given.seconds))


if __name__ == "__main__":
    sys.exit(main())

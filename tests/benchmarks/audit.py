"""The audit trail: transactions a second with many writers, what a row costs beside a bare INSERT, and its proof.

`python -m tests.benchmarks.audit [--writers N] [--seconds S]`. The server is durable (fsync on). Each transaction adds
a row to the trail, over a login and a connection of its own; then whole pages are opened. Writes
build/proof/audit.json; rounds with and without the trail take turns, so that the ratio holds on a busy machine.

On both databases, one writer alone appends rows in transactions of their own beside bare INSERTs of the same rows into
a table without a chain; and a whole chain is verified beside bare SHA-256 over the same bytes, kept in memory.
"""

import argparse
import hashlib
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, MetaData, Table, create_engine, insert, text

from helpdesk.domain.audit import GENESIS, Action, Outcome, content_of, verify_chain
from helpdesk.domain.roles import Role
from helpdesk.services import build_services
from helpdesk.services.elections import write_election
from helpdesk.store.audit_chain import Entry, append, append_all, walk_chain
from helpdesk.store.engine import Store
from helpdesk.store.schema import audit_event
from helpdesk.store.upgrade import upgrade_store
from tests.conftest import PASSWORD, make_context
from tests.databases import postgresql
from tests.elections import election_around
from tests.proof.figures import Figure, finish, full, paired_ratio
from tests.voters import VoterMaker

COMMAND = "python -m tests.benchmarks.audit"
PROMISED = 300
ROUNDS = 5
CHAIN, BATCH = 20_000, 500
"""Rows of the chain that is verified, and how many are appended at once while it is made."""
REASON = "asked for the mail again, none had come"


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
    by_one = alone(owner, "PostgreSQL", seconds)
    for store in (*stores, owner):
        store.close()
    best = sorted(with_trail)[len(with_trail) // 2]
    return [
        Figure(name=f"audited transactions a second, {writers} writers", value=round(best), unit="/s", command=COMMAND,
               compared_with="the same without a row of the trail", ratio=paired_ratio(with_trail, without),
               asked=f"≥ {PROMISED}/s", kept=best >= PROMISED, timed=True),
        Figure(name=f"voters' pages opened a second, {writers} desks", value=round(opened), unit="/s", command=COMMAND,
               timed=True, note="All of a page's queries, in one process; the desks of a cell are one process each."),
        *by_one,
    ]  # fmt: skip


def alone(store: Store, kind: str, seconds: float) -> list[Figure]:
    """One writer's rows beside bare INSERTs; then the proof of a chain beside bare SHA-256."""
    with store.write() as connection:
        connection.exec_driver_sql("CREATE TABLE bare AS SELECT * FROM audit_event WHERE 1 = 0")
    bare = Table("bare", MetaData(), *(Column(each.name, each.type) for each in audit_event.columns))
    row = {"seq": 1, "at": clock(), "actor": "boss", "action": Action.LOGIN, "outcome": Outcome.DONE, "detail": {},
           "content_hash": "0" * 64, "hash": "0" * 64}  # fmt: skip

    def insert_bare() -> None:
        with store.write() as connection:
            connection.execute(insert(bare), row)

    chained, plain = [], []
    for _ in range(ROUNDS):
        plain.append(at_once([insert_bare], seconds))
        chained.append(at_once([lambda: audited(store, "boss")], seconds))
    with store.write() as connection:
        for _ in range(CHAIN // BATCH):
            append_all(
                connection, at=clock(), actor="boss", entries=[Entry(Action.VOTER_VIEWED, reason=REASON)] * BATCH
            )
    proofs, hashes = [], []
    for _ in range(ROUNDS):
        with store.read() as connection:
            began = time.process_time()
            head = verify_chain(walk_chain(connection))
            proofs.append(head.seq / (time.process_time() - began))
            contents = [content_of(each) for each in walk_chain(connection)]
        began = time.process_time()
        last = GENESIS
        for content in contents:
            last = hashlib.sha256((last + hashlib.sha256(content).hexdigest()).encode()).hexdigest()
        hashes.append(len(contents) / (time.process_time() - began))
        assert last == head.hash, "not the same bytes"
    middle = sorted(proofs)[ROUNDS // 2]
    return [
        Figure(name=f"rows appended a second by one writer, {kind}", value=round(sorted(chained)[ROUNDS // 2]),
               unit="/s", command=COMMAND, compared_with="bare INSERT of the same row, in a transaction of its own",
               ratio=paired_ratio(chained, plain), timed=True),
        Figure(name=f"rows of the trail verified a second, {kind}", value=round(middle), unit="/s", command=COMMAND,
               compared_with="bare SHA-256 over the same bytes, in memory", ratio=paired_ratio(proofs, hashes),
               timed=True, note=f"A chain of {head.seq} rows, read from the store, by the processor's time."),
    ]  # fmt: skip


def audited(store: Store, actor: str = "") -> None:
    with store.write() as connection:
        append(connection, at=clock(), actor=actor, action=Action.LOGIN)


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
        figures = measure(server, given.writers, given.seconds)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/store.db")
        upgrade_store(store)
        figures += alone(store, "SQLite", given.seconds)
        store.close()
    return finish("audit", figures)


if __name__ == "__main__":
    sys.exit(main())

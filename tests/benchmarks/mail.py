"""Mails a second against bare smtplib, the cost of a claim as the outbox grows, and the mailer's memory.

`python -m tests.benchmarks.mail [--mails N] [--rounds N] [--queued N N …]`. Both ways send the same bytes over one
connection to the same sink, in turn, a short while each, so that what else the machine does falls on both. Prints
tables, writes build/mail.json; exits 1 in the proof's full form when a promise is broken.
"""

import argparse
import gc
import json
import os
import shutil
import smtplib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import delete, func, insert, select, text

from helpdesk.adapters.mail_templates import MailTemplates
from helpdesk.adapters.smtp import SmtpTransport
from helpdesk.domain.states import AccountState, MailFate, MailKind
from helpdesk.mailer.delivery import Delivery, Letterhead
from helpdesk.resource_files import resource
from helpdesk.services.elections import write_election
from helpdesk.services.mail_queue import new_mail
from helpdesk.services.outbox import Outbox
from helpdesk.store.engine import Store
from helpdesk.store.schema import account, address, establishment, outbox, voter
from helpdesk.store.upgrade import upgrade_store
from tests.conftest import make_context
from tests.databases import postgresql
from tests.elections import election_around
from tests.proof.figures import Figure, Ratio, Series, finish, paired_ratio

KEY = bytes(range(32))
LETTERHEAD = Letterhead("elections@ac-rennes.example", "", "https://portail.example.org", "bounces@ac-rennes.example")
DOMAINS = 30
VOTERS = 5_000
SHARE_OF_SMTPLIB, GROWTH_OF_CLAIMS, MEMORY_MB = 0.70, 2.0, 10.0  # what is asked


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--mails", type=int, default=600)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--queued", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    chosen = options.parse_args()
    results: dict[str, object] = {}
    with ExitStack() as stack:
        for name, url in databases(stack):
            store = Store(url)
            stack.callback(store.close)
            upgrade_store(store)
            context = make_context(store, lambda: datetime.now(UTC))
            fill(store)
            results[f"rate {name}"] = rates(context, chosen.mails, chosen.rounds)
            results[f"claim {name}"] = claims(context, chosen.queued)
    build = Path("build")
    build.mkdir(exist_ok=True)
    (build / "mail.json").write_text(json.dumps(results, indent=2))
    return finish("mail", [each for name in ("SQLite", "PostgreSQL") for each in shown(name, results)])


def shown(name: str, results: dict) -> list[Figure]:
    """The same in the proof's form."""
    command = "python -m tests.benchmarks.mail"
    rate, claim = results[f"rate {name}"], results[f"claim {name}"]
    memory = float(rate["memory growth MB"])
    sizes = [(float(size.split()[0]), float(found["claim of 64, ms"])) for size, found in claim.items()]
    ratio = Ratio(**rate["pairs"])
    growth = Series(name, tuple(sizes), x="mails queued", y="ms for a claim of 64", log=True)
    grown = sizes[-1][1] / sizes[0][1]
    return [
        Figure(
            f"mails a second, {name}",
            float(rate["mailer mails/s"]),
            "mails/s",
            command,
            "bare smtplib",
            ratio,
            asked=f"≥ {SHARE_OF_SMTPLIB:.2f} × bare smtplib",
            kept=ratio.median >= SHARE_OF_SMTPLIB,
            timed=True,
        ),
        Figure(f"the mailer's processor time for a mail, {name}", float(rate["mailer us of CPU/mail"]), "µs", command),
        Figure(f"memory gained, {name}", memory, "MB", command, asked=f"≤ {MEMORY_MB} MB", kept=memory <= MEMORY_MB),
        Figure(
            f"claim of 64, {name}",
            sizes[-1][1],
            "ms",
            command,
            f"{sizes[0][0]:.0f} queued: {sizes[0][1]} ms",
            asked=f"≤ {GROWTH_OF_CLAIMS} × as long with {sizes[-1][0]:.0f} queued",
            kept=grown <= GROWTH_OF_CLAIMS,
            timed=True,
            series=(growth,),
        ),
    ]


def databases(stack):
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-mail-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    yield "SQLite", f"sqlite:///{folder / 'store.db'}"
    yield "PostgreSQL", stack.enter_context(postgresql(durable=True)) + "/postgres"


def fill(store: Store) -> None:
    now = datetime.now(UTC)
    with store.write() as connection:
        write_election(connection, election_around(now), trial=True)
        connection.execute(insert(establishment).values(id=1, code="0350001L", name="Collège Jean Moulin"))
        ids = range(1, VOTERS + 1)
        connection.execute(
            insert(voter),
            [
                {
                    "id": each,
                    "number": str(10_000_000 + each),
                    "family_name": "Le Goff",
                    "first_name": "Hélène",
                    "birth_date": date(1980, 3, 4),
                    "establishment_id": 1,
                    "academy": "Rennes",
                    "department": "35",
                    "corps": "Professeur certifié",
                }
                for each in ids
            ],
        )
        connection.execute(
            insert(address),
            [{"voter_id": each, "address": tied(each), "folded": tied(each), "tied": True} for each in ids],
        )
        connection.execute(insert(account), [{"voter_id": each, "state": AccountState.INVITED} for each in ids])


def tied(each: int) -> str:
    return f"helene.le-goff{each}@ac-{each % DOMAINS}.example"


def queue(context, count: int, *, campaign: int | None = None) -> None:
    now = context.clock()
    with context.store.write() as connection:
        for start in range(0, count, 10_000):
            rows = []
            for place in range(start, min(start + 10_000, count)):
                each = place % VOTERS + 1
                rows.append(
                    new_mail(
                        context,
                        each,
                        kind=MailKind.ACTIVATION,
                        language="fr",
                        to=tied(each),
                        generation=0,
                        now=now,
                        campaign=campaign,
                    )
                )
            connection.execute(insert(outbox), rows)


def queue_many(context, count: int) -> None:
    """Mails of a campaign, ten thousand by the program and the others copied from them by the database."""
    first = min(count, 10_000)
    queue(context, first + count % first, campaign=1)
    copied = [column for column in outbox.c if column.name not in {"id", "message_id"}]
    names = ["message_id", *(column.name for column in copied)]
    with context.store.write() as connection:
        for copy in range(1, count // first):
            rows = select(outbox.c.message_id.concat(f"+{copy}"), *copied).order_by(outbox.c.id).limit(first)
            connection.execute(insert(outbox).from_select(names, rows))


def empty(context) -> None:
    with context.store.write() as connection:
        connection.execute(text("DELETE FROM one_time_link"))
        connection.execute(delete(outbox))


# --- mails a second


def rates(context, mails: int, rounds: int) -> dict[str, object]:
    bare_rates, own_rates, processor = [], [], []
    with sink() as port, delivering(context, port) as delivery:
        queue(context, mails)
        deliver(context, delivery)  # as it is after a while: with large batches
        empty(context)
        for _ in range(rounds):
            letters = [(LETTERHEAD.sender, tied(each), content) for each, content in composed(context, mails)]
            bare_rates.append(mails / timed(lambda letters=letters: bare(port, letters)))
            queue(context, mails)
            began = time.process_time()
            own_rates.append(mails / timed(lambda: deliver(context, delivery)))
            processor.append((time.process_time() - began) / mails * 1e6)
            empty(context)
        memory = memory_growth(context, delivery, mails)
    ratios = [own / plain for own, plain in zip(own_rates, bare_rates, strict=True)]
    found = {
        "mails": mails,
        "smtplib mails/s": round(statistics.median(bare_rates)),
        "mailer mails/s": round(statistics.median(own_rates)),
        "ratio": round(statistics.median(ratios), 3),
        "mailer us of CPU/mail": round(statistics.median(processor)),
        "pairs": asdict(paired_ratio(own_rates, bare_rates)),
        "memory growth MB": memory,
    }
    show(context, found)
    return found


def composed(context, count: int) -> list[tuple[int, bytes]]:
    """The very bytes that the mailer sends."""
    kept: list[tuple[int, bytes]] = []

    delivery = make_delivery(context, SmtpTransport(host="127.0.0.1", port=1, security="none"))  # never connects
    queue(context, count)
    box = Outbox(context)
    while claimed := box.claim("benchmark", limit=500):
        facts = box.facts_of(claimed)
        for mail in claimed:
            link = "https://portail.example.org/activate/" + "a" * 43
            letter = delivery.letter(mail, facts[mail.id], link)
            kept.append((int(mail.voter) - 10_000_000, letter.content))
    empty(context)
    return kept


def bare(port: int, letters) -> None:
    connection = smtplib.SMTP("127.0.0.1", port)
    connection.ehlo()
    for sender, recipient, content in letters:
        connection.sendmail(sender, [recipient], content)
    connection.quit()


def make_delivery(context, transport) -> Delivery:
    return Delivery(
        outbox=Outbox(context),
        transport=transport,
        renderer=MailTemplates(resource("mail")),
        clock=context.clock,
        key=KEY,
        letterhead=LETTERHEAD,
        worker="benchmark",
        lease_seconds=60,
    )


@contextmanager
def delivering(context, port: int):
    delivery = make_delivery(context, SmtpTransport(host="127.0.0.1", port=port, security="none"))
    yield delivery
    delivery.close()


def deliver(context, delivery: Delivery) -> None:
    stop = threading.Event()
    while delivery.deliver_due(stop=stop):
        pass
    with context.store.read() as connection:
        left = connection.scalar(select(func.count()).where(outbox.c.fate != MailFate.ACCEPTED))
    assert left == 0, f"{left} mails were not delivered"


def memory_growth(context, delivery: Delivery, mails: int) -> float:
    """Megabytes that the process gains while it delivers ten times as many mails again."""
    gc.collect()
    before = resident()
    for _ in range(10):
        queue(context, mails)
        deliver(context, delivery)
        empty(context)
    gc.collect()
    return round(resident() - before, 1)


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# --- claims


def claims(context, sizes: list[int]) -> dict[str, object]:
    found: dict[str, object] = {}
    box = Outbox(context)
    for size in sizes:
        empty(context)
        queue_many(context, size)
        if context.store.path is None:
            with context.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE outbox"))
        spent = []
        for place in range(60):
            started = time.perf_counter()
            claimed = box.claim(f"worker {place}", limit=64)
            spent.append((time.perf_counter() - started) * 1000)
            assert len(claimed) == 64
        found[f"{size} queued"] = {"claim of 64, ms": round(statistics.median(spent), 2)}
        started = time.perf_counter()
        queue(context, 1)
        (asked,) = box.claim("urgent", limit=1)
        found[f"{size} queued"]["asked mail first"] = asked.priority == 0
        found[f"{size} queued"]["asked mail, ms"] = round((time.perf_counter() - started) * 1000, 2)
    empty(context)
    show(context, found)
    return found


def show(context, found: dict[str, object]) -> None:
    print(context.store.engine.dialect.name)
    for name, value in found.items():
        print(f"  {name:24} {value}")


def timed(what) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


@contextmanager
def sink():
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.mail_sink"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    sys.exit(main())

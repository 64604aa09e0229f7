"""Kill the mailer (SIGKILL) at random points, again and again, and count what was lost or doubled.

`python -m tests.trials.mailer_kills [--kills 300] [--mails 5000] [--on sqlite|postgresql]`: prints a table, writes
build/mailer-kills-*.json, and exits 1 unless every promise held: no mail lost; doubles only of mails that the server
had accepted and the mailer had not recorded when it was killed; each double under the same Message-ID with the same
link, which works.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from helpdesk.domain.links import token_hash
from helpdesk.domain.states import MailFate
from helpdesk.store.engine import Store
from helpdesk.store.schema import one_time_link, outbox
from helpdesk.store.upgrade import upgrade_store
from tests.benchmarks.mail import fill, queue
from tests.conftest import make_context
from tests.databases import postgresql
from tests.proof.figures import Figure, write

SETTLE_SECONDS = 0.05  # for a mail that the server had whole when its sender was killed


@dataclass
class Figures:
    """What a trial found."""

    kills: int
    kills_before_the_first_mail: int
    mails: int
    lost: int
    doubled: int
    doubled_unexpectedly: int
    doubled_with_another_link: int
    links_that_do_not_work: int
    not_recorded_as_accepted: int

    @property
    def kept(self) -> bool:
        """True when every promise held."""
        return not (
            self.lost
            or self.doubled_unexpectedly
            or self.doubled_with_another_link
            or self.links_that_do_not_work
            or self.not_recorded_as_accepted
        )


class Sink:
    """The server, in a process of its own: what it accepted, by Message-ID, with the links."""

    def __init__(self) -> None:
        self.accepted: dict[str, list[str]] = defaultdict(list)
        self.count = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.mail_sink", "--tell"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._process.stdout.readline())
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        for line in self._process.stdout:
            _to, message_id, link = line.split()
            self.accepted[message_id].append(link)
            self.count += 1

    def close(self) -> None:
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._thread.join(5)
        self._process.stdout.close()


def run(database: str, *, kills: int, mails: int, seed: int = 1) -> Figures:
    """One trial on an empty database."""
    rng = random.Random(seed)
    store = Store(database)
    upgrade_store(store)
    fill(store)
    queue(make_context(store, lambda: datetime.now(UTC)), mails)
    sink = Sink()
    unrecorded: set[str] = set()
    early = 0
    try:
        for _ in range(kills):
            before = sink.count
            process = start(database, sink.port)
            wait_for_mails(sink, process, rng.randint(0, 2 * mails // (3 * kills)))
            time.sleep(rng.uniform(0, 0.01))
            process.kill()
            process.wait()
            process.stdout.close()
            time.sleep(SETTLE_SECONDS)
            early += sink.count == before
            with store.read() as connection:
                held = set(connection.scalars(select(outbox.c.message_id).where(outbox.c.fate == MailFate.SENDING)))
            unrecorded |= held & set(sink.accepted)
        last = start(database, sink.port)
        last.wait(600)
        last.stdout.close()
        return figures(store, sink, unrecorded, kills=kills, early=early, mails=mails)
    finally:
        sink.close()
        store.close()


def start(database: str, port: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.trials.one_mailer", database, str(port)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def wait_for_mails(sink: Sink, process: subprocess.Popen[str], count: int) -> None:
    """Until the server has so many mails more, or the mailer found nothing more to do."""
    wanted, deadline = sink.count + count, time.monotonic() + 30
    while sink.count < wanted and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.0005)


def figures(store: Store, sink: Sink, unrecorded: set[str], *, kills: int, early: int, mails: int) -> Figures:
    with store.read() as connection:
        wanted = set(connection.scalars(select(outbox.c.message_id)))
        accepted = connection.scalar(select(func.count()).where(outbox.c.fate == MailFate.ACCEPTED))
        live = set(connection.scalars(select(one_time_link.c.token_hash).where(one_time_link.c.replaced.is_(None))))
    doubled = {message for message, links in sink.accepted.items() if len(links) > 1}
    every = list(sink.accepted.values())
    return Figures(
        kills=kills,
        kills_before_the_first_mail=early,
        mails=mails,
        lost=len(wanted - set(sink.accepted)),
        doubled=len(doubled),
        doubled_unexpectedly=len(doubled - unrecorded),
        doubled_with_another_link=sum(len(set(links)) > 1 for links in every),
        links_that_do_not_work=sum(token_hash(links[-1].rpartition("/")[2]) not in live for links in every),
        not_recorded_as_accepted=mails - (accepted or 0),
    )


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--mails", type=int, default=5_000)
    options.add_argument("--on", choices=["sqlite", "postgresql"], default="sqlite")
    chosen = options.parse_args()
    with ExitStack() as stack:
        if chosen.on == "sqlite":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="helpdesk-kills-")))
            database = f"sqlite:///{folder / 'store.db'}"
        else:
            database = stack.enter_context(postgresql(durable=True)) + "/postgres"
        found = run(database, kills=chosen.kills, mails=chosen.mails)
    for name, value in asdict(found).items():
        print(f"{name.replace('_', ' '):32} {value}")
    build = Path("build")
    build.mkdir(exist_ok=True)
    (build / f"mailer-kills-{chosen.on}.json").write_text(json.dumps(asdict(found), indent=2))
    shown = Figure(
        f"kill -9 of the mailer on {chosen.on}: what is wrong",
        0 if found.kept else 1,
        f"of {chosen.kills} kills, {chosen.mails} mails",
        "python -m tests.trials.mailer_kills",
        asked="0",
        kept=found.kept,
        note=", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in asdict(found).items()),
    )
    write("mailer-kills", [shown])
    return 0 if found.kept else 1


if __name__ == "__main__":
    sys.exit(main())

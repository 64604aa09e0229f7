"""Kill the mailer (SIGKILL) at random points, again and again, and count what was lost or doubled.

`python -m tests.trials.mailer_kills [--kills 300] [--mails 5000] [--on sqlite|postgresql|both]`: prints a table, writes
build/mailer-kills-*.json, and exits 1 unless every promise held: no mail lost; doubles only of mails that the server
had accepted and the mailer had not recorded when it was killed, no more of them than a mailer may be ahead of its
store; each double under the same Message-ID with the same link, which works.
"""

import argparse
import contextlib
import json
import os
import random
import select as polling
import signal
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
from helpdesk.mailer.answers import MOST_UNRECORDED
from helpdesk.store.engine import Store
from helpdesk.store.schema import one_time_link, outbox
from helpdesk.store.upgrade import upgrade_store
from tests.benchmarks.mail import fill, queue
from tests.conftest import make_context
from tests.databases import postgresql
from tests.proof.figures import Figure, finish

SETTLE_SECONDS = 0.05  # for a mail that the server had whole when its sender was killed
SOON, DEEP = (0, 12), (40, 120)  # mails after which a mailer is killed; one in ten deep in a large batch


@dataclass
class Figures:
    """What a trial found."""

    kills: int
    kills_before_the_first_mail: int
    mails: int
    lost: int
    doubled: int
    most_accepted_and_unrecorded_at_a_kill: int
    doubled_unexpectedly: int
    doubled_with_another_link: int
    links_that_do_not_work: int
    not_recorded_as_accepted: int

    @property
    def kept(self) -> bool:
        """True when every promise held."""
        return not (
            self.lost
            or self.most_accepted_and_unrecorded_at_a_kill > MOST_UNRECORDED
            or self.doubled_unexpectedly
            or self.doubled_with_another_link
            or self.links_that_do_not_work
            or self.not_recorded_as_accepted
        )


class Sink:
    """The server, in a process of its own: what it accepted, by Message-ID, with the links."""

    def __init__(self) -> None:
        self.accepted: dict[str, list[str]] = defaultdict(list)
        self.arrived: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.mail_sink", "--tell"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._process.stdout.readline())
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        return len(self.arrived)

    def _listen(self) -> None:
        for line in self._process.stdout:
            _to, message_id, link = line.split()
            self.accepted[message_id].append(link)
            self.arrived.append(message_id)

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
    store.close()
    sink = Sink()
    mailers = Mailers(database, sink.port)
    unrecorded: set[str] = set()
    early = most = 0
    try:
        for kill in range(kills):
            before = sink.count
            mailer = mailers.start()
            after = rng.randint(*(DEEP if kill % 10 == 9 else SOON))
            wait_for_mails(sink, mailer, min(after, mails // 8))
            time.sleep(rng.uniform(0, 0.01))
            mailer.kill()
            time.sleep(SETTLE_SECONDS)
            early += sink.count == before
            with store.read() as connection:
                held = set(connection.scalars(select(outbox.c.message_id).where(outbox.c.leased_by == mailer.name)))
            ahead = held & set(sink.arrived[before:])
            unrecorded |= ahead
            most = max(most, len(ahead))
        assert mailers.start().ends_within(600)
        return figures(store, sink, unrecorded, kills=kills, early=early, mails=mails, most=most)
    finally:
        mailers.close()
        sink.close()
        store.close()


class Mailers:
    """Starts mailers, one after another."""

    def __init__(self, database: str, port: int) -> None:
        command = [sys.executable, "-m", "tests.trials.one_mailer", database, str(port)]
        self._parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self) -> "Mailer":
        """A mailer that has opened its store and begins to deliver."""
        self._parent.stdin.write("one\n")
        self._parent.stdin.flush()
        return Mailer(int(self._parent.stdout.readline()))

    def close(self) -> None:
        self._parent.stdin.close()
        self._parent.wait()
        self._parent.stdout.close()


class Mailer:
    """One of them."""

    def __init__(self, pid: int) -> None:
        self.name = str(pid)
        self._handle = os.pidfd_open(pid)

    def has_ended(self) -> bool:
        return self.ends_within(0)

    def ends_within(self, seconds: float) -> bool:
        return bool(polling.select([self._handle], [], [], seconds)[0])

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        assert self.ends_within(10)
        os.close(self._handle)


def wait_for_mails(sink: Sink, mailer: Mailer, count: int) -> None:
    """Until the server has so many mails more, or the mailer found nothing more to do."""
    wanted, deadline = sink.count + count, time.monotonic() + 30
    while sink.count < wanted and not mailer.has_ended() and time.monotonic() < deadline:
        time.sleep(0.0005)


def figures(
    store: Store, sink: Sink, unrecorded: set[str], *, kills: int, early: int, mails: int, most: int
) -> Figures:
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
        most_accepted_and_unrecorded_at_a_kill=most,
        doubled_unexpectedly=len(doubled - unrecorded),
        doubled_with_another_link=sum(len(set(links)) > 1 for links in every),
        links_that_do_not_work=sum(token_hash(links[-1].rpartition("/")[2]) not in live for links in every),
        not_recorded_as_accepted=mails - (accepted or 0),
    )


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--mails", type=int, default=5_000)
    options.add_argument("--on", choices=["sqlite", "postgresql", "both"], default="both")
    chosen = options.parse_args()
    wanted = ["sqlite", "postgresql"] if chosen.on == "both" else [chosen.on]
    figures_of_each = [tried(name, kills=chosen.kills, mails=chosen.mails) for name in wanted]
    return finish("mailer-kills", figures_of_each)


def tried(name: str, *, kills: int, mails: int) -> Figure:
    """The trial on one kind of database; its line for the proof."""
    with ExitStack() as stack:
        if name == "sqlite":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="helpdesk-kills-")))
            database = f"sqlite:///{folder / 'store.db'}"
        else:
            database = stack.enter_context(postgresql(durable=True)) + "/postgres"
        found = run(database, kills=kills, mails=mails)
    for what, value in asdict(found).items():
        print(f"{what.replace('_', ' '):40} {value}")
    build = Path("build")
    build.mkdir(exist_ok=True)
    (build / f"mailer-kills-{name}.json").write_text(json.dumps(asdict(found), indent=2))
    return Figure(
        f"kill -9 of the mailer on {name}: what is wrong",
        0 if found.kept else 1,
        f"of {kills} kills, {mails} mails",
        "python -m tests.trials.mailer_kills",
        asked="0",
        kept=found.kept,
        note=", ".join(f"{what.replace('_', ' ')}: {value}" for what, value in asdict(found).items()),
    )


if __name__ == "__main__":
    sys.exit(main())

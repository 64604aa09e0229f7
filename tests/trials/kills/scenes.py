"""What is killed: an import, an upgrade, a backup, agents at work, voters at the portal, the mailer."""

import itertools
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from helpdesk.adapters.smtp import SmtpTransport
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.links import derive_token, token_hash
from helpdesk.mailer.delivery import Delivery, Letterhead
from helpdesk.portal.app import create_app
from helpdesk.portal.context import PortalContext
from helpdesk.services import Services, build_services
from helpdesk.store.engine import Store
from helpdesk.store.revisions import REVISIONS
from helpdesk.store.upgrade import downgrade_store, upgrade_store
from tests.conftest import CHEAP_ARGON2, make_context
from tests.portal.conftest import Visitor
from tests.rolls import row, write_roll
from tests.trials.contents import fingerprint
from tests.trials.kills.second_process import is_left_running, start_for_few_voters
from tests.trials.kills.victim import Acknowledge, Death
from tests.trials.kills.whole import complaints
from tests.trials.stage import Stage
from tests.voters import verify_caller

KEY = bytes(range(32))
PASSWORD, ANSWER = "Quatre-Chats-Gris-7", "Bérénice de Troie"


class Scene:
    """Something to kill. `work` runs in the process that dies; the rest in the one that looks at what it left."""

    name = ""
    within = 0.5

    def __init__(self, play: Stage, rng: random.Random) -> None:
        self.play, self.rng = play, rng

    def prepare(self) -> None:
        """What must be there before each death."""

    def work(self, acknowledge: Acknowledge) -> None:
        """Run until done or dead."""
        raise NotImplementedError

    def wrong(self, death: Death) -> list[str]:
        """What is not as it must be."""
        raise NotImplementedError

    def close(self) -> None:
        """End what the scene started."""

    def services(self) -> Services:
        """Services of the process that asks: connections are not shared over a fork."""
        return build_services(self.play.context)


class Import(Scene):
    """Two rolls in turn, of people who stay, come and go: after a death the store holds the one or the other.

    Every second import has the help of a second process, as those of very many voters do.
    """

    name = "import"
    within = 5.0

    def __init__(self, play: Stage, rng: random.Random) -> None:
        super().__init__(play, rng)
        self.rolls = [
            write_roll(
                play.folder / f"roll{turn}.csv",
                [
                    row(n, prenom=first, nom_famille=f"Nom{n}")
                    for n in (*range(1, 301), *range((turn + 1) * 1_000, (turn + 1) * 1_000 + 100))
                ],
            )
            for turn, first in enumerate(("Anne", "Zoé"))
        ]
        play.services.rolls.import_roll(play.administrator, self.rolls[0], remove_missing=True)
        self.now_there = 0
        self.helped = False

    def prepare(self) -> None:
        self.helped = not self.helped

    def work(self, acknowledge: Acknowledge) -> None:
        if self.helped:
            start_for_few_voters()
        roll = self.rolls[1 - self.now_there]
        self.services().rolls.import_roll(self.play.administrator, roll, remove_missing=True)
        acknowledge("imported")

    def wrong(self, death: Death) -> list[str]:
        with closing(sqlite3.connect(self.play.path)) as connection:
            names = dict(connection.execute("SELECT first_name, count(*) FROM voter GROUP BY 1"))
            imports = connection.execute("SELECT count(*) FROM roll_import").fetchone()[0]
            told = connection.execute(
                "SELECT count(*) FROM audit_event WHERE action = 'roll_imported' AND outcome = 'done' AND voter IS NULL"
            ).fetchone()[0]
        wrong = [] if len(names) == 1 and sum(names.values()) == 400 else [f"half of a roll: {names}"]
        wrong += [] if imports == told else [f"{imports} imports, {told} in the trail"]
        wrong += ["the second process is left"] if is_left_running() else []
        there = int("Zoé" in names)
        if death.acknowledged and there == self.now_there:
            wrong.append("an acknowledged import is lost")
        self.now_there = there
        found = self.play.services.search.search(self.play.agent, "zoé nom" if there else "anne nom", limit=50)
        self.play.store.close()
        first = "Zoé" if there else "Anne"
        known = len(found) == 50 and all(hit.name.startswith(first) for hit in found)
        return wrong if known else [*wrong, "the index does not know the roll"]


class Upgrade(Scene):
    """The store of the first program: after a death it is as it was or wholly new, and can be upgraded."""

    name = "upgrade"
    within = 0.7

    def __init__(self, play: Stage, rng: random.Random) -> None:
        super().__init__(play, rng)
        self.old = play.folder / "old.db"
        self.path = play.folder / "upgraded.db"
        play.store.close()
        shutil.copy(play.path, self.old)
        old = Store(f"sqlite:///{self.old}")
        downgrade_store(old, revision=REVISIONS[1])
        old.close()
        self.before = fingerprint(self.old)

    def prepare(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copy(self.old, self.path)

    def work(self, acknowledge: Acknowledge) -> None:
        upgrade_store(Store(f"sqlite:///{self.path}"))
        acknowledge("upgraded")

    def wrong(self, death: Death) -> list[str]:
        with closing(sqlite3.connect(self.path)) as connection:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        after, wrong = fingerprint(self.path), []
        if revision == REVISIONS[1] and after != self.before:
            wrong.append("half an upgrade")
        if revision not in {REVISIONS[1], REVISIONS[-1]}:
            wrong.append(f"stopped at {revision}")
        if death.acknowledged and revision != REVISIONS[-1]:
            wrong.append("an acknowledged upgrade is lost")
        store = Store(f"sqlite:///{self.path}")
        upgrade_store(store)
        store.check()
        store.close()
        lost = [
            name for name in ("voter", "audit_event", "enrolment") if fingerprint(self.path)[name] != self.before[name]
        ]
        return wrong + [f"changed by the upgrade: {lost}"] * bool(lost) + complaints(self.path)


class Backup(Scene):
    """After a death there is a whole, checked copy under the name that was asked for, or none."""

    name = "backup"
    within = 0.25
    turn = itertools.count()

    def prepare(self) -> None:
        self.target = self.play.folder / f"copy{next(self.turn)}.db"

    def work(self, acknowledge: Acknowledge) -> None:
        self.services().backups.write(self.play.administrator, self.target)
        acknowledge("copied")

    def wrong(self, death: Death) -> list[str]:
        if not self.target.exists():
            return ["an acknowledged copy is lost"] if death.acknowledged else []
        with closing(sqlite3.connect(self.target)) as copy, closing(sqlite3.connect(self.play.path)) as store:
            query = "SELECT count(*) FROM voter"
            same = copy.execute(query).fetchone() == store.execute(query).fetchone()
        wrong = complaints(self.target) + ([] if same else ["a copy that lacks voters"])
        self.target.unlink()
        return wrong


class Agents(Scene):
    """An agent who verifies, resends and resets: each thing acknowledged is there, each thing there is whole."""

    name = "agent"
    within = 1.2

    def prepare(self) -> None:
        self.play.clock.advance(hours=3)

    def work(self, acknowledge: Acknowledge) -> None:
        services, agent = self.services(), self.play.agent
        numbers = [str(10_000_001 + n) for n in range(60)]
        self.rng.shuffle(numbers)
        for number in numbers:
            try:
                services.voters.open(agent, number)
                verify_caller(services, agent, number)
                queued = services.activation.resend(agent, number, reason="kill trial")
                acknowledge(f"{queued.message}")
                acknowledge(f"{services.challenge.reset(agent, number, reason='kill trial').message}")
            except HelpdeskError:
                continue

    def wrong(self, death: Death) -> list[str]:
        with closing(sqlite3.connect(self.play.path)) as connection:
            there = {str(each[0]) for each in connection.execute("SELECT id FROM outbox")}
        return [f"acknowledged mail {each} is lost" for each in death.acknowledged if each not in there]


class Portal(Scene):
    """Voters who choose a password by link, then a question: a link is used up together with the password, or not."""

    name = "portal"
    within = 2.0

    def prepare(self) -> None:
        self.play.clock.advance(hours=3)
        services = self.services()
        for n in range(12):
            services.link_requests.ask(self.address(n))
        services.link_requests.work_off()
        self.tokens: list[str] = []
        while mails := services.outbox.claim("trial", limit=50):
            for mail in mails:
                token = derive_token(KEY, message_id=mail.message_id, generation=mail.generation)
                if mail.carries_link and services.outbox.mint_link(mail, token_hash(token)):
                    self.tokens.append(f"{mail.kind} {token}")
                services.outbox.record_accepted(mail, "2.0.0", "250 Ok")
        self.play.store.close()

    def address(self, n: int) -> str:
        return f"marie.dupont{n + 1}@ac-rennes.fr"

    def work(self, acknowledge: Acknowledge) -> None:
        client = _browser(self.play)
        for each in self.tokens:
            kind, token = each.split(" ")
            path = f"/{ {'activation': 'activate', 'password': 'reset', 'question': 'question'}[kind] }/{token}"
            client.get(path)
            client.send(password=PASSWORD, password2=PASSWORD)
            if client.at in {"/question", "/space"}:
                acknowledge(token)
            if client.at == "/question":
                client.send(question="first_pet", answer=ANSWER)

    def wrong(self, death: Death) -> list[str]:
        wrong = []
        with closing(sqlite3.connect(self.play.path)) as connection:
            for token in death.acknowledged:
                used = connection.execute(
                    "SELECT l.used, a.password_hash FROM one_time_link l JOIN account a USING (voter_id)"
                    " WHERE token_hash = ?",
                    (token_hash(token),),
                ).fetchone()
                if used is None or used[0] is None or used[1] is None:
                    wrong.append("a password that was acknowledged is lost")
            unaudited = connection.execute(
                "SELECT (SELECT count(*) FROM one_time_link WHERE used IS NOT NULL) - (SELECT count(*) FROM audit_event"
                " WHERE action = 'password_chosen' AND outcome = 'done')"
            ).fetchone()[0]
        return wrong + [f"{unaudited} links used without a row in the trail"] * bool(unaudited)


def _browser(play: Stage):
    many = 10**6
    limits = replace(CHEAP_ARGON2, portal_forms_per_network_per_minute=many, portal_links_per_address_per_hour=many)
    app = create_app(
        PortalContext(
            services=build_services(play.context), clock=play.clock, limits=limits, key=KEY,
            url="http://portal.example.org", shows_captcha=True,
        )
    )  # fmt: skip
    return Visitor(app.test_client())


class Mailer(Scene):
    """Every mail queued reaches the server at least once, always with the same link, whatever dies between."""

    name = "mailer"
    within = 0.6

    def __init__(self, play: Stage, rng: random.Random) -> None:
        super().__init__(play, rng)
        self.sink = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.mail_sink", "--tell"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.port = int(self.sink.stdout.readline())
        os.set_blocking(self.sink.stdout.fileno(), False)
        self.arrived: dict[str, set[str]] = defaultdict(set)
        self.told = b""

    def close(self) -> None:
        self.sink.stdin.close()
        self.sink.kill()
        self.sink.wait()
        self.sink.stdout.close()

    def read_sink(self) -> None:
        """The sink tells of a mail before it answers for it: what was accepted has been told."""
        while (more := self.sink.stdout.read()) is not None and more:
            self.told += more
        *lines, self.told = self.told.split(b"\n")
        for line in lines:
            _to, message_id, link = line.decode().split(" ")
            self.arrived[message_id].add(link)

    def prepare(self) -> None:
        self.play.clock.advance(hours=3)
        services = self.services()
        for _ in range(8):
            number = str(10_000_001 + self.rng.randrange(60))
            try:
                services.activation.resend(self.play.agent, number, reason="kill trial")
            except HelpdeskError:
                continue
        self.play.store.close()

    def work(self, acknowledge: Acknowledge) -> None:
        deliver(self.play, self.port, f"victim {os.getpid()}")
        acknowledge("delivered")

    def wrong(self, death: Death) -> list[str]:
        """What is left is delivered once the dead mailer's lease has ended; then every mail has arrived."""
        self.play.clock.advance(minutes=2)
        deliver(self.play, self.port, "heir")
        self.play.store.close()
        with closing(sqlite3.connect(self.play.path)) as connection:
            waiting = connection.execute(
                "SELECT count(*) FROM outbox WHERE fate IN ('queued', 'sending', 'failed_temporarily')"
            ).fetchone()[0]
            sent = {row[0] for row in connection.execute("SELECT message_id FROM outbox WHERE fate = 'accepted'")}
        self.read_sink()
        wrong = [f"{waiting} mails still wait"] * bool(waiting)
        wrong += ["a mail told as accepted never arrived"] * bool(sent - set(self.arrived))
        wrong += ["a mail came twice with different links"] * any(len(links) > 1 for links in self.arrived.values())
        return wrong


def deliver(play: Stage, port: int, worker: str) -> None:
    """Deliver all that is due."""
    context = make_context(Store(f"sqlite:///{play.path}"), play.clock)
    delivery = Delivery(
        outbox=build_services(context).outbox,
        transport=SmtpTransport(host="127.0.0.1", port=port, security="none"),
        renderer=context.renderer,
        clock=play.clock,
        key=KEY,
        letterhead=Letterhead("elections@ac-rennes.example", "", "https://portail.example.org"),
        worker=worker,
        lease_seconds=60,
    )
    stop = threading.Event()
    while delivery.deliver_due(stop=stop):
        pass
    delivery.close()
    context.store.close()

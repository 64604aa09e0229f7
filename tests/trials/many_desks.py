"""Twenty desks, two mailers and a portal on one server that is restarted, over connections that are cut.

`python -m tests.trials.many_desks [--desks N] [--seconds S] [--restarts R]`. Everybody has a login of their own and
works over a wire that is cut every few seconds. At the end the audit trail, the tables and the mails that arrived are
compared: nothing that was told as done may be missing, nothing may be there twice. Writes build/proof/many-desks.json.
"""

import argparse
import random
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, make_url, select, text

from helpdesk.adapters.mail_templates import MailTemplates
from helpdesk.adapters.smtp import SmtpTransport
from helpdesk.demo.mail_catcher import MailCatcher
from helpdesk.domain.audit import verify_chain
from helpdesk.domain.errors import HelpdeskError, OutsideFault, Refusal
from helpdesk.domain.roles import Role
from helpdesk.domain.states import LINK_MAILS, AccountState
from helpdesk.domain.verification import Claim
from helpdesk.mailer.delivery import Delivery
from helpdesk.mailer.loop import deliver_until_stopped
from helpdesk.resource_files import resource
from helpdesk.services import Services, build_services
from helpdesk.services.elections import write_election
from helpdesk.services.mail_queue import SUPERSEDED
from helpdesk.store.audit_chain import walk_chain
from helpdesk.store.engine import Store
from helpdesk.store.schema import address, audit_event, outbox
from helpdesk.store.upgrade import upgrade_store
from tests.benchmarks.mail import KEY, LETTERHEAD
from tests.conftest import PASSWORD, make_context
from tests.databases import postgresql
from tests.elections import election_around
from tests.proof.figures import Figure, counted, finish, full
from tests.voters import VoterMaker
from tests.wire import Wire

COMMAND = "python -m tests.trials.many_desks"
VOTERS = 300
LEASE_SECONDS = 30
_TRIES = 60


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Told:
    """What the desks were told, by request."""

    done: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)
    bugs: list[str] = field(default_factory=list)


@dataclass
class Stage:
    """The server, the wires to it, and who works there."""

    server: str
    database: str
    numbers: list[str]
    catcher: MailCatcher
    close_desks: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)
    told: Told = field(default_factory=Told)
    wires: list[Wire] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)

    def over_a_wire(self, login: str) -> Services:
        """Services over connections of this login that can be cut."""
        wire = Wire(make_url(self.server).port or 0)
        store = Store(f"postgresql+psycopg://127.0.0.1:{wire.port}/{self.database}")
        until_it_works(lambda: store.sign_in(login, PASSWORD))
        self.wires.append(wire)
        self.stores.append(store)
        context = make_context(store, clock)
        return build_services(replace(context, limits=replace(context.limits, lease_seconds=LEASE_SECONDS)))


def desk(stage: Stage, name: str, seed: int) -> None:
    """One agent: opens voters, verifies, resends, resets; asks again under the same request when a fault comes."""
    chance = random.Random(seed)
    services = stage.over_a_wire(name)
    actor = until_it_works(lambda: services.operators.log_in(name, PASSWORD))
    while not stage.close_desks.is_set():
        number, request = chance.choice(stage.numbers), str(uuid.uuid4())
        claims = {Claim.BIRTH_DATE: "4/3/1980", Claim.VOTER_NUMBER: number}
        with suppress(HelpdeskError):
            services.voters.open(actor, number)
        if chance.random() < 0.4:
            with suppress(HelpdeskError):
                services.verification.verify(actor, number, claims)
            act = services.challenge.reset
        else:
            act = services.activation.resend
        until_told(stage, act, actor, number, request)


def until_told(stage, act, actor, number, request) -> None:
    for attempt in range(_TRIES):
        try:
            queued = act(actor, number, reason="trial", request=request)
        except Refusal:
            stage.told.refused.add(request)
            return
        except OutsideFault as fault:
            stage.told.faults[type(fault).__name__] += 1
            time.sleep(min(0.05 * 2**attempt, 0.5))
        except Exception as bug:  # noqa: BLE001 (told at the end)
            stage.told.bugs.append(repr(bug)[:300])
            return
        else:
            stage.told.done[request] = str(queued.message)
            return
    stage.told.open.add(request)


def until_it_works(call):
    """What a person does who cannot log in: again, a little later."""
    for _ in range(_TRIES):
        with suppress(OutsideFault):
            return call()
        time.sleep(0.2)
    raise RuntimeError("never worked")


def watched(stage: Stage, what, *args: object) -> None:
    """A worker that dies counts as a bug."""
    try:
        what(*args)
    except Exception as bug:  # noqa: BLE001 (told at the end)
        stage.told.bugs.append(f"{what.__name__} died: {bug!r}"[:300])


def mailer(stage: Stage, number: int) -> None:
    services = stage.over_a_wire("a mailer")
    delivery = Delivery(
        outbox=services.outbox,
        transport=SmtpTransport(host="127.0.0.1", port=stage.catcher.smtp_port, security="none"),
        renderer=MailTemplates(resource("mail")),
        clock=clock,
        key=KEY,
        letterhead=LETTERHEAD,
        worker=f"mailer-{number}-{uuid.uuid4()}",
        lease_seconds=LEASE_SECONDS,
    )
    deliver_until_stopped(delivery, clock, stage.stop, lambda _status: None)
    for _ in range(_TRIES):
        with suppress(OutsideFault):
            delivery.close()
            return
        time.sleep(0.2)


def portal(stage: Stage) -> None:
    services = stage.over_a_wire("a portal")
    chance = random.Random(7)
    with closing(Store(f"{stage.server}/{stage.database}")) as store, store.read() as connection:
        known = connection.scalars(select(address.c.address).where(address.c.tied)).all()
    while not stage.close_desks.wait(0.2):
        with suppress(OutsideFault):
            services.link_requests.ask(chance.choice(known))
            services.link_requests.work_off()


def restart(server: str) -> None:
    """What an administrator does: every session ends, the port is closed for a moment."""
    engine = create_engine(f"{server}/postgres")
    with engine.connect() as connection:
        folder = connection.scalar(text("SHOW data_directory"))
    engine.dispose()
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    command = [*command, f"{binaries}/pg_ctl", "-D", folder, "-m", "fast", "-w", "restart"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def prepare(server: str, desks: int) -> list[str]:
    store = Store(f"{server}/trial")
    upgrade_store(store)
    with store.write() as connection:
        write_election(connection, election_around(clock() - timedelta(days=7)), trial=False)
        for service in ("mailer", "portal"):
            create = f"CREATE ROLE \"a {service}\" LOGIN PASSWORD '{PASSWORD}' IN ROLE helpdesk_{service}"
            connection.exec_driver_sql(create)
    context = make_context(store, clock)
    services, add = build_services(context), VoterMaker(context)
    services.operators.add_first("boss", PASSWORD)
    boss_store = Store(f"{server.replace('postgres@', '')}/trial")
    boss = build_services(make_context(boss_store, clock))
    who = boss.operators.log_in("boss", PASSWORD)
    for each in range(desks):
        boss.operators.add(who, f"desk {each}", role=Role.SUPERVISOR, password=PASSWORD)
    states = (AccountState.NOT_INVITED, AccountState.ACTIVE, AccountState.ACTIVE)
    numbers = [add(state=states[each % 3]) for each in range(VOTERS)]
    boss_store.close()
    store.close()
    return numbers


def compare(stage: Stage) -> list[Figure]:
    """The trail, the tables, the mails and what the desks were told, against each other."""
    store = Store(f"{stage.server}/{stage.database}")
    with store.read() as connection:
        rows = connection.execute(select(audit_event)).all()
        mails = {str(row.id): row for row in connection.execute(select(outbox))}
        head = verify_chain(walk_chain(connection))
    acted = [row for row in rows if row.action in {"link_resent", "challenge_reset"} and row.outcome == "done"]
    requests = Counter(row.request for row in acted)
    told = stage.told
    lost = [request for request in told.done if requests[request] != 1]
    ghosts = [request for request in told.refused if requests[request]]
    strange = [request for request in requests if request not in told.done and request not in told.open]
    fresh = [row.detail["message"] for row in acted if row.detail.get("repeated") != "yes"]
    fresh += [row.detail["message"] for row in rows if row.actor == "portal" and "message" in row.detail]
    link_mails = [number for number, row in mails.items() if row.kind in LINK_MAILS]
    accepted = {number for number, row in mails.items() if row.fate == "accepted"}
    told_accepted = Counter(row.detail["message"] for row in rows if row.action == "mail_accepted")
    caught = Counter(mail.message_id.strip("<>") for mail in stage.catcher.messages)
    sent = {row.message_id for row in mails.values() if row.fate == "accepted"}
    replaced = {row.message_id for row in mails.values() if row.answer_code == SUPERSEDED}
    waiting = [row for row in mails.values() if row.fate in {"queued", "sending", "failed_temporarily"}]
    figures = [
        counted("told as done, not once in the trail", wrong=len(lost), of=len(told.done), command=COMMAND),
        counted("told as refused, yet done", wrong=len(ghosts), of=len(told.refused), command=COMMAND),
        counted("in the trail, told to nobody", wrong=len(strange), of=len(requests), command=COMMAND),
        counted("link mails without their row of the trail, or twice",
                wrong=differing(Counter(link_mails), Counter(fresh)), of=len(link_mails), command=COMMAND),
        counted("accepted mails against the trail",
                wrong=sum(told_accepted[number] != 1 for number in accepted) + len(set(told_accepted) - accepted),
                of=len(accepted), command=COMMAND),
        counted("accepted mails that did not arrive", wrong=len(sent - set(caught)), of=len(sent), command=COMMAND),
        counted("mails that arrived and are told neither as accepted nor as replaced",
                wrong=len(set(caught) - sent - replaced), of=len(caught), command=COMMAND,
                note=f"{len(set(caught) & replaced)} were replaced by a newer one while they were on their way."),
        counted("mails that arrived twice", wrong=sum(count - 1 for count in caught.values()), of=len(caught),
                command=COMMAND, note="A mail sent again carries the same Message-ID and the same link."),
        counted("mails left waiting", wrong=len(waiting), of=len(mails), command=COMMAND),
        counted("requests that never got an answer", wrong=len(told.open), of=len(told.done), command=COMMAND),
        counted("bugs", wrong=len(told.bugs), of=len(rows), command=COMMAND, note="; ".join(told.bugs[:3])),
        Figure(name="rows of the verified trail", value=head.seq, unit="rows", command=COMMAND),
        Figure(name="faults that desks met", value=sum(told.faults.values()), unit="faults", command=COMMAND,
               note=", ".join(f"{name} {count}" for name, count in told.faults.items())),
    ]  # fmt: skip
    store.close()
    return figures


def differing(one: Counter[str], other: Counter[str]) -> int:
    """How many are in one and not in the other."""
    return (one - other).total() + (other - one).total()


def run(*, desks: int, seconds: float, restarts: int) -> list[Figure]:
    """The whole trial; the figures."""
    with ExitStack() as stack:
        server = stack.enter_context(postgresql(durable=True))
        engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE trial"))
            connection.execute(text("ALTER SYSTEM SET max_connections = 300"))
        engine.dispose()
        restart(server)
        catcher = MailCatcher()
        catcher.start()
        stack.callback(catcher.stop)
        stage = Stage(server, "trial", prepare(server, desks), catcher)
        work = [(desk, (stage, f"desk {each}", each)) for each in range(desks)]
        work += [(mailer, (stage, 1)), (mailer, (stage, 2)), (portal, (stage,))]
        threads = [threading.Thread(target=watched, args=(stage, what, *args), daemon=True) for what, args in work]
        for thread in threads:
            thread.start()
        trouble(stage, seconds, restarts)
        stage.close_desks.set()
        for thread in threads[:desks]:
            thread.join(60)
        drain(stage)
        stage.stop.set()
        for thread in threads:
            thread.join(30)
        figures = compare(stage)
        for wire in stage.wires:
            wire.close()
        for store in stage.stores:
            store.close()
        return figures


def trouble(stage: Stage, seconds: float, restarts: int) -> None:
    chance, began = random.Random(1), time.monotonic()
    restart_at = [seconds * (each + 1) / (restarts + 1) for each in range(restarts)]
    while (passed := time.monotonic() - began) < seconds:
        if restart_at and passed >= restart_at[0]:
            restart_at.pop(0)
            restart(stage.server)
        time.sleep(0.5)
        with suppress(IndexError):
            wire = chance.choice(stage.wires)
            if chance.random() < 0.5:
                wire.cut()
            else:
                wire.cut_after, wire.cut_at = chance.random() < 0.5, b"COMMIT"


def drain(stage: Stage) -> None:
    """Desks stop asking; the mailers deliver what waits, retries and lapsed leases too."""
    store = Store(f"{stage.server}/{stage.database}")
    services = build_services(make_context(store, clock))
    deadline = time.monotonic() + 200
    while services.outbox.status().waiting and time.monotonic() < deadline:
        time.sleep(0.2)
    store.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--desks", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120 if full() else 20)
    parser.add_argument("--restarts", type=int, default=2)
    given = parser.parse_args()
    return finish("many-desks", run(desks=given.desks, seconds=given.seconds, restarts=given.restarts))


if __name__ == "__main__":
    sys.exit(main())

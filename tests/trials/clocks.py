"""Clocks that jump, zones that change, and the night in which summer time ends.

`python -m tests.trials.clocks`. Desk, mailer and voters work on while the computer's clock leaps by minutes or by a
year, forth and back, in any time zone. No step may fail without a type, the trail verifies whatever times are in it,
and once the clock is right again, nobody is kept out, and every mail that still lives goes out, after the longest time
that any rule could ask for.
"""

import os
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.links import derive_token, token_hash
from helpdesk.domain.states import LINK_MAILS, AccountState
from helpdesk.domain.verification import Claim
from helpdesk.store.due_mails import WAITING
from helpdesk.store.schema import outbox
from tests.proof.figures import Figure, counted, finish, full
from tests.trials.fresh_stores import MakeStore, on_postgresql, on_sqlite
from tests.trials.stage import Stage, staged
from tests.voters import VOTER_PASSWORD, verify_caller

COMMAND = "python -m tests.trials.clocks"
KEY = bytes(range(32))
VOTERS = 2
_SUMMER_TIME_ENDS = datetime(2026, 10, 25, 1, tzinfo=UTC)
_ZONES = ("UTC", "Europe/Paris", "Pacific/Auckland", "America/Los_Angeles", "Indian/Reunion", "Asia/Kathmandu")
_JUMPS = tuple(
    timedelta(**{unit: sign * size})
    for sign in (1, -1)
    for unit, size in (("minutes", 3), ("minutes", 61), ("hours", 13), ("days", 2), ("days", 400))
)
_FAR_AHEAD = timedelta(days=20)  # before the vote, so that the calendar refuses nothing
_LATER = timedelta(days=4)
"""Past what a leap of two days wrote and the longest rule after it; longer leaps wrote what still lies ahead."""


class Clocks:
    """One store, its people, and a clock that nobody can rely on."""

    def __init__(self, play: Stage, rng: random.Random) -> None:
        """Take a fresh stage; `rng` chooses who acts, and when the clock leaps."""
        self.play, self.rng = play, rng
        self.true = _SUMMER_TIME_ENDS - timedelta(minutes=40)
        self.off = timedelta()
        self.wrong: list[str] = []
        self.met: Counter[str] = Counter()
        self.steps = 0
        self.workers = iter(range(10**9))
        self.numbers = [
            play.add_voter(tied=f"marie.dupont{place}@ac-rennes.fr", state=state)
            for place, state in enumerate([AccountState.NOT_INVITED, AccountState.ACTIVE] * (VOTERS // 2))
        ]

    def run(self, steps: int) -> None:
        """Work so many steps under clocks that leap, then under one that is right."""
        acts = (self.resend, self.verify, self.fail_to_verify, self.ask, self.deliver, self.log_in, self.open)
        for _ in range(steps):
            self.true += timedelta(minutes=self.rng.choice((0, 1, 7, 30)))
            if self.rng.random() < 0.35:
                self.off = self.rng.choice((timedelta(), *_JUMPS))
            self.play.clock.now = self.true + self.off
            with zone(self.rng.choice(_ZONES)):
                self.said(self.rng.choice(acts))
        self.spend_everything(self.true + _FAR_AHEAD)
        self.play.clock.now = self.true = self.true + _LATER
        self.all_is_well()

    def spend_everything(self, when: datetime) -> None:
        """Under a clock far ahead: as many tries as any rule allows, and a mailer that dies with mails in its hands."""
        self.play.clock.now = when
        for _ in range(60):
            self.said(self.rng.choice((self.resend, self.fail_to_verify, self.ask)))
        self.play.services.outbox.claim(f"worker {next(self.workers)}", limit=1)

    def said(self, act: Callable[[], object]) -> str:
        """`done`, or the type of a refusal; anything else is what this trial looks for."""
        self.steps += 1
        try:
            act()
            answer = "done"
        except HelpdeskError as error:
            answer = type(error).__name__
        except Exception:  # noqa: BLE001 (whatever it is, it is what this trial looks for)
            answer = "untyped"
            self.wrong.append(traceback.format_exc(limit=-3))
        self.met[answer] += 1
        return answer

    def number(self) -> str:
        return self.rng.choice(self.numbers)

    def address(self) -> str:
        return f"marie.dupont{self.rng.randrange(VOTERS)}@ac-rennes.fr"

    def resend(self) -> None:
        self.play.services.activation.resend(self.play.agent, self.number(), reason="no mail came")

    def verify(self) -> None:
        verify_caller(self.play.services, self.play.agent, self.number())

    def fail_to_verify(self) -> None:
        claims = {Claim.BIRTH_DATE: "4/3/1980", Claim.VOTER_NUMBER: "99999999"}
        self.play.services.verification.verify(self.play.agent, self.number(), claims)

    def ask(self) -> None:
        self.play.services.link_requests.ask(self.address(), forgotten=True)
        self.play.services.link_requests.work_off()

    def log_in(self) -> None:
        self.play.services.portal_sessions.log_in(self.address(), self.rng.choice((VOTER_PASSWORD, "wrong")))

    def open(self) -> None:
        self.play.services.voters.open(self.play.agent, self.number())

    def deliver(self) -> None:
        box = self.play.services.outbox
        ending = self.rng.choice(("250", "451", "dies"))
        box.call_back()  # as a mailer does when it starts and when it sees the clock go back
        for mail in box.claim(f"worker {next(self.workers)}", limit=20):
            if mail.kind in LINK_MAILS:
                token = derive_token(KEY, message_id=mail.message_id, generation=mail.generation)
                if not box.mint_link(mail, token_hash(token)):
                    continue
            if ending == "250":
                box.record_accepted(mail, "2.0.0", "250 2.0.0 Ok")
            elif ending == "451":
                box.record_temporary(mail, "4.3.2", "451 4.3.2 later")

    def all_is_well(self) -> None:
        """What must be possible for everybody now, without waiting."""
        self.must("verify the trail", lambda: self.play.services.trail.verify(self.play.administrator))
        for number in self.numbers:
            self.must("open a voter", lambda number=number: self.play.services.voters.open(self.play.agent, number))
            self.must(
                "verify a caller", lambda number=number: verify_caller(self.play.services, self.play.agent, number)
            )
            self.must(
                "resend",
                lambda number=number: self.play.services.activation.resend(self.play.agent, number, reason="clock"),
            )
        self.play.services.outbox.call_back()
        self.deliver_all()
        with self.play.store.read() as connection:
            left = connection.scalar(select(func.count()).select_from(outbox).where(WAITING))
        if left:
            self.wrong.append(f"{left} mails wait though the clock is right and the server takes them")

    def deliver_all(self) -> None:
        """Deliver what is due, and later what was held by a mailer that died; a slow domain takes one mail a minute."""
        box = self.play.services.outbox
        for _look in range(2):
            for _minute in range(len(self.numbers)):
                while mails := box.claim(f"worker {next(self.workers)}", limit=100):
                    for mail in mails:
                        token = derive_token(KEY, message_id=mail.message_id, generation=mail.generation)
                        if mail.kind not in LINK_MAILS or box.mint_link(mail, token_hash(token)):
                            box.record_accepted(mail, "2.0.0", "250 2.0.0 Ok")
                self.play.clock.advance(minutes=1)
            self.play.clock.advance(minutes=80)

    def must(self, what: str, act: Callable[[], object]) -> None:
        if (answer := self.said(act)) != "done":
            self.wrong.append(f"{what}, with the clock right again: {answer}")


@contextmanager
def zone(name: str) -> Iterator[None]:
    """This process in another time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def trial(name: str, opened: AbstractContextManager[MakeStore], *, rounds: int, steps: int) -> Figure:
    """So many stores of one kind, each with its own chances."""
    wrong: list[str] = []
    met: Counter[str] = Counter()
    done = 0
    with opened as make:
        for seed in range(rounds):
            with make() as store, ExitStack() as stack:
                clocks = Clocks(staged(Path(), store, stack, voters=0), random.Random(seed))
                clocks.run(steps)
            wrong += [f"seed {seed}: {each}" for each in clocks.wrong]
            met += clocks.met
            done += clocks.steps
    for line in wrong[:10]:
        print(line)
    print(name, dict(met.most_common()))
    what = f"clocks that leap, {name}: untyped errors, people kept out, mails stuck"
    return counted(what, wrong=len(wrong), of=done, command=COMMAND)


def main() -> int:
    """Both databases."""
    rounds = 60 if full() else 6
    figures = [
        trial("SQLite", on_sqlite(), rounds=rounds, steps=150),
        trial("PostgreSQL", on_postgresql(), rounds=rounds // 2, steps=150),
    ]
    return finish("clocks", figures)


if __name__ == "__main__":
    sys.exit(main())

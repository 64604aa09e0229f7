"""Imports into a server that are killed at random moments: the one roll or the other, whole.

`python -m tests.trials.import_kills`: 200 deaths in full form, 8 in quick form. Each import changes 400 voters, adds
100 by COPY and removes 100; every second one has the help of a second process, as those of very many voters do. What
an import into the embedded store leaves is tried by `tests.trials.kills`.
"""

import random
import sys
import time
from collections import Counter

from sqlalchemy import text

from helpdesk.store.engine import Store
from tests.conftest import PASSWORD, make_context
from tests.databases import postgresql
from tests.logins import EachTheirLogin
from tests.proof.figures import Figure, counted, finish, full
from tests.rolls import row, write_roll
from tests.trials.kills.second_process import is_left_running, start_for_few_voters
from tests.trials.kills.victim import Acknowledge, Death, kill_at_random
from tests.trials.stage import Stage, memory_folder, stage

COMMAND = "PROOF=full python -m tests.trials.import_kills"
FIRST_NAMES = ("Anne", "Zoé")
STAYING, COMING = 400, 100
WITHIN_SECONDS, PATIENCE_SECONDS = 12.0, 60.0
_SOONER, _LATER = 0.7, 1.1  # moments stay within the work, however quick the machine
HELD = """
    SELECT (SELECT count(DISTINCT first_name) FROM voter), (SELECT min(first_name) FROM voter),
        (SELECT count(*) FROM voter), (SELECT count(*) FROM account), (SELECT count(*) FROM address WHERE tied),
        (SELECT count(*) FROM search_entry), (SELECT count(DISTINCT voter_id) FROM search_key),
        (SELECT count(*) FROM roll_import),
        (SELECT count(*) FROM audit_event WHERE action = 'roll_imported' AND outcome = 'done' AND voter IS NULL),
        (SELECT count(*) FROM helpdesk.arriving_voter)
"""


class Importing:
    """Two rolls in turn, imported by an administrator's own login in a process that dies."""

    def __init__(self, play: Stage) -> None:
        self._play = play
        self._rolls = [
            write_roll(
                play.folder / f"roll{turn}.csv",
                [
                    row(number, prenom=first, nom_famille=f"Nom{number}")
                    for number in (*range(1, STAYING + 1), *range((turn + 5) * 1_000, (turn + 5) * 1_000 + COMING))
                ],
            )
            for turn, first in enumerate(FIRST_NAMES)
        ]
        play.services.rolls.import_roll(play.administrator, self._rolls[0], remove_missing=True)
        self._there = 0
        self._helped = False

    def prepare(self) -> None:
        """Let the next import have a second process if the last one had none."""
        self._helped = not self._helped

    def work(self, acknowledge: Acknowledge) -> None:
        """In a process of its own, over connections of its own."""
        if self._helped:
            start_for_few_voters()
        context = make_context(Store(self._play.store.url), self._play.clock)
        rolls = EachTheirLogin(context, PASSWORD).services().rolls
        rolls.import_roll(self._play.administrator, self._rolls[1 - self._there], remove_missing=True)
        acknowledge("imported")

    def wrong(self, death: Death) -> list[str]:
        """What is not as it must be, once the server has let go of whoever died."""
        self._wait_for_the_server()
        with self._play.store.read() as connection:
            names, first, *counts, imports, told, arriving = connection.execute(text(HELD)).one()
        wrong = (
            [] if names == 1 and set(counts) == {STAYING + COMING} else [f"half of a roll: {names} {first} {counts}"]
        )
        wrong += [] if imports == told else [f"{imports} imports, {told} in the trail"]
        wrong += ["voters wait to arrive"] if arriving else []
        wrong += ["the second process is left"] if is_left_running() else []
        there = FIRST_NAMES.index(first)
        if death.acknowledged and there == self._there:
            wrong.append("an acknowledged import is lost")
        self._there = there
        return wrong

    def _wait_for_the_server(self) -> None:
        at_work = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND state <> 'idle'"
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with self._play.store.read() as connection:
                if not connection.scalar(at_work):
                    return
            time.sleep(0.05)
        raise TimeoutError("the server goes on with an import whose process has died")


def main() -> int:
    """The deaths; what they left."""
    times, rng = 200 if full() else 8, random.Random(13)
    wrong: Counter[str] = Counter()
    deaths = survived = 0
    within = WITHIN_SECONDS
    with postgresql(durable=False) as server, stage(memory_folder(), url=f"{server}/postgres") as play:
        importing = Importing(play)
        while deaths < times and survived < times * 4:
            play.store.close()
            importing.prepare()
            death = kill_at_random(importing.work, within=within, rng=rng)
            within = min(within * _LATER, WITHIN_SECONDS) if death.killed else within * _SOONER
            deaths += death.killed
            survived += not death.killed
            wrong.update(importing.wrong(death))
            if death.complaint:
                wrong[f"it fell by itself: {death.complaint[-400:]}"] += 1
    for what, count in wrong.most_common(10):
        print(f"{count} × {what}")
    note = f"{survived} came to their end first"
    figures = [
        counted("kill -9 of an import into a server: lost, half done", wrong=wrong.total(), of=deaths, command=COMMAND,
                note=note),
        Figure("kill -9 of an import into a server: deaths", deaths, "deaths", COMMAND, asked=f"{times} at least",
               kept=deaths >= times),
    ]  # fmt: skip
    return finish("import-kills", figures)


if __name__ == "__main__":
    sys.exit(main())

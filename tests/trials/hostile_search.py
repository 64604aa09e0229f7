"""Anything typed or pasted into the search box: an answer, never an error, never somebody else's voter, in time.

`python -m tests.trials.hostile_search`
"""

import sys
import time
from collections.abc import Iterator

from helpdesk.domain.roles import Operator, Role, Scope
from tests.conftest import PASSWORD
from tests.proof.figures import Figure, counted, finish, full
from tests.trials.naughty_strings import KINDS, mixtures, pastes
from tests.trials.stage import Stage, stage

COMMAND = "python -m tests.trials.hostile_search"
LONGEST_SECONDS = 1.0
PEOPLE = (("Marie-Hélène", "Lefèvre"), ("Yann", "Le Goff"), ("Jean", "D'Arc"), ("Ana", "AND"), ("Noé", "Près-OR-Loin"))


def main() -> int:
    """Try every text with an agent who sees everything and with one who sees Rennes only."""
    figures: list[Figure] = []
    with stage() as play:
        for place in range(2_000 if full() else 200):
            first, family = PEOPLE[place % len(PEOPLE)]
            outside = place % 2
            play.add_voter(first=first, family=family, academy="Nantes" if outside else "Rennes",
                           department="44" if outside else "35")  # fmt: skip
        limited = play.services.operators.add(
            play.administrator, "Rita Rennes", role=Role.AGENT, password=PASSWORD, scope=Scope(frozenset({"Rennes"}))
        )
        before = contents(play)
        for kind, texts in (*KINDS.items(), ("mixtures", tuple(mixtures(20_000 if full() else 1_000, seed=1)))):
            figures += tried(play, limited, kind, texts)
        figures += tried(play, limited, "pastes of a megabyte", tuple(pastes()))
        changed = contents(play) != before
        figures.append(counted("search: rows changed by any text", wrong=int(changed), of=1, command=COMMAND))
    return finish("hostile-search", figures)


def tried(play: Stage, limited: Operator, kind: str, texts: tuple[str, ...]) -> list[Figure]:
    """Two lines for one kind of text: what went wrong, and the longest that anybody waited."""
    wrong: list[str] = []
    slowest, slowest_text = 0.0, ""
    for text in texts:
        started = time.perf_counter()
        wrong += [f"{text[:60]!a}: {what}" for what in faults(play, limited, text)]
        took = time.perf_counter() - started
        if took > slowest:
            slowest, slowest_text = took, text
    for line in wrong[:20]:
        print(line)
    return [
        counted(f"search: {kind}", wrong=len(wrong), of=len(texts), command=COMMAND, unit="errors or leaks"),
        Figure(f"search: {kind}, the longest wait", slowest, "s", COMMAND, asked=f"≤ {LONGEST_SECONDS:.0f} s",
               kept=slowest <= LONGEST_SECONDS, timed=True, note=f"Two agents' searches for {slowest_text[:60]!a}."),
    ]  # fmt: skip


def faults(play: Stage, limited: Operator, text: str) -> Iterator[str]:
    """What is wrong with the answers to this text."""
    try:
        play.services.search.search(play.agent, text, limit=50)
        seen = play.services.search.search(limited, text, limit=50)
        outside = [hit.voter for hit in seen if int(hit.voter) % 2 == 0]  # every second voter is of Nantes
        if outside:
            yield f"out of scope: {outside}"
    except Exception as error:  # noqa: BLE001 (whatever it is, it is what this trial looks for)
        yield repr(error)


def contents(play: Stage) -> list[tuple[str, int]]:
    """How many rows each table has."""
    with play.store.read() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").scalars()
        return [(name, connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()) for name in names]


if __name__ == "__main__":
    sys.exit(main())

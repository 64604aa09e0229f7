"""Roll files that were spoilt on their way: a report or an import, never a traceback, never half an import.

`python -m tests.trials.fuzz_rolls [--files N]`: 10,000 files in full form, a few hundred in quick form; CSV in every
dress and spreadsheets, most of them on the embedded store, some on a server.
"""

import argparse
import random
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from helpdesk.domain.errors import BadInput, RollRejected
from helpdesk.domain.roll import COLUMNS, RollReport
from tests.databases import postgresql
from tests.proof.figures import Figure, counted, finish, full
from tests.rolls import row, write_roll
from tests.sheets import write_sheet
from tests.trials.naughty_strings import KINDS
from tests.trials.stage import Stage, memory_folder, stage

COMMAND = "PROOF=full python -m tests.trials.fuzz_rolls"
ON_SERVER = 20  # one file in so many is tried on the server, too: its imports take ten times as long
NAUGHTY = [each for kind in KINDS.values() for each in kind]
SNIPPETS = (
    b'"', b'""', b";", b",", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"\x81", b"=1+1", b"|",
    b" ", "é".encode(), "e\u0301".encode(), b"\xe9", "\u202e".encode(), b"@", b"-" * 300, b"9" * 40, b"A" * 11_000,
)  # fmt: skip
STATE = """
    SELECT (SELECT count(*) FROM voter), (SELECT count(*) FROM voter WHERE missing_since IS NULL),
        (SELECT count(*) FROM account), (SELECT count(*) FROM address WHERE tied), (SELECT count(*) FROM search_entry),
        (SELECT count(*) FROM roll_import)
"""
ALL_DIGESTS = "SELECT roll_digest FROM voter ORDER BY number"


@dataclass(frozen=True, slots=True)
class Held:
    """What a store holds of its roll."""

    voters: int
    present: int
    accounts: int
    tied: int
    findable: int
    imports: int
    digests: tuple[str, ...]


def main() -> int:
    """Both databases; the figures."""
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=10_000 if full() else 300)
    files = options.parse_args().files
    figures = []
    with stage() as play:
        figures += tried("SQLite", play, files)
    folder = memory_folder()
    with postgresql(durable=False) as server, stage(folder, url=f"{server}/postgres") as play:
        figures += tried("PostgreSQL", play, max(files // ON_SERVER, 20))
    return finish("fuzz-rolls", figures)


def tried(where: str, play: Stage, files: int) -> list[Figure]:
    """So many files, each checked and imported."""
    rng = random.Random(11)
    wrong: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    path = play.folder / "spoilt.csv"
    with play.store.read() as connection:
        before = held(connection)
    for number in range(files):
        if number % 20 == 0:
            seed_file = sound_file(rng, path)
        path.write_bytes(spoilt(rng, seed_file))
        foreseen = outcome(lambda: play.services.rolls.check(play.administrator, path), wrong)
        done = outcome(lambda: play.services.rolls.import_roll(play.administrator, path), wrong)
        with play.store.read() as connection:
            after = held(connection)
        ends["imported" if isinstance(done, RollReport) else str(done)] += 1
        for complaint in complaints(before, after, foreseen, done):
            wrong[complaint] += 1
            path.rename(play.folder / f"wrong-{number}")
            print(f"{where}, file {number}: {complaint}", flush=True)
        before = after
    print(f"{where}: {dict(ends.most_common())}")
    return [
        counted(f"spoilt roll files on {where}: tracebacks, or half an import", wrong=wrong.total(), of=files,
                command=COMMAND, note=f"{ends['imported']} imported, the others refused with a reason")
    ]  # fmt: skip


def held(connection) -> Held:
    """What there is now."""
    counts = connection.execute(text(STATE)).one()
    return Held(*counts, digests=tuple(connection.scalars(text(ALL_DIGESTS))))


def outcome(act: Callable[[], RollReport], wrong: Counter[str]) -> RollReport | str:
    """The report, or what the refusal is called; anything else is wrong."""
    try:
        return act()
    except RollRejected as refused:
        return "rejected" if refused.report.errors else "rejected for nothing"
    except BadInput as refused:
        return type(refused).__name__
    except Exception as error:  # noqa: BLE001 (that is what is looked for)
        wrong[f"{type(error).__name__}: {error}"[:200]] += 1
        traceback.print_exc()
        return "a traceback"


def complaints(before: Held, after: Held, foreseen: RollReport | str, done: RollReport | str) -> list[str]:
    """What is not as it must be."""
    wrong = []
    if not isinstance(done, RollReport):
        if after != before:
            wrong.append(f"refused ({done}), and yet something changed")
        if isinstance(foreseen, RollReport) and not foreseen.errors:
            wrong.append(f"the check had nothing against it, the import refused it: {done}")
        return wrong
    if foreseen != done:
        wrong.append("the import did something else than the check said")
    if after.imports != before.imports + 1:
        wrong.append("an import without its row")
    if after.present != done.rows:
        wrong.append(f"{done.rows} rows, {after.present} voters on the roll")
    if after.voters != before.voters + done.added:
        wrong.append("voters came or went otherwise than reported")
    if {after.accounts, after.tied, after.findable} != {after.voters}:
        wrong.append("voters without an account, a tied address or an entry of the index")
    return wrong


def sound_file(rng: random.Random, path: Path) -> bytes:
    """A roll that could be imported, in one of its habits."""
    rows = [row(number, **odd_cells(rng, number)) for number in rng.sample(range(1, 40), rng.randint(1, 12))]
    if rng.random() < 0.1:
        return write_sheet(path, [list(COLUMNS), *([each[column] for column in COLUMNS] for each in rows)]).read_bytes()
    encoding = rng.choice(("utf-8", "utf-8-sig", "cp1252"))
    separator = rng.choice(";,\t")
    return write_roll(path, rows, separator=separator, encoding=encoding).read_bytes()


def odd_cells(rng: random.Random, number: int) -> dict[str, str]:
    """What rolls are full of."""
    found = {
        "prenom": rng.choice(("Marie", "Zoé", "Jean-Paul", "Anne Lise", "D'Arc")),
        "nom_usage": rng.choice(("", "Le Gall", "de l'Étang", "=SUM(A1)", "+33")),
        "mel_secondaires": rng.choice(("", f"m{number}@education.gouv.fr", f"a{number}@b.fr|c{number}@d.fr")),
        "departement": rng.choice(("35", "1", "2a", "2B", "971")),
        "date_naissance": rng.choice(("04/03/1980", "1980-03-04")),
        "etablissement": rng.choice(("Collège Jean Moulin", 'Lycée "Voltaire"', "École\nprimaire", "  Collège  ")),
        "codes_scrutins": rng.choice(("CSA-MEN|CSA-A", "", "CSA-A|CSA-A", "CAPD")),
    }
    return {column: cell for column, cell in found.items() if rng.random() < 0.5}


def spoilt(rng: random.Random, content: bytes) -> bytes:
    """Some bytes replaced, taken away, doubled or moved; now and then none."""
    whole = bytearray(content)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 5))):
        if not whole:
            break
        place = rng.randrange(len(whole))
        end = min(place + rng.choice((0, 1, 3, 30)), len(whole))
        kind = rng.random()
        if kind < 0.4:
            whole[place:end] = rng.choice(SNIPPETS)
        elif kind < 0.6:
            whole[place:end] = rng.choice(NAUGHTY).encode("utf-8", "surrogatepass")
        elif kind < 0.75:
            whole[place:end] = rng.randbytes(rng.randint(0, 6))
        elif kind < 0.9:
            lines = whole.split(b"\n")
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
            whole = bytearray(b"\n".join(lines))
        else:
            del whole[place:]
    return bytes(whole)


if __name__ == "__main__":
    sys.exit(main())

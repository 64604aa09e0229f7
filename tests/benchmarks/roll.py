"""What importing a roll costs, beside the bare load of the same file in the same run. `python -m tests.benchmarks.roll`

On SQLite the peer is `sqlite3 .import` into one table without an index, on PostgreSQL a bare COPY of the file. Then the
same roll with one voter in a thousand changed. Each import is a process of its own, so that its memory is its own; that
of the process that helps it is added, peak to peak.
`--voters` sets the size; quick: 2,000, full: 1,200,000. Seconds are of the clock; the processor's are in the notes.
"""

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import text

from helpdesk.demo.sample_roll import write_sample
from helpdesk.store.engine import Store
from tests.databases import postgresql
from tests.proof.figures import Figure, finish, full, paired_ratio
from tests.trials.stage import memory_folder, stage

COMMAND = "PROOF=full python -m tests.benchmarks.roll"
ASKED = {"sqlite": 45.0, "postgresql": 60.0}
UPDATE_SECONDS, PEAK_MIB = 15.0, 400.0
BARE_LOADS = 3
CHANGED_EVERY = 1_000


def main() -> int:
    """Import, update and bare load on both databases; the figures as a table and as JSON."""
    options = argparse.ArgumentParser()
    options.add_argument("--voters", type=int, default=1_200_000 if full() else 2_000)
    options.add_argument("--imports", nargs=3, metavar=("URL", "FOLDER", "ROLL"))
    chosen = options.parse_args()
    if chosen.imports:
        url, folder, *rolls = chosen.imports
        print(json.dumps(imported(url, Path(folder), [Path(roll) for roll in rolls[0].split(os.pathsep)])))
        return 0
    folder = memory_folder()
    roll, later = folder / "roll.csv", folder / "later.csv"
    try:
        write_sample(roll, voters=chosen.voters, seed=1)
        changed = write_update(roll, later)
        print(f"{chosen.voters:,} voters, {changed:,} of them changed later; load {os.getloadavg()[0]:.1f}", flush=True)
        figures = measured(
            "sqlite",
            f"sqlite:///{folder / 'store.db'}",
            folder,
            (roll, later),
            [bare_sqlite(roll) for _ in range(BARE_LOADS)],
        )
        with postgresql(durable=True) as server:
            run_sql(server, "CREATE DATABASE roll")
            bare = [bare_copy(f"{server}/roll", roll) for _ in range(BARE_LOADS)]
            figures += measured("postgresql", f"{server}/roll", folder, (roll, later), bare)
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)
    return finish("roll", figures)


def write_update(roll: Path, later: Path) -> int:
    """The same roll with every thousandth voter in another corps; how many."""
    changed = 0
    with roll.open(encoding="utf-8", newline="") as old, later.open("w", encoding="utf-8", newline="") as new:
        reader, writer = csv.reader(old, delimiter=";"), csv.writer(new, delimiter=";")
        header = next(reader)
        place = header.index("corps")
        writer.writerow(header)
        for number, cells in enumerate(reader):
            if number % CHANGED_EVERY == 0:
                cells[place] += " (stagiaire)"
                changed += 1
            writer.writerow(cells)
    return changed


def measured(name: str, url: str, folder: Path, rolls: tuple[Path, Path], bare: list[float]) -> list[Figure]:
    """Both imports in one process of their own; the first beside each of the bare loads."""
    given = os.pathsep.join(str(each) for each in rolls)
    command = [sys.executable, "-m", "tests.benchmarks.roll", "--imports", url, str(folder), given]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    (first, first_cpu, first_peak), (update, update_cpu, _peak) = json.loads(done.stdout.splitlines()[-1])
    load = f"load {os.getloadavg()[0]:.1f}"
    peer = "sqlite3 .import" if name == "sqlite" else "bare COPY"
    return [
        Figure(f"first import, {name}", first, "s", COMMAND, compared_with=f"{peer}: {statistics.median(bare):.1f} s",
               ratio=paired_ratio([first] * len(bare), bare), asked=f"≤ {ASKED[name]:.0f} s",
               kept=first <= ASKED[name], timed=True, note=f"{first_cpu:.1f} s of the importer's processor; {load}"),
        Figure(f"memory of the first import, {name}", first_peak, "MiB", COMMAND, asked=f"< {PEAK_MIB:.0f} MiB",
               kept=first_peak < PEAK_MIB, timed=True),
        Figure(f"0.1 % changed, {name}", update, "s", COMMAND, asked=f"≤ {UPDATE_SECONDS:.0f} s",
               kept=update <= UPDATE_SECONDS, timed=True,
               note=f"{update_cpu:.1f} s of the importer's processor; {load}"),
    ]  # fmt: skip


def imported(url: str, folder: Path, rolls: list[Path]) -> list[tuple[float, float, float]]:
    """Seconds, processor seconds and the peak in MiB so far of each import, one after the other, into a new store."""
    found = []
    with stage(folder, url=url) as play:
        for roll in rolls:
            started, worked = time.perf_counter(), processor_seconds()
            play.services.rolls.import_roll(play.administrator, roll)
            spent = time.perf_counter() - started
            both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            peak = sum(resource.getrusage(each).ru_maxrss for each in both) / 1024
            found.append((spent, processor_seconds() - worked, peak))
    return found


def processor_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def bare_sqlite(roll: Path) -> float:
    """Seconds of `sqlite3 .import` of the same file into one table of a new file."""
    path = roll.with_name("bare.db")
    started = time.perf_counter()
    commands = (".mode csv", ".separator ;", f".import {roll} roll")
    subprocess.run(["sqlite3", path, *commands], check=True, capture_output=True)
    spent = time.perf_counter() - started
    path.unlink()
    return spent


def bare_copy(url: str, roll: Path) -> float:
    """Seconds of one COPY of the file into a table without an index, which is dropped again."""
    with roll.open(encoding="utf-8") as file:
        columns = file.readline().strip().split(";")
    store = Store(url)
    try:
        with store.write() as connection, roll.open("rb") as file:
            connection.execute(text(f"CREATE TABLE bare ({', '.join(f'{name} text' for name in columns)})"))
            started = time.perf_counter()
            with connection.connection.driver_connection.cursor() as cursor:
                statement = "COPY bare FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)"
                with cursor.copy(statement) as out:
                    while chunk := file.read(1 << 20):
                        out.write(chunk)
            spent = time.perf_counter() - started
            connection.execute(text("DROP TABLE bare"))
    finally:
        store.close()
    return spent


def run_sql(server: str, statement: str) -> None:
    """Outside of any transaction, as the server's superuser."""
    store = Store(f"{server}/postgres")
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    store.close()


if __name__ == "__main__":
    sys.exit(main())

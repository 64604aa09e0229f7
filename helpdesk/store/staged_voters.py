"""Voters whom an import adds to an embedded store: prepared in files of their own, then taken over in one transaction.

All reading, folding and sorting is done before the store is locked; what remains is copying from table to table
within SQLite. The files hold personal data: they are in a folder that only their owner can open, and that goes with
the import.
"""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from sqlalchemy import Connection, func, select

from helpdesk.domain.addresses import fold_address
from helpdesk.domain.errors import StoreBusy
from helpdesk.domain.roll_rows import RollRows, split_several
from helpdesk.store.engine import driver_faults
from helpdesk.store.schema import voter
from helpdesk.store.search.staging import NewVoters, staging_file
from helpdesk.store.search.tables import search_place
from helpdesk.store.search.worker import IndexWork

_PREFIX = "helpdesk-roll-"
_VOTERS_FILE, _INDEX_FILE = "voters.db", "index.db"
_ABANDONED_SECONDS = 24 * 3600
_TABLES = (
    (
        "CREATE TABLE voter (id INTEGER PRIMARY KEY, number, title, usage_name, family_name, first_name, birth_date,"
        " academy, department, code, corps, status, ballots, roll_digest)"
    ),
    "CREATE TABLE address (voter_id, address, folded, tied)",
)
_VOTERS = """
    INSERT INTO voter (id, number, title, family_name, usage_name, first_name, birth_date,
        establishment_id, academy, department, corps, status, roll_digest)
    SELECT v.id, v.number, v.title, v.family_name, v.usage_name, v.first_name, v.birth_date,
        e.id, v.academy, v.department, v.corps, v.status, v.roll_digest
    FROM staged.voter AS v CROSS JOIN main.establishment AS e ON e.code = v.code ORDER BY v.id
"""
_WHAT_IS_THEIRS = (
    (
        "INSERT INTO address (voter_id, address, folded, tied)"
        " SELECT voter_id, address, folded, tied FROM staged.address ORDER BY rowid"
    ),
    "INSERT INTO account (voter_id) SELECT id FROM staged.voter ORDER BY id",
    (
        "INSERT INTO enrolment (voter_id, ballot_id) SELECT v.id, e.ballot_id"
        " FROM staged.voter AS v CROSS JOIN temp.enrolled AS e ON e.ballots = v.ballots ORDER BY v.id"
    ),
)
_ENROLLED = "CREATE TEMP TABLE enrolled (ballots, ballot_id, PRIMARY KEY (ballots, ballot_id)) WITHOUT ROWID"
_INDEX = (
    "INSERT INTO search_entry SELECT * FROM staged_index.search_entry",
    "INSERT INTO search_key SELECT * FROM staged_index.search_key",
    "INSERT OR IGNORE INTO search_part SELECT p.* FROM staged_index.search_part AS p",
    "INSERT OR IGNORE INTO search_slip SELECT s.* FROM staged_index.search_slip AS s",
    (
        "INSERT INTO search_vocabulary SELECT v.* FROM staged_index.search_vocabulary AS v"
        " WHERE true ON CONFLICT (word) DO UPDATE SET voters = search_vocabulary.voters + excluded.voters"
    ),
)
STEPS = 1 + len(_WHAT_IS_THEIRS) + len(_INDEX)
"""Into how many steps taking over is divided."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What ids of new voters and places depend on: the last voter, and the places known."""

    last_id: int
    places: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """As the store is now."""
        query = select(search_place.c.academy, search_place.c.department, search_place.c.id)
        places = {(academy, department): each for academy, department, each in connection.execute(query)}
        return cls(connection.scalar(select(func.max(voter.c.id))) or 0, places)


class StagedVoters:
    """New voters of one import, from the reading of the file to the transaction."""

    def __init__(self, folder: Path, ground: Ground) -> None:
        """Make the files in this folder."""
        self._folder, self._ground = folder, ground
        self._places = dict(ground.places)
        self._next_place = max(self._places.values(), default=0) + 1
        self._count = 0
        self._ballots: set[str] = set()
        self._file = staging_file(folder / _VOTERS_FILE)
        for table in _TABLES:
            self._file.execute(table)
        self._file.execute("BEGIN")
        self._index = IndexWork(folder / _INDEX_FILE)

    def close(self) -> None:
        """End the work on the files, done or not."""
        self._index.close()
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def put(self, rows: RollRows) -> None:
        """Take in new voters. Raises WorkerLost, and StoreFull where no room is left for the files."""
        first_id = self._ground.last_id + self._count + 1
        ids = range(first_id, first_id + len(rows))
        self._count += len(rows)
        self._ballots.update(rows["codes_scrutins"])
        others = rows["mel_secondaires"]
        addresses = [*zip(ids, rows["mel_identifiant"], rows.folded, repeat(1))]
        folded = list(rows.folded)
        if any(others):
            for place, (voter_id, several) in enumerate(zip(ids, others, strict=True)):
                if several:
                    known = [(fold_address(each), each) for each in split_several(several)]
                    addresses += [(voter_id, each, fold, 0) for fold, each in known]
                    folded[place] = " ".join((folded[place], *sorted(fold for fold, _each in known)))
            addresses.sort(key=itemgetter(0))
        with driver_faults():
            self._file.executemany(
                f"INSERT INTO voter VALUES ({', '.join('?' * 14)})",
                zip(
                    ids, rows["id_electeur"], rows["civilite"], rows["nom_usage"], rows["nom_famille"], rows["prenom"],
                    rows["date_naissance"], rows["academie"], rows["departement"], rows["uai"], rows["corps"],
                    rows["statut"], rows["codes_scrutins"], [digest.hex() for digest in rows.digests], strict=True,
                ),
            )  # fmt: skip
            self._file.executemany("INSERT INTO address VALUES (?, ?, ?, ?)", addresses)
        places = [str(self._place(*where)) for where in zip(rows["academie"], rows["departement"], strict=True)]
        names = (rows["prenom"], rows["nom_famille"], rows["nom_usage"])
        self._index.add(NewVoters(first_id, *names, rows["academie"], places, folded))

    def end(self) -> None:
        """No more voters come: what the index still needs is done beside what the caller does now."""
        with driver_faults():
            self._file.execute("COMMIT")
        self._index.end()

    def take_over(self, connection: Connection, ballots: Mapping[str, int]) -> Iterator[int]:
        """Add all of them, in a transaction of `write_much`; gives how many of STEPS are done.

        Establishments and ballots (ids by their codes) are there already. Raises StoreBusy when the store has other
        voters than it had, WorkerLost.
        """
        if Ground.of(connection) != self._ground:
            raise StoreBusy
        run = connection.exec_driver_sql
        run("ATTACH ? AS staged", (str(self._folder / _VOTERS_FILE),))
        run(_ENROLLED)
        enrolled = [(each, ballots[code]) for each in self._ballots for code in split_several(each)]
        if enrolled:
            run("INSERT INTO temp.enrolled VALUES (?, ?)", enrolled)
        for done, statement in enumerate((_VOTERS, *_WHAT_IS_THEIRS), 1):
            run(statement)
            yield done
        new = [(number, *where) for where, number in self._places.items() if where not in self._ground.places]
        if new:
            run("INSERT INTO search_place (id, academy, department) VALUES (?, ?, ?)", new)
        run("DROP TABLE temp.enrolled")
        self._index.wait()
        run("ATTACH ? AS staged_index", (str(self._folder / _INDEX_FILE),))
        for done, statement in enumerate(_INDEX, 5):
            run(statement)
            yield done

    def _place(self, academy: str, department: str) -> int:
        where = (academy, department)
        found = self._places.get(where)
        if found is None:
            found = self._places[where] = self._next_place
            self._next_place += 1
        return found


@contextmanager
def staged_voters(beside: Path, ground: Ground) -> Iterator[StagedVoters]:
    """Files in a folder beside that of the store, gone at the end."""
    remove_abandoned(beside.parent)
    with TemporaryDirectory(prefix=_PREFIX, dir=beside.parent, ignore_cleanup_errors=True) as folder:
        staged = StagedVoters(Path(folder), ground)
        try:
            yield staged
        finally:
            staged.close()


def remove_abandoned(beside: Path) -> None:
    """Remove what imports left behind that were killed a day ago or longer."""
    for folder in beside.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if folder.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)

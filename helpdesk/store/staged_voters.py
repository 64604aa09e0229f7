"""Voters whom an import adds to an embedded store: prepared by SQLite itself in files beside the store.

What remains to be done while the store is locked is copying from table to table, within SQLite.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, select

from helpdesk.domain.errors import StoreBusy
from helpdesk.domain.roll_rows import split_several
from helpdesk.store.arrivals import Arrivals, Ground
from helpdesk.store.engine import driver_faults
from helpdesk.store.schema import account, address, enrolment, voter
from helpdesk.store.search.staging import StagedIndex, staging_file
from helpdesk.store.search.tables import search_vocabulary
from helpdesk.store.search.worker import IndexWork

_VOTERS_FILE, _INDEX_FILE = "voters.db", "index.db"
_REBUILT: tuple[Table, ...] = (voter, address, account, enrolment, search_vocabulary)
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


class StagedVoters(Arrivals):
    """New voters of one import into an embedded store."""

    STEPS = 1 + len(_WHAT_IS_THEIRS) + len(_INDEX)

    def __init__(self, folder: Path, ground: Ground) -> None:
        """Make the files in this folder."""
        super().__init__(ground, IndexWork(StagedIndex, folder / _INDEX_FILE))
        self._folder = folder
        self._file = staging_file(folder / _VOTERS_FILE)
        for table in _TABLES:
            self._file.execute(table)
        self._file.execute("BEGIN")

    def end(self) -> None:
        with driver_faults():
            self._file.execute("COMMIT")
        super().end()

    def close(self) -> None:
        super().close()
        self._file.close()

    def _write(self, voters: Iterator[tuple[object, ...]], addresses: Sequence[tuple[int, str, str, int]]) -> None:
        self._file.executemany(f"INSERT INTO voter VALUES ({', '.join('?' * 14)})", voters)
        self._file.executemany("INSERT INTO address VALUES (?, ?, ?, ?)", addresses)

    def settle(self, connection: Connection) -> None:
        if Ground.of(connection) != self._ground:
            raise StoreBusy
        new = [(number, *where) for where, number in self.places.items() if where not in self._ground.places]
        if new:  # now, since a voter who moves to one of these places may need it before the new ones arrive
            statement = "INSERT INTO search_place (id, academy, department) VALUES (?, ?, ?)"
            connection.exec_driver_sql(statement, new)

    def take_over(self, connection: Connection, ballots: Mapping[str, int]) -> Iterator[int]:
        run = connection.exec_driver_sql
        run("ATTACH ? AS staged", (str(self._folder / _VOTERS_FILE),))
        run(_ENROLLED)
        enrolled = [(each, ballots[code]) for each in self.ballots for code in split_several(each)]
        if enrolled:
            run("INSERT INTO temp.enrolled VALUES (?, ?)", enrolled)
        with _first_load(connection):
            for done, statement in enumerate((_VOTERS, *_WHAT_IS_THEIRS), 1):
                run(statement)
                yield done
        run("DROP TABLE temp.enrolled")
        self._index.wait()
        run("ATTACH ? AS staged_index", (str(self._folder / _INDEX_FILE),))
        for done, statement in enumerate(_INDEX, 5):
            run(statement)
            yield done


@contextmanager
def _first_load(connection: Connection) -> Iterator[None]:
    """While a store without voters is filled: its secondary indexes are built once, at the end.

    The transaction holds it all together: until it commits, others see the tables and indexes as they were.
    """
    if connection.scalar(select(voter.c.id).limit(1)) is not None:
        yield
        return
    indexes = [index for table in _REBUILT for index in sorted(table.indexes, key=lambda each: str(each.name))]
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)

"""Voters whom an import adds to an embedded store: prepared in files beside it, in tables of the store's own form.

What remains to be done while the store is locked is copying from table to table, within SQLite; into a store without
voters, rows and the entries of indexes are copied as they lie.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Table

from helpdesk.domain.errors import StoreBusy
from helpdesk.domain.roll_rows import RollRows, split_several
from helpdesk.store.arrivals import Arrivals, Ground, Numbered
from helpdesk.store.engine import driver_faults
from helpdesk.store.schema import account, address, enrolment, voter
from helpdesk.store.search.staging import INDEX_TABLES, StagedIndex, staging_file
from helpdesk.store.search.worker import IndexWork
from helpdesk.store.table_forms import TableForms

_VOTERS_FILE, _INDEX_FILE = "voters.db", "index.db"
_TABLES: tuple[Table, ...] = (voter, address, account, enrolment)
# A voter or an address that the file has twice is passed over here: the import is refused for it before this is used.
_PUT_VOTER = """
    INSERT OR IGNORE INTO voter (id, number, title, usage_name, family_name, first_name, birth_date, establishment_id,
        academy, department, corps, status, roll_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_PUT_ADDRESS = "INSERT OR IGNORE INTO address (voter_id, address, folded, tied) VALUES (?, ?, ?, ?)"
_PUT_ACCOUNTS = "INSERT INTO account (voter_id) SELECT id FROM voter ORDER BY id"
_ASIDE = (
    "CREATE TEMP TABLE cell_of (voter_id INTEGER PRIMARY KEY, cell INTEGER)",
    "CREATE TEMP TABLE ballot_of (cell INTEGER, ballot_id INTEGER, PRIMARY KEY (cell, ballot_id)) WITHOUT ROWID",
)
"""The cell of ballots that each voter has, by its number, and the ballots that it means."""
_PUT_ENROLMENTS = (
    "INSERT INTO enrolment (voter_id, ballot_id) SELECT c.voter_id, b.ballot_id"
    " FROM cell_of AS c CROSS JOIN ballot_of AS b ON b.cell = c.cell ORDER BY c.voter_id"
)
_COPY = {table.name: f"INSERT INTO main.{table.name} SELECT * FROM staged.{table.name}" for table in _TABLES}
_COPY_MORE = _COPY | {
    address.name: (
        "INSERT INTO main.address (voter_id, address, folded, tied)"
        " SELECT voter_id, address, folded, tied FROM staged.address ORDER BY id"
    )
}
# `shown` is what the triggers of migration 0012 would make of each.
_PUT_ENTRIES = (
    "INSERT INTO search_entry (voter_id, text, shown) SELECT e.voter_id, e.text, v.number || char(31) || v.first_name"
    " || char(31) || v.family_name || char(31) || v.usage_name || char(31) || p.code || char(31) || p.name || char(31)"
    " || coalesce((SELECT group_concat(d.folded || ' ' || d.address, ' ') FROM (SELECT folded, address FROM address"
    " WHERE voter_id = v.id AND address <> folded ORDER BY folded) AS d), '')"
    " FROM staged_index.search_entry AS e CROSS JOIN voter AS v ON v.id = e.voter_id"
    " CROSS JOIN establishment AS p ON p.id = v.establishment_id"
)
_COPY_ENTRIES = "INSERT INTO search_entry SELECT * FROM staged_index.search_entry"
_COPY_INDEX = (
    "INSERT INTO search_key SELECT * FROM staged_index.search_key",
    "INSERT OR IGNORE INTO search_part SELECT * FROM staged_index.search_part",
    "INSERT OR IGNORE INTO search_slip SELECT * FROM staged_index.search_slip",
)
_COPY_WORDS = "INSERT INTO search_vocabulary SELECT * FROM staged_index.search_vocabulary"
_COUNT_WORDS = (
    "INSERT INTO search_vocabulary SELECT * FROM staged_index.search_vocabulary AS v"
    " WHERE true ON CONFLICT (word) DO UPDATE SET voters = search_vocabulary.voters + excluded.voters"
)


class StagedVoters(Arrivals):
    """New voters of one import into an embedded store."""

    STEPS = len(_COPY) + len(_COPY_INDEX) + 2

    def __init__(self, folder: Path, ground: Ground, connection: Connection) -> None:
        """Make the files in this folder, with tables as `connection` has them."""
        index_forms = TableForms.of(connection, INDEX_TABLES)
        super().__init__(ground, IndexWork(partial(StagedIndex, forms=index_forms), folder / _INDEX_FILE))
        self._folder = folder
        self._forms = TableForms.of(connection, _TABLES)
        self._establishments, self._ballots = Numbered(ground.establishments), Numbered(ground.ballots)
        self._cells: Numbered[str] = Numbered({})
        self._file = staging_file(folder / _VOTERS_FILE)
        for table in (*self._forms.tables, *_ASIDE):
            self._file.execute(table)
        self._file.execute("BEGIN")

    def prepare(self) -> Iterator[None]:
        with driver_faults():
            self._file.executemany("INSERT INTO ballot_of VALUES (?, ?)", self._enrolled())
        for statement in (_PUT_ENROLMENTS, _PUT_ACCOUNTS, *self._forms.indexes, "COMMIT"):
            with driver_faults():
                self._file.execute(statement)
            yield

    def close(self) -> None:
        super().close()
        self._file.close()

    def _write(self, ids: Sequence[int], rows: RollRows, addresses: Sequence[tuple[int, str, str, int]]) -> None:
        voters = zip(
            ids, rows["id_electeur"], rows["civilite"], rows["nom_usage"], rows["nom_famille"], rows["prenom"],
            rows["date_naissance"], map(self._establishments.__getitem__, rows["uai"]), rows["academie"],
            rows["departement"], rows["corps"], rows["statut"], map(bytes.hex, rows.digests), strict=True,
        )  # fmt: skip
        self._file.executemany(_PUT_VOTER, voters)
        self._file.executemany(_PUT_ADDRESS, addresses)
        cells = zip(ids, map(self._cells.__getitem__, rows["codes_scrutins"]), strict=True)
        self._file.executemany("INSERT INTO cell_of VALUES (?, ?)", cells)

    def _enrolled(self) -> Iterator[tuple[int, int]]:
        for cell, number in self._cells.items():
            for code in split_several(cell):
                yield number, self._ballots[code]

    def settle(self, connection: Connection, names: Mapping[str, str]) -> None:
        """Now, since a voter who moves to one of these places may need it before the new ones arrive."""
        if Ground.of(connection) != self._ground:
            raise StoreBusy
        places = [(number, *where) for number, where in self.places.new()]
        establishments = [(number, code, names[code]) for number, code in self._establishments.new()]
        ballots = [(number, code, code) for number, code in self._ballots.new()]
        for columns, new in (
            ("search_place (id, academy, department)", places),
            ("establishment (id, code, name)", establishments),
            ("ballot (id, code, name)", ballots),
        ):
            if new:
                connection.exec_driver_sql(f"INSERT INTO {columns} VALUES (?, ?, ?)", new)

    def take_over(self, connection: Connection) -> Iterator[int]:
        run = connection.exec_driver_sql
        done = 0
        run("ATTACH ? AS staged", (str(self._folder / _VOTERS_FILE),))
        for statement in (_COPY if self.are_first else _COPY_MORE).values():
            run(statement)
            yield (done := done + 1)
        self._index.wait()
        run("ATTACH ? AS staged_index", (str(self._folder / _INDEX_FILE),))
        self._put_entries(connection)
        yield (done := done + 1)
        for statement in (*_COPY_INDEX, _COPY_WORDS if self.are_first else _COUNT_WORDS):
            run(statement)
            yield (done := done + 1)

    def _put_entries(self, connection: Connection) -> None:
        """As they lie, but for a file that calls an establishment by several names: one of them is shown in the end."""
        run = connection.exec_driver_sql
        if not self.are_named_alike or not self.are_first:
            run(_COPY_ENTRIES if self.are_named_alike else _PUT_ENTRIES)
            return
        triggers = run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'search_entry'").all()
        for name, _made in triggers:  # SQLite would ask it of each row, and take none over as it lies
            run(f"DROP TRIGGER {name}")
        run(_COPY_ENTRIES)
        for _name, made in triggers:
            run(made)

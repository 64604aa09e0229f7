"""The index entries of very many voters, made in files of their own: the store is not locked meanwhile."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from sqlalchemy import Table

from helpdesk.domain.sound import sound
from helpdesk.store.search.keys import Entry, entry_of
from helpdesk.store.search.spelling import parts, slips, stems
from helpdesk.store.search.tables import search_entry, search_key, search_part, search_slip, search_vocabulary
from helpdesk.store.table_forms import TableForms

INDEX_TABLES = (search_entry, search_key, search_vocabulary, search_part, search_slip)
_CACHE_KIB = 16 * 1024
_COLUMNS, _VALUES = "\x1c", "\x1d"
_PUT_ENTRY = f"INSERT INTO {search_entry.name} (voter_id, text, shown) VALUES (?, ?, ?)"


class NewVoters(NamedTuple):
    """Voters to be made findable: ids from `first_id` on; folded addresses are joined by spaces, the tied one first.

    No value holds a control character, but for those between the parts of what is `shown`.
    """

    first_id: int
    first_names: Sequence[str]
    family_names: Sequence[str]
    usage_names: Sequence[str]
    academies: Sequence[str]
    places: Sequence[str]
    addresses: Sequence[str]
    shown: Sequence[str]

    def packed(self) -> bytes:
        """All of it in a form that another process reads quickly."""
        columns = ((str(self.first_id),), *self[1:])
        return _COLUMNS.join(map(_VALUES.join, columns)).encode()

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """What was packed."""
        first_id, *columns = packed.decode().split(_COLUMNS)
        return cls(int(first_id), *(column.split(_VALUES) for column in columns))


def entries_of(voters: NewVoters) -> list[tuple[int, str, Entry]]:
    """The id, the number of the place and the entry of each of these voters."""
    return [
        (
            voter_id,
            place,
            entry_of(first=first, family=family, usage=usage, academy=academy, addresses=addresses.split(" ")),
        )
        for voter_id, (first, family, usage, academy, place, addresses) in enumerate(
            zip(*voters[1:-1], strict=True), voters.first_id
        )
    ]


class IndexFiles(Protocol):
    """What entries are written to."""

    def add(self, voters: NewVoters) -> None:
        """Take in voters."""
        ...

    def finish(self) -> None:
        """Add what follows from all of them, and close the files."""
        ...


class StagedIndex:
    """An SQLite file with the tables of the index, in the order of their keys, to be taken over as they are."""

    def __init__(self, path: Path, forms: TableForms) -> None:
        """Make the file, with INDEX_TABLES in these forms."""
        self._connection = staging_file(path)
        self._indexes = forms.indexes
        for table in forms.tables:
            self._run(table)
        self._run("CREATE TABLE gathered (key TEXT, voter_id INT, place INT)")
        self._run("BEGIN")
        self._counts: Counter[str] = Counter()

    def add(self, voters: NewVoters) -> None:
        """Take in voters."""
        entries = entries_of(voters)
        self._counts.update(chain.from_iterable([entry.words for _id, _place, entry in entries]))
        shown = [
            (voter_id, entry.text, each) for (voter_id, _place, entry), each in zip(entries, voters.shown, strict=True)
        ]
        self._connection.executemany(_PUT_ENTRY, shown)
        keys: list[tuple[str, int, int]] = []
        for voter_id, place, entry in entries:
            keys.extend(zip(entry.keys, repeat(voter_id), repeat(int(place))))
        self._insert("gathered", keys)

    def finish(self) -> None:
        """Put everything in order, and close the file."""
        self._run("INSERT INTO search_key SELECT key, voter_id, place FROM gathered ORDER BY 1, 2, 3")
        self._run("DELETE FROM gathered")
        words = sorted(self._counts)
        self._insert(search_vocabulary.name, ((word, self._counts[word], sound(word)) for word in words))
        self._sort_in(search_part, ((part, word) for word in words for part in parts(word)))
        self._sort_in(search_slip, _slips(words))
        for index in self._indexes:
            self._run(index)
        self._run("COMMIT")
        self._connection.close()

    def _sort_in(self, table: Table, rows: Iterable[tuple[object, ...]]) -> None:
        columns = ", ".join(table.columns.keys())
        self._run(f"CREATE TEMP TABLE unsorted ({columns})")
        self._insert("unsorted", rows)
        self._run(f"INSERT INTO {table.name} SELECT {columns} FROM temp.unsorted ORDER BY {columns}")
        self._run("DROP TABLE temp.unsorted")

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        width = len(self._connection.execute(f"PRAGMA table_info({table})").fetchall())
        self._connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)

    def _run(self, sql: str) -> None:
        self._connection.execute(sql)


class CopiedIndex:
    """A folder of files in the text form of PostgreSQL's COPY, one for each table."""

    def __init__(self, folder: Path) -> None:
        """Make the files."""
        folder.mkdir()
        self._folder = folder
        self._keys = (folder / "key").open("wb")
        self._texts = (folder / "entry").open("wb")
        self._counts: Counter[str] = Counter()

    def add(self, voters: NewVoters) -> None:
        """Take in voters."""
        entries = entries_of(voters)
        self._counts.update(chain.from_iterable([entry.words for _id, _place, entry in entries]))
        self._keys.write("".join([_key_lines(*each) for each in entries]).encode())
        texts = zip(entries, voters.shown, strict=True)
        lines = "".join([f"{voter_id}\t{entry.text}\t{shown}\n" for (voter_id, _place, entry), shown in texts])
        self._texts.write(lines.replace("\\", "\\\\").encode())

    def finish(self) -> None:
        """Add the words, and close the files."""
        self._keys.close()
        self._texts.close()
        words = sorted(self._counts)
        self._write("word", (f"{word}\t{self._counts[word]}\t{sound(word)}\n" for word in words))
        self._write("part", (f"{part}\t{word}\n" for word in words for part in parts(word)))
        self._write("slip", (f"{slip}\t{stem}\t{place}\n" for slip, stem, place in _slips(words)))

    def _write(self, table: str, lines: Iterable[str]) -> None:
        with (self._folder / table).open("w", encoding="ascii", newline="") as file:
            file.writelines(lines)


def _key_lines(voter_id: int, place: str, entry: Entry) -> str:
    rest = f"\t{voter_id}\t{place}\n"
    return rest.join(entry.keys) + rest


def staging_file(path: Path) -> sqlite3.Connection:
    """A new file for what is prepared: lost with a crash, which is what it is for, and quick for that.

    What is put into it is sound: tables of the store's form do not ask once more.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for setting in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", "ignore_check_constraints = ON"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


def _slips(words: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    for stem in {stem for word in words for stem in stems(word)}:
        for slip, place in slips(stem).items():
            yield slip, stem, place

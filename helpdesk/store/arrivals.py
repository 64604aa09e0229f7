"""Voters whom an import adds, from the reading of the file to the transaction: prepared in files, then taken over.

All reading, folding and sorting is done before the store is locked. The files hold personal data: they are in a
folder that only their owner can open, and that goes with the import.
"""

import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self, TypeVar

from sqlalchemy import Connection, func, select

from helpdesk.domain.roll import SEVERAL
from helpdesk.domain.roll_rows import RollRows, split_several
from helpdesk.store.engine import driver_faults
from helpdesk.store.schema import ballot, establishment, voter
from helpdesk.store.search.staging import NewVoters
from helpdesk.store.search.tables import BETWEEN_SHOWN, search_place
from helpdesk.store.search.worker import IndexWork

_PREFIX = "helpdesk-roll-"
_ABANDONED_SECONDS = 24 * 3600
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Ground:
    """What numbers of new rows depend on: the last voter, and the places, establishments and ballots known."""

    last_id: int = 0
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)
    establishments: Mapping[str, int] = field(default_factory=dict)
    ballots: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """As the store is now."""
        query = select(search_place.c.academy, search_place.c.department, search_place.c.id)
        places = {(academy, department): each for academy, department, each in connection.execute(query).all()}
        codes = (dict(connection.execute(select(table.c.code, table.c.id)).all()) for table in (establishment, ballot))
        return cls(connection.scalar(select(func.max(voter.c.id))) or 0, places, *codes)


class Numbered(dict[_Key, int]):
    """The numbers of what the store has; what is new has the next one when it is first asked for."""

    def __init__(self, known: Mapping[_Key, int]) -> None:
        """Begin with what is known."""
        super().__init__(known)
        self._known = len(known)
        self._last = max(known.values(), default=0)

    def __missing__(self, key: _Key) -> int:
        self._last += 1
        self[key] = self._last
        return self._last

    def new(self) -> list[tuple[int, _Key]]:
        """The new ones, with their numbers."""
        return [(number, key) for key, number in islice(self.items(), self._known, None)]


class Arrivals(ABC):
    """The voters that one file adds to a store of one kind."""

    STEPS: int
    """Into how many steps taking over is divided."""

    def __init__(self, ground: Ground, index: IndexWork) -> None:
        """Nobody yet; ids and places are given from what the store has on."""
        self._ground, self._index = ground, index
        self.places = Numbered(ground.places)
        self._count = 0
        self.ballots: dict[str, None] = {}
        """The cells of ballots that rows have, in the order of the file."""
        self._names: dict[str, str] = {}
        self.are_named_alike = True
        """False once an establishment has several names: only one of them is shown in the end."""

    def __len__(self) -> int:
        return self._count

    @property
    def are_first(self) -> bool:
        """True if the store had no voter yet."""
        return not self._ground.last_id

    def put(self, rows: RollRows) -> None:
        """Take in new voters. Raises WorkerLost, and StoreFull where no room is left for the files."""
        first_id = self._ground.last_id + self._count + 1
        ids = range(first_id, first_id + len(rows))
        self._count += len(rows)
        self.ballots.update(dict.fromkeys(rows["codes_scrutins"]))
        addresses = [*zip(ids, rows["mel_identifiant"], rows.folded, repeat(1))]
        together = list(rows.folded)
        for place, other in enumerate(rows["mel_secondaires"]):
            if not other:
                continue
            folded = rows.folded_others[place]
            several = [(other, folded)]
            if SEVERAL in other:
                several = [*zip(split_several(other), split_several(folded), strict=True)]
            addresses += [(ids[place], each, fold, 0) for each, fold in several]
            together[place] = " ".join((together[place], *sorted([fold for _each, fold in several])))
        with driver_faults():
            self._write(ids, rows, addresses)
        places = [*map(str, map(self.places.__getitem__, zip(rows["academie"], rows["departement"], strict=True)))]
        names = (rows["prenom"], rows["nom_famille"], rows["nom_usage"])
        shown = self._shown(rows, first_id, addresses)
        self._index.add(NewVoters(first_id, *names, rows["academie"], places, together, shown))

    def end(self) -> None:
        """No more voters come: what the index still needs is done beside what the caller does now."""
        self._index.end()

    def close(self) -> None:
        """End the work on the files, done or not."""
        self._index.close()

    def prepare(self) -> Iterator[None]:
        """Put the files in order, step by step, before the store is locked. Raises StoreFull."""
        return iter(())  # a server puts everything in order itself

    def settle(self, connection: Connection, names: Mapping[str, str]) -> None:  # noqa: B027 (a server gives ids itself)
        """Make sure of the ids that were given, at the start of the transaction, before it changes anything.

        `names` are those of establishments, by their codes. Raises StoreBusy when the store has other voters, places,
        establishments or ballots than it had.
        """

    @abstractmethod
    def take_over(self, connection: Connection) -> Iterator[int]:
        """Add all of them, in a transaction of `write_much`; gives how many of STEPS are done.

        Establishments and ballots are there already. Raises WorkerLost.
        """

    def _shown(self, rows: RollRows, first_id: int, addresses: Sequence[tuple[int, str, str, int]]) -> Sequence[str]:
        for code, name in {*zip(rows["uai"], rows["etablissement"], strict=True)}:
            self.are_named_alike &= self._names.setdefault(code, name) == name
        pairs = [""] * len(rows)
        otherwise = [(voter_id, fold, written) for voter_id, written, fold, _tied in addresses if written != fold]
        for voter_id, fold, written in sorted(otherwise):
            place = voter_id - first_id
            pairs[place] = f"{pairs[place]} {fold} {written}".lstrip()
        columns = ("id_electeur", "prenom", "nom_famille", "nom_usage", "uai", "etablissement")
        return [*map(BETWEEN_SHOWN.join, zip(*map(rows.__getitem__, columns), pairs, strict=True))]

    @abstractmethod
    def _write(self, ids: Sequence[int], rows: RollRows, addresses: Sequence[tuple[int, str, str, int]]) -> None:
        """Keep rows: of each address the voter, the address, it folded, 1 for tied."""


@contextmanager
def import_folder(parent: Path) -> Iterator[Path]:
    """A folder for the files of one import, gone at the end; those of imports killed a day ago go too."""
    for left in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=_PREFIX, dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)

"""Voters whom an import adds to a server: files in the form of COPY, sent in the transaction and taken over there.

See `guard/sql/8_roll.sql` for the tables that they are sent to, and the function that takes them over.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from helpdesk.domain.roll_rows import RollRows
from helpdesk.store.arrivals import Arrivals, Ground
from helpdesk.store.search.staging import CopiedIndex
from helpdesk.store.search.worker import IndexWork

_OF_VOTERS, _OF_INDEX = ("voter", "address", "place"), ("entry", "key", "word", "part", "slip")
_CHUNK = 1 << 18


class SentVoters(Arrivals):
    """New voters of one import into a store on a server."""

    STEPS = len(_OF_VOTERS) + len(_OF_INDEX) + 1

    def __init__(self, folder: Path) -> None:
        """Make the files in this folder, with ids and places from 1 on: the server gives the store's own."""
        super().__init__(Ground(), IndexWork(CopiedIndex, folder / "index"))
        self._folder = folder
        self._files = {name: (folder / name).open("wb") for name in _OF_VOTERS}

    def end(self) -> None:
        super().end()
        self._append(
            "place", [f"{place}\t{academy}\t{department}" for (academy, department), place in self.places.items()]
        )
        for file in self._files.values():
            file.close()

    def close(self) -> None:
        super().close()
        for file in self._files.values():
            file.close()

    def _write(self, ids: Sequence[int], rows: RollRows, addresses: Sequence[tuple[int, str, str, int]]) -> None:
        voters = zip(
            map(str, ids), rows["id_electeur"], rows["civilite"], rows["nom_usage"], rows["nom_famille"],
            rows["prenom"], rows["date_naissance"], rows["academie"], rows["departement"], rows["uai"], rows["corps"],
            rows["statut"], rows["codes_scrutins"], map(bytes.hex, rows.digests), strict=True,
        )  # fmt: skip
        self._append("voter", map("\t".join, voters))
        self._append("address", [f"{each}\t{address}\t{folded}\t{tied}" for each, address, folded, tied in addresses])

    def _append(self, name: str, lines: Iterable[str]) -> None:
        """No value holds a tab or a line break: backslashes are all that there is to escape."""
        text = "\n".join((*lines, ""))
        self._files[name].write(text.replace("\\", "\\\\").encode())

    def take_over(self, connection: Connection) -> Iterator[int]:
        connection.execute(select(func.helpdesk.expect_voters()))
        done = 0
        for name in _OF_VOTERS:
            self._send(connection, name, self._folder / name)
            yield (done := done + 1)
        self._index.wait()
        if not self.are_named_alike:
            self._leave_to_the_server(self._folder / "index" / "entry")
        for name in _OF_INDEX:
            self._send(connection, name, self._folder / "index" / name)
            yield (done := done + 1)
        connection.execute(select(func.helpdesk.take_over_voters()))
        yield done + 1

    @staticmethod
    def _leave_to_the_server(path: Path) -> None:
        """Entries without what is shown: the server makes it then."""
        kept = path.with_name("entry without")
        with path.open("rb") as file, kept.open("wb") as out:
            out.writelines(line[: line.rindex(b"\t") + 1] + b"\n" for line in file)
        kept.replace(path)

    @staticmethod
    def _send(connection: Connection, name: str, path: Path) -> None:
        raw: Any = connection.connection.driver_connection
        copy = f"COPY helpdesk.arriving_{name} FROM STDIN"
        with path.open("rb") as file, raw.cursor() as cursor, cursor.copy(copy) as out:
            while chunk := file.read(_CHUNK):
                out.write(chunk)

"""Making the voters of a large roll findable on a server, batch by batch."""

from collections.abc import Sequence

from sqlalchemy import Connection

from helpdesk.domain.addresses import fold_address
from helpdesk.domain.roll_rows import RollRow
from helpdesk.store.bulk import insert_many
from helpdesk.store.search.entries import place_of
from helpdesk.store.search.keys import entry_of
from helpdesk.store.search.tables import search_entry, search_key
from helpdesk.store.search.vocabulary import count_words


class IndexLoad:
    """The index entries of voters that one import adds."""

    def __init__(self, connection: Connection, *, copy: bool) -> None:
        """Nothing added yet."""
        self._connection, self._copy = connection, copy
        self._counts: dict[str, int] = {}
        self._places: dict[tuple[str, str], int] = {}

    def add(self, pairs: Sequence[tuple[int, RollRow]]) -> None:
        """Take in voters, with their internal ids."""
        keys: list[tuple[str, int, int]] = []
        texts: list[tuple[int, str]] = []
        counts = self._counts
        for voter_id, row in pairs:
            where = (row.academy, row.department)
            place = self._places.get(where)
            if place is None:
                place = self._places[where] = place_of(self._connection, *where)
            entry = entry_of(
                first=row.first_name,
                family=row.family_name,
                usage=row.usage_name,
                academy=row.academy,
                addresses=(fold_address(row.tied), *sorted(fold_address(other) for other in row.others)),
            )
            keys += [(key, voter_id, place) for key in entry.keys]
            texts.append((voter_id, entry.text))
            for word in entry.words:
                counts[word] = counts.get(word, 0) + 1
        insert_many(self._connection, search_entry, "voter_id, text", texts, copy=self._copy)
        keys.sort()
        insert_many(self._connection, search_key, "key, voter_id, place", keys, copy=self._copy)

    def finish(self) -> None:
        """Count the words of all of them."""
        count_words(self._connection, self._counts)
        self._counts = {}

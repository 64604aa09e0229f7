"""Keeping the index in step: what a voter is found by, added and removed in the transaction of the change."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, bindparam, delete, insert, select

from helpdesk.store.rows import insert_values
from helpdesk.store.schema import address, voter
from helpdesk.store.search.keys import Entry, counted, entry_of
from helpdesk.store.search.tables import search_entry, search_key, search_place
from helpdesk.store.search.vocabulary import count_words, discount_words

_BATCH = 5_000
_Item = TypeVar("_Item")


def add_voters(connection: Connection, voter_ids: Iterable[int]) -> None:
    """Make voters findable by their names and addresses as they stand in the tables now."""
    for batch in _batches(voter_ids):
        entries = list(_entries(connection, batch))
        if not entries:
            continue
        keys = sorted((key, voter_id, place) for voter_id, place, entry in entries for key in entry.keys)
        texts = [(voter_id, entry.text) for voter_id, _place, entry in entries]
        insert_values(connection, search_key, ("key", "voter_id", "place"), keys)
        insert_values(connection, search_entry, ("voter_id", "text"), texts)
        count_words(connection, counted(entry for _voter_id, _place, entry in entries))


def remove_voters(connection: Connection, voter_ids: Iterable[int]) -> None:
    """Take voters out of the index; call it before their names or addresses change, or they are deleted."""
    for batch in _batches(voter_ids):
        indexed = set(connection.scalars(select(search_entry.c.voter_id).where(search_entry.c.voter_id.in_(batch))))
        entries = [each for each in _entries(connection, batch) if each[0] in indexed]
        if not entries:
            continue
        gone = [
            {"of_key": key, "of_voter": voter_id, "of_place": place}
            for voter_id, place, entry in entries
            for key in sorted(entry.keys)
        ]
        match = (search_key.c.key == bindparam("of_key"), search_key.c.voter_id == bindparam("of_voter"))
        connection.execute(delete(search_key).where(*match, search_key.c.place == bindparam("of_place")), gone)
        connection.execute(delete(search_entry).where(search_entry.c.voter_id.in_(indexed)))
        discount_words(connection, counted(entry for _voter_id, _place, entry in entries))


def place_of(connection: Connection, academy: str, department: str) -> int:
    """The number of an académie and department, given when they are first met together."""
    wanted = (search_place.c.academy == academy, search_place.c.department == department)
    found = connection.scalar(select(search_place.c.id).where(*wanted))
    if found is None:
        made = insert(search_place).values(academy=academy, department=department).returning(search_place.c.id)
        found = connection.execute(made).scalar_one()
    return int(found)


def _entries(connection: Connection, batch: Sequence[int]) -> Iterator[tuple[int, int, Entry]]:
    addresses: dict[int, list[str]] = {}
    held = select(address.c.voter_id, address.c.folded).where(address.c.voter_id.in_(batch))
    for each in connection.execute(held.order_by(address.c.tied.desc(), address.c.folded)):
        addresses.setdefault(each.voter_id, []).append(each.folded)
    columns = (voter.c.id, voter.c.first_name, voter.c.family_name, voter.c.usage_name)
    query = select(*columns, voter.c.academy, voter.c.department).where(voter.c.id.in_(batch)).order_by(voter.c.id)
    places: dict[tuple[str, str], int] = {}
    for row in connection.execute(query).all():
        where = (row.academy, row.department)
        if where not in places:
            places[where] = place_of(connection, *where)
        yield (
            row.id,
            places[where],
            entry_of(
                first=row.first_name,
                family=row.family_name,
                usage=row.usage_name,
                academy=row.academy,
                addresses=addresses.get(row.id, []),
            ),
        )


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch

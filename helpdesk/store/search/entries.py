"""Keeping the index in step: what a voter is found by, added and removed in the transaction of the change."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection, delete, insert, select

from helpdesk.store.rows import delete_values, insert_values
from helpdesk.store.schema import address, voter
from helpdesk.store.search.keys import Entry, counted, entry_of
from helpdesk.store.search.tables import search_entry, search_key, search_place
from helpdesk.store.search.vocabulary import count_words, discount_words

_BATCH = 5_000
_Item = TypeVar("_Item")
_Indexed: TypeAlias = tuple[int, int, Entry]
"""A voter, the number of the place, the entry."""


def add_voters(connection: Connection, voter_ids: Iterable[int]) -> None:
    """Make voters findable by their names and addresses as they stand in the tables now."""
    for batch in _batches(voter_ids):
        _add(connection, list(_entries(connection, batch)))


def remove_voters(connection: Connection, voter_ids: Iterable[int]) -> None:
    """Take voters out of the index; call it before their names or addresses change, or they are deleted."""
    for batch in _batches(voter_ids):
        _remove(connection, _indexed(connection, batch))


@contextmanager
def kept_findable(connection: Connection, voter_ids: Sequence[int]) -> Iterator[None]:
    """Change names, places and addresses of some thousands of voters within; of the index only what differs changes."""
    before = _indexed(connection, voter_ids)
    yield
    after = list(_entries(connection, voter_ids))
    same = {*before}.intersection(after)
    _remove(connection, [each for each in before if each not in same])
    _add(connection, [each for each in after if each not in same])


def _add(connection: Connection, entries: Sequence[_Indexed]) -> None:
    if not entries:
        return
    keys = sorted((key, voter_id, place) for voter_id, place, entry in entries for key in entry.keys)
    texts = [(voter_id, entry.text) for voter_id, _place, entry in entries]
    insert_values(connection, search_key, ("key", "voter_id", "place"), keys)
    insert_values(connection, search_entry, ("voter_id", "text"), texts)
    count_words(connection, counted(entry for _voter_id, _place, entry in entries))


def _remove(connection: Connection, entries: Sequence[_Indexed]) -> None:
    if not entries:
        return
    keys = sorted((key, voter_id, place) for voter_id, place, entry in entries for key in entry.keys)
    delete_values(connection, search_key, ("key", "voter_id", "place"), keys)
    ids = [voter_id for voter_id, _place, _entry in entries]
    connection.execute(delete(search_entry).where(search_entry.c.voter_id.in_(ids)))
    discount_words(connection, counted(entry for _voter_id, _place, entry in entries))


def place_of(connection: Connection, academy: str, department: str) -> int:
    """The number of an académie and department, given when they are first met together."""
    wanted = (search_place.c.academy == academy, search_place.c.department == department)
    found = connection.scalar(select(search_place.c.id).where(*wanted))
    if found is None:
        made = insert(search_place).values(academy=academy, department=department).returning(search_place.c.id)
        found = connection.execute(made).scalar_one()
    return int(found)


def _indexed(connection: Connection, batch: Sequence[int]) -> list[_Indexed]:
    """The entries of those who are in the index."""
    indexed = set(connection.scalars(select(search_entry.c.voter_id).where(search_entry.c.voter_id.in_(batch))))
    return [each for each in _entries(connection, batch) if each[0] in indexed]


def _entries(connection: Connection, batch: Sequence[int]) -> Iterator[_Indexed]:
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

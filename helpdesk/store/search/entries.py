"""Keeping the index in step: what a voter is found by, added and removed in the transaction of the change."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from helpdesk.domain.sound import sound
from helpdesk.store.rows import insert_values
from helpdesk.store.schema import address, voter
from helpdesk.store.search.keys import Entry, counted, entry_of
from helpdesk.store.search.spelling import parts, slips, stems
from helpdesk.store.search.tables import (
    search_entry,
    search_key,
    search_part,
    search_place,
    search_slip,
    search_vocabulary,
)

_BATCH = 5_000
_END = "\U0010ffff"
_Item = TypeVar("_Item")


def add_voters(connection: Connection, voter_ids: Iterable[int]) -> None:
    """Make voters findable by their names and addresses as they stand in the tables now."""
    for batch in _batches(voter_ids):
        entries = list(_entries(connection, batch))
        if not entries:
            continue
        keys = sorted((key, voter_id, place) for voter_id, place, entry in entries for key in entry.keys)
        insert_rows(connection, search_key, keys)
        insert_rows(connection, search_entry, [(voter_id, entry.text) for voter_id, _place, entry in entries])
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
        _discount_words(connection, counted(entry for _voter_id, _place, entry in entries))


def add_words(connection: Connection, words: Collection[str]) -> None:
    """Make words of the vocabulary findable by their pieces and misspellings; call it for words that are new."""
    for batch in _batches(sorted(words)):  # words of a whole country have a million pieces
        pieces, forms = pieces_of(batch)
        insert_rows(connection, search_part, pieces, conflict="ON CONFLICT DO NOTHING")
        insert_rows(connection, search_slip, forms, conflict="ON CONFLICT DO NOTHING")


def pieces_of(words: Collection[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str, int]]]:
    """The rows of `search_part` and `search_slip` for these words, in the tables' order."""
    pieces = sorted({(part, word) for word in words for part in parts(word)})
    every_stem = {stem for word in words for stem in stems(word)}
    forms = sorted((slip, stem, place) for stem in every_stem for slip, place in slips(stem).items())
    return pieces, forms


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[tuple[object, ...]], *, conflict: str = ""
) -> None:
    """Insert rows of values in the order of the table's columns, by the driver's own quickest way for many.

    `conflict` is an ON CONFLICT clause.
    """
    insert_values(connection, table, table.columns.keys(), rows, conflict=conflict)


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


def count_words(connection: Connection, counts: dict[str, int]) -> None:
    """Add to the vocabulary so many voters of each word; words that are new become findable by pieces and slips."""
    if not counts:
        return
    word = search_vocabulary.c.word
    known: set[str] = set()
    for batch in _batches(sorted(counts)):
        known.update(connection.scalars(select(word).where(word.in_(batch))))
    # in order of the words, so that two writers never wait for one another
    rows = [(each, count, sound(each)) for each, count in sorted(counts.items())]
    more = "ON CONFLICT (word) DO UPDATE SET voters = search_vocabulary.voters + excluded.voters"
    insert_rows(connection, search_vocabulary, rows, conflict=more)
    add_words(connection, counts.keys() - known)


def _discount_words(connection: Connection, counts: dict[str, int]) -> None:
    if not counts:
        return
    statement = update(search_vocabulary).where(search_vocabulary.c.word == bindparam("of_word"))
    connection.execute(
        statement.values(voters=search_vocabulary.c.voters - bindparam("fewer")),
        [{"of_word": word, "fewer": count} for word, count in sorted(counts.items())],
    )
    gone = list(connection.scalars(select(search_vocabulary.c.word).where(search_vocabulary.c.voters <= 0)))
    if not gone:
        return
    connection.execute(delete(search_vocabulary).where(search_vocabulary.c.voters <= 0))
    connection.execute(delete(search_part).where(search_part.c.word.in_(gone)))
    for stem in sorted({stem for word in gone for stem in stems(word)}):
        if not _stem_lives(connection, stem):
            connection.execute(
                delete(search_slip).where(search_slip.c.slip.in_(slips(stem)), search_slip.c.stem == stem)
            )


def _stem_lives(connection: Connection, stem: str) -> bool:
    word = search_vocabulary.c.word
    query = select(word).where(word >= stem, word < stem + _END)
    if len(stem) == 3:  # noqa: PLR2004 (stems of three letters are whole words)
        query = select(word).where(word == stem)
    return connection.scalar(query.limit(1)) is not None


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch

"""Keeping the index in step: what a voter is found by, added and removed in the transaction of the change."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from helpdesk.domain.folding import fold, words
from helpdesk.store.engine import upsert_counts
from helpdesk.store.schema import address, voter
from helpdesk.store.search.tables import search_trigram, search_vocabulary, search_word

COMMON_WORDS = frozenset({"ac", "fr"})
"""Words of nearly every address: they find nobody."""

_BATCH = 5_000


def add_voters(connection: Connection, voter_ids: Iterable[int]) -> None:
    """Make voters findable by their names and addresses as they stand in the tables now."""
    for batch in _batches(voter_ids):
        found = list(_voter_words(connection, batch))
        counts = Counter(word for _voter_id, has in found for word in has)
        rows = [{"word": word, "voter_id": voter_id} for voter_id, has in found for word in has]
        if rows:
            connection.execute(insert(search_word), rows)
            upsert_counts(connection, search_vocabulary, counts, key="word", count="voters")
        trigrams = [
            {"trigram": trigram, "address_id": row.id}
            for row in connection.execute(select(address.c.id, address.c.folded).where(address.c.voter_id.in_(batch)))
            for trigram in local_trigrams(row.folded)
        ]
        if trigrams:
            connection.execute(insert(search_trigram), trigrams)


def remove_voters(connection: Connection, voter_ids: Iterable[int]) -> None:
    """Take voters out of the index; call it before their names or addresses change."""
    for batch in _batches(voter_ids):
        had = connection.execute(select(search_word.c.word).where(search_word.c.voter_id.in_(batch)))
        counts = Counter(had.scalars())
        if counts:
            connection.execute(
                update(search_vocabulary)
                .where(search_vocabulary.c.word == bindparam("of_word"))
                .values(voters=search_vocabulary.c.voters - bindparam("fewer")),
                [{"of_word": word, "fewer": count} for word, count in counts.items()],
            )
            connection.execute(delete(search_vocabulary).where(search_vocabulary.c.voters <= 0))
        connection.execute(delete(search_word).where(search_word.c.voter_id.in_(batch)))
        theirs = select(address.c.id).where(address.c.voter_id.in_(batch))
        connection.execute(delete(search_trigram).where(search_trigram.c.address_id.in_(theirs)))


def local_trigrams(folded: str) -> set[str]:
    """Every three characters in a row of an address up to and with its @."""
    local = folded.partition("@")[0] + "@"
    return {local[start : start + 3] for start in range(len(local) - 2)}


def _voter_words(connection: Connection, batch: Sequence[int]) -> Iterator[tuple[int, set[str]]]:
    found: dict[int, set[str]] = {}
    names = select(voter.c.id, voter.c.family_name, voter.c.usage_name, voter.c.first_name)
    for voter_id, *named in connection.execute(names.where(voter.c.id.in_(batch))):
        found[voter_id] = set(words(fold(" ".join(named))))
    for row in connection.execute(select(address.c.voter_id, address.c.folded).where(address.c.voter_id.in_(batch))):
        found[row.voter_id].update(words(row.folded))
    for voter_id, has in found.items():
        yield voter_id, has - COMMON_WORDS


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    iterator = iter(ids)
    while batch := list(islice(iterator, _BATCH)):
        yield batch

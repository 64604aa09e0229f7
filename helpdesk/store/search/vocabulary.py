"""The words of the index: how many voters have each, and what a word is found by when it is cut or misspelt."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Integer,
    SmallInteger,
    Text,
    bindparam,
    cast,
    delete,
    func,
    select,
    update,
)

from helpdesk.domain.sound import sound
from helpdesk.store.engine import under_row_security
from helpdesk.store.rows import insert_values
from helpdesk.store.search.spelling import SHORTEST_STEM, parts, slips, stems
from helpdesk.store.search.tables import search_part, search_slip, search_vocabulary

_BATCH = 5_000
_END = "\U0010ffff"


def count_words(connection: Connection, counts: Mapping[str, int]) -> None:
    """Add to the vocabulary so many voters of each word; words that are new become findable by pieces and slips."""
    secured = under_row_security(connection)
    every = sorted(counts)  # in order, so that two writers never wait for one another
    for start in range(0, len(every), _BATCH):  # words of a whole country have a million pieces
        batch = every[start : start + _BATCH]
        new = _count(connection, batch, [counts[word] for word in batch], secured=secured)
        _add_spellings(connection, new, secured=secured)


def discount_words(connection: Connection, counts: Mapping[str, int]) -> None:
    """Take so many voters of each word away; words that nobody has any more are no longer found."""
    secured = under_row_security(connection)
    every = sorted(counts)
    for start in range(0, len(every), _BATCH):
        batch = every[start : start + _BATCH]
        gone = _discount(connection, batch, [counts[word] for word in batch], secured=secured)
        _remove_spellings(connection, gone, secured=secured)


def _count(connection: Connection, words: Sequence[str], voters: Sequence[int], *, secured: bool) -> list[str]:
    """Count the words; those whose spellings may be missing."""
    sounds = [sound(word) for word in words]
    if secured:
        call = func.helpdesk.count_words(_texts(words), cast(voters, ARRAY(Integer)), _texts(sounds))
        return list(connection.scalars(select(call)))
    word = search_vocabulary.c.word
    known = set(connection.scalars(select(word).where(word.in_(words))))
    more = "ON CONFLICT (word) DO UPDATE SET voters = search_vocabulary.voters + excluded.voters"
    rows = list(zip(words, voters, sounds, strict=True))
    insert_values(connection, search_vocabulary, ("word", "voters", "sound"), rows, conflict=more)
    return [each for each in words if each not in known]


def _discount(connection: Connection, words: Sequence[str], voters: Sequence[int], *, secured: bool) -> list[str]:
    """Discount the words; those whose spellings may be too many."""
    if secured:
        call = func.helpdesk.discount_words(_texts(words), cast(voters, ARRAY(Integer)))
        return list(connection.scalars(select(call)))
    word, count = search_vocabulary.c.word, search_vocabulary.c.voters
    fewer = update(search_vocabulary).where(word == bindparam("of_word")).values(voters=count - bindparam("fewer"))
    each_word = [{"of_word": each, "fewer": number} for each, number in zip(words, voters, strict=True)]
    connection.execute(fewer, each_word)
    gone = list(connection.scalars(select(word).where(word.in_(words), count <= 0)))
    connection.execute(delete(search_vocabulary).where(word.in_(gone)))
    return gone


def _add_spellings(connection: Connection, words: Collection[str], *, secured: bool) -> None:
    pieces, forms = _spellings(words)
    if not forms:
        return
    if secured:
        places = cast([place for _slip, _stem, place in forms], ARRAY(SmallInteger))
        connection.execute(select(func.helpdesk.add_spellings(*_columns(pieces), *_columns(forms), places)))
        return
    insert_values(connection, search_part, ("part", "word"), pieces, conflict="ON CONFLICT DO NOTHING")
    insert_values(connection, search_slip, ("slip", "stem", "place"), forms, conflict="ON CONFLICT DO NOTHING")


def _remove_spellings(connection: Connection, words: Collection[str], *, secured: bool) -> None:
    pieces, forms = _spellings(words)
    if not forms:
        return
    if secured:
        connection.execute(select(func.helpdesk.remove_spellings(*_columns(pieces), *_columns(forms))))
        return
    part, word = search_part.c.part, search_part.c.word
    of_piece = delete(search_part).where(part == bindparam("of_part"), word == bindparam("of_word"))
    if pieces:
        connection.execute(of_piece, [{"of_part": part_, "of_word": word_} for part_, word_ in pieces])
    dead = {stem for stem in {stem for _slip, stem, _place in forms} if not _stem_lives(connection, stem)}
    slip, stem_ = search_slip.c.slip, search_slip.c.stem
    of_form = delete(search_slip).where(slip == bindparam("of_slip"), stem_ == bindparam("of_stem"))
    gone = [{"of_slip": form, "of_stem": stem} for form, stem, _place in forms if stem in dead]
    if gone:
        connection.execute(of_form, gone)


def _spellings(words: Collection[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str, int]]]:
    """The rows of `search_part` and `search_slip` for these words, in the tables' order."""
    pieces = sorted({(part, word) for word in words for part in parts(word)})
    every_stem = {stem for word in words for stem in stems(word)}
    forms = sorted((slip, stem, place) for stem in every_stem for slip, place in slips(stem).items())
    return pieces, forms


def _stem_lives(connection: Connection, stem: str) -> bool:
    word = search_vocabulary.c.word
    query = select(word).where(word >= stem, word < stem + _END)
    if len(stem) == SHORTEST_STEM:  # such stems are whole words
        query = select(word).where(word == stem)
    return connection.scalar(query.limit(1)) is not None


def _texts(values: Sequence[str]) -> ColumnElement[Sequence[str]]:
    return cast(list(values), ARRAY(Text))


def _columns(rows: Sequence[tuple[object, ...]]) -> Iterator[ColumnElement[Sequence[str]]]:
    """The first two columns of the rows, each as an array."""
    for column in (0, 1):
        yield _texts([str(row[column]) for row in rows])

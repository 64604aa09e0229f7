"""Tables of the search index, plain ones for both databases: a change costs the rows it touches, in its transaction.

Everything is found by a range of `search_key`; `search_entry` holds what a candidate is checked against. Words that
occur have a row in `search_vocabulary`, from which `search_part` (pieces of words) and `search_slip` (misspelt
beginnings) are derived. `place` stands for an académie and a department, so that a scope or a row-level policy can
be judged in the index itself, without a look at the voter.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, Table, Text, UniqueConstraint

from helpdesk.store.schema import FoldedText, UtcDateTime, metadata

search_place = Table(
    "search_place",
    metadata,
    Column("id", SmallInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("academy", Text, nullable=False),
    Column("department", Text, nullable=False),
    UniqueConstraint("academy", "department"),
)
"""Every académie and department that voters have had together."""

search_key = Table(
    "search_key",
    metadata,
    Column("key", FoldedText, primary_key=True),
    Column("voter_id", Integer, primary_key=True, autoincrement=False),
    Column("place", SmallInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""What voters are found by: folded addresses, and pairs of words of their names in both orders ("dupont marie").

No foreign key: it would need an index as large as the table. Take voters out with `remove_voters` before they go.
"""

search_entry = Table(
    "search_entry",
    metadata,
    Column("voter_id", Integer, ForeignKey("voter.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("shown", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False, server_default="not_invited"),
    Column("locked_until", UtcDateTime),
)
"""The words of a voter and the folded addresses, each after a space; and what a result shows besides (`found.py`).

The latter is kept in step by the database, with triggers (migration 0012, `guard/sql/9_shown.sql`): give it only where
they are left out, or for many at once.
"""

BETWEEN_SHOWN = "\x1f"
"""What parts the values that are `shown` (migration 0012, `guard/sql/9_shown.sql`)."""

search_vocabulary = Table(
    "search_vocabulary",
    metadata,
    Column("word", FoldedText, primary_key=True),
    Column("voters", Integer, nullable=False),
    Column("sound", FoldedText, nullable=False),
    Index("ix_search_vocabulary_sound", "sound", "word"),
    Index("ix_search_vocabulary_voters", "voters", "word"),
    sqlite_with_rowid=False,
)
"""Every word of a name, how many voters have it, and how it sounds."""

search_part = Table(
    "search_part",
    metadata,
    Column("part", FoldedText, primary_key=True),
    Column("word", FoldedText, primary_key=True),
    sqlite_with_rowid=False,
)
"""The endings of every word from the second letter on: a range of them finds words by any piece."""

search_slip = Table(
    "search_slip",
    metadata,
    Column("slip", FoldedText, primary_key=True),
    Column("stem", FoldedText, primary_key=True),
    Column("place", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The beginnings of words (stems), as they are and with each one letter left out at `place` (0: none left out)."""

"""Tables of the search index: words and trigrams, and how many voters or addresses have each.

Plain tables for both databases: a change costs the rows it touches, in the transaction that makes it.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from helpdesk.store.schema import FoldedText, metadata

search_word = Table(
    "search_word",
    metadata,
    Column("word", FoldedText, primary_key=True),
    Column("voter_id", Integer, ForeignKey("voter.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_search_word_voter", "voter_id"),
    sqlite_with_rowid=False,
)
"""Which voters have which word, in their names or addresses."""

search_vocabulary = Table(
    "search_vocabulary",
    metadata,
    Column("word", FoldedText, primary_key=True),
    Column("voters", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Every word, and how many voters have it: rare words lead a search, misspelt ones are looked up here."""

search_trigram = Table(
    "search_trigram",
    metadata,
    Column("trigram", FoldedText, primary_key=True),
    Column("address_id", Integer, ForeignKey("address.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_search_trigram_address", "address_id"),
    sqlite_with_rowid=False,
)
"""Which addresses have which three letters in a row, before their @."""

"""Search by ranges of keys, and in one call on PostgreSQL."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy import select

from helpdesk.store.schema import voter
from helpdesk.store.search import add_voters

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FOLDED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SMALL_KEY = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in ("search_trigram", "search_word", "search_vocabulary"):
        op.drop_table(table)
    op.create_table(
        "search_place",
        sa.Column("id", SMALL_KEY, nullable=False),
        sa.Column("academy", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_place"),
        sa.UniqueConstraint("academy", "department", name="uq_search_place_academy_department"),
    )
    op.create_table(
        "search_key",
        sa.Column("key", FOLDED, nullable=False),
        sa.Column("voter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "voter_id", "place", name="pk_search_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_entry",
        sa.Column("voter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_search_entry_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("voter_id", name="pk_search_entry"),
    )
    op.create_table(
        "search_vocabulary",
        sa.Column("word", FOLDED, nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("sound", FOLDED, nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_vocabulary"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_vocabulary_sound", "search_vocabulary", ["sound", "word"])
    op.create_table(
        "search_part",
        sa.Column("part", FOLDED, nullable=False),
        sa.Column("word", FOLDED, nullable=False),
        sa.PrimaryKeyConstraint("part", "word", name="pk_search_part"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_slip",
        sa.Column("slip", FOLDED, nullable=False),
        sa.Column("stem", FOLDED, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slip", "stem", name="pk_search_slip"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    add_voters(connection, connection.scalars(select(voter.c.id).order_by(voter.c.id)).all())


def downgrade() -> None:
    connection = op.get_bind()
    for table in ("search_slip", "search_part", "search_vocabulary", "search_entry", "search_key", "search_place"):
        op.drop_table(table)
    _create_words_and_trigrams()
    _fill_words_and_trigrams(connection)


def _create_words_and_trigrams() -> None:
    op.create_table(
        "search_vocabulary",
        sa.Column("word", FOLDED, nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_vocabulary"),
        sqlite_with_rowid=False,
    )
    for table, term, owner in (("search_word", "word", "voter"), ("search_trigram", "trigram", "address")):
        foreign = sa.ForeignKeyConstraint(
            [f"{owner}_id"], [f"{owner}.id"], name=f"fk_{table}_{owner}_id", ondelete="CASCADE"
        )
        op.create_table(
            table,
            sa.Column(term, FOLDED, nullable=False),
            sa.Column(f"{owner}_id", sa.Integer(), nullable=False),
            foreign,
            sa.PrimaryKeyConstraint(term, f"{owner}_id", name=f"pk_{table}"),
            sqlite_with_rowid=False,
        )
        op.create_index(f"ix_{table}_{owner}", table, [f"{owner}_id"])


def _fill_words_and_trigrams(connection: sa.Connection) -> None:
    """The index of revision 0002, as it was kept there."""
    from helpdesk.domain.folding import fold  # noqa: PLC0415 (not needed on the way up)

    held = connection.execute(sa.text("SELECT id, voter_id, folded FROM address")).all()
    people = connection.execute(sa.text("SELECT id, family_name, usage_name, first_name FROM voter")).all()
    split = re.compile(r"[a-z]+|\d+").findall
    has = {row.id: set(split(fold(f"{row.family_name} {row.usage_name} {row.first_name}"))) for row in people}
    trigrams = set()
    for row in held:
        has[row.voter_id].update(split(row.folded))
        local = row.folded.partition("@")[0] + "@"
        trigrams |= {(local[start : start + 3], row.id) for start in range(len(local) - 2)}
    words = sorted({(word, voter_id) for voter_id, its in has.items() for word in its - {"ac", "fr"}})
    counts: dict[str, int] = {}
    for word, _voter_id in words:
        counts[word] = counts.get(word, 0) + 1
    for statement, rows in (
        ("INSERT INTO search_word (word, voter_id) VALUES (:a, :b)", words),
        ("INSERT INTO search_trigram (trigram, address_id) VALUES (:a, :b)", sorted(trigrams)),
        ("INSERT INTO search_vocabulary (word, voters) VALUES (:a, :b)", sorted(counts.items())),
    ):
        if rows:
            connection.execute(sa.text(statement), [{"a": term, "b": number} for term, number in rows])

"""The search index."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOLDED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "search_vocabulary",
        sa.Column("word", FOLDED, nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_vocabulary"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_word",
        sa.Column("word", FOLDED, nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_search_word_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("word", "voter_id", name="pk_search_word"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_word_voter", "search_word", ["voter_id"])
    op.create_table(
        "search_trigram",
        sa.Column("trigram", FOLDED, nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name="fk_search_trigram_address_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trigram", "address_id", name="pk_search_trigram"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_trigram_address", "search_trigram", ["address_id"])


def downgrade() -> None:
    op.drop_table("search_trigram")
    op.drop_table("search_word")
    op.drop_table("search_vocabulary")

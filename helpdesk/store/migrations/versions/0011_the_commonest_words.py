"""The commonest words are found without a look at all of them."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_search_vocabulary_voters", "search_vocabulary", ["voters", "word"])


def downgrade() -> None:
    op.drop_index("ix_search_vocabulary_voters", table_name="search_vocabulary")

"""Addresses that are not written as they are compared are found without a look at every address of a voter."""

from alembic import op
from sqlalchemy import text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WRITTEN = text("address <> folded")


def upgrade() -> None:
    op.create_index("ix_address_written", "address", ["voter_id"], sqlite_where=WRITTEN, postgresql_where=WRITTEN)


def downgrade() -> None:
    op.drop_index("ix_address_written", table_name="address")

"""Voters of a state, and those locked, are found without a look at every account."""

from alembic import op
from sqlalchemy import text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PARTS = {"state": "state <> 'not_invited'", "locked_until": "locked_until IS NOT NULL"}


def upgrade() -> None:
    for column, part in PARTS.items():
        name = f"ix_account_{column}"
        op.create_index(name, "account", [column], sqlite_where=text(part), postgresql_where=text(part))


def downgrade() -> None:
    for column in PARTS:
        op.drop_index(f"ix_account_{column}", table_name="account")

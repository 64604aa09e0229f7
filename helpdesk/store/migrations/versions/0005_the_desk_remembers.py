"""Evidence of address changes, unfinished notes, pinned voters."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.schema import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("approval", sa.Column("evidence", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_approval_open",
        "approval",
        ["expires"],
        sqlite_where=sa.text("approved IS NULL"),
        postgresql_where=sa.text("approved IS NULL"),
    )
    op.create_index("ix_contact_started", "contact", ["started"])
    op.create_index(
        "ix_contact_follow_up",
        "contact",
        ["follow_up"],
        sqlite_where=sa.text("follow_up IS NOT NULL"),
        postgresql_where=sa.text("follow_up IS NOT NULL"),
    )
    op.create_table(
        "draft",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name="fk_draft_operator_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_draft_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name="pk_draft"),
    )
    op.create_index("ix_draft_operator_id", "draft", ["operator_id"])
    op.create_index("ix_draft_voter_id", "draft", ["voter_id"])
    op.create_table(
        "pinned_voter",
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("pinned_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name="fk_pinned_voter_operator_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_pinned_voter_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("operator_id", "voter_id", name="pk_pinned_voter"),
    )
    op.create_index("ix_pinned_voter_voter_id", "pinned_voter", ["voter_id"])


def downgrade() -> None:
    op.drop_table("pinned_voter")
    op.drop_table("draft")
    op.drop_index("ix_contact_follow_up", "contact")
    op.drop_index("ix_contact_started", "contact")
    op.drop_index("ix_approval_open", "approval")
    op.drop_column("approval", "evidence")

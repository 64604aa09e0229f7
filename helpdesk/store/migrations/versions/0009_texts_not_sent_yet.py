"""Texts typed into forms and not sent yet."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.schema import Document, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_draft",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=True),
        sa.Column("texts", Document, nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name="fk_form_draft_operator_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_form_draft_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name="pk_form_draft"),
    )
    op.create_index("ix_form_draft_operator_id", "form_draft", ["operator_id"])
    op.create_index("ix_form_draft_voter_id", "form_draft", ["voter_id"])


def downgrade() -> None:
    op.drop_table("form_draft")

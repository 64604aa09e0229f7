"""Lanes and paces of the outbox, campaigns, what came back, and the wording of mails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FOLDED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WAITING = sa.text("fate IN ('queued', 'failed_temporarily', 'sending')")
SENDING = sa.text("fate = 'sending'")
OF_A_CAMPAIGN = sa.text("campaign_id IS NOT NULL")


def upgrade() -> None:
    # No foreign key and no check on the new columns: SQLite could not drop them again.
    op.add_column("outbox", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("domain", FOLDED, server_default="", nullable=False))
    op.add_column("outbox", sa.Column("campaign_id", sa.Integer(), nullable=True))
    after_at = {
        "sqlite": "lower(substr(to_address, instr(to_address, '@') + 1))",
        "postgresql": "lower(split_part(to_address, '@', 2))",
    }
    op.execute(f"UPDATE outbox SET domain = {after_at[op.get_bind().dialect.name]}")
    op.drop_index("ix_outbox_due", "outbox")
    due = ["priority", "domain", "next_attempt_at"]
    op.create_index("ix_outbox_due", "outbox", due, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index("ix_outbox_leased", "outbox", ["leased_by"], sqlite_where=SENDING, postgresql_where=SENDING)
    campaign = ["campaign_id", "fate"]
    op.create_index(
        "ix_outbox_campaign", "outbox", campaign, sqlite_where=OF_A_CAMPAIGN, postgresql_where=OF_A_CAMPAIGN
    )
    op.create_index("ix_outbox_fate", "outbox", ["fate", "id"])
    op.create_table(
        "mail_pace",
        sa.Column("lane", FOLDED, nullable=False),
        sa.Column("gap_ms", sa.Integer(), nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("gap_ms > 0", name="ck_mail_pace_gap"),
        sa.PrimaryKeyConstraint("lane", name="pk_mail_pace"),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("selection", DOCUMENT, nullable=False),
        sa.Column("state", sa.Text(), server_default="running", nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("last_voter_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("queued", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.CheckConstraint("state IN ('running', 'paused', 'stopped', 'done')", name="ck_campaign_state"),
        sa.ForeignKeyConstraint(["created_by"], ["operator.id"], name="fk_campaign_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
    )
    op.create_table(
        "returned_mail",
        sa.Column("id", KEY, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("read_at", TIME, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=True),
        sa.Column("outbox_id", KEY, nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("handled_by", sa.Integer(), nullable=True),
        sa.Column("handled_at", TIME, nullable=True),
        sa.CheckConstraint(
            "kind IN ('permanent', 'temporary', 'delayed', 'delivered', 'auto_reply', 'reply', 'other')",
            name="ck_returned_mail_kind",
        ),
        sa.CheckConstraint("(handled_by IS NULL) = (handled_at IS NULL)", name="ck_returned_mail_handled"),
        sa.CheckConstraint("length(digest) = 64", name="ck_returned_mail_digest"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_returned_mail_voter_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_returned_mail_outbox_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["handled_by"], ["operator.id"], name="fk_returned_mail_handled_by"),
        sa.PrimaryKeyConstraint("id", name="pk_returned_mail"),
        sa.UniqueConstraint("digest", name="uq_returned_mail_digest"),
    )
    op.create_index("ix_returned_mail_voter_id", "returned_mail", ["voter_id"])
    op.create_index("ix_returned_mail_outbox_id", "returned_mail", ["outbox_id"])
    op.create_index("ix_returned_mail_kind", "returned_mail", ["kind", "id"])
    op.create_table(
        "mail_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.CheckConstraint("language IN ('fr', 'en')", name="ck_mail_wording_language"),
        sa.CheckConstraint("version > 0", name="ck_mail_wording_version"),
        sa.ForeignKeyConstraint(["written_by"], ["operator.id"], name="fk_mail_wording_written_by"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_wording"),
        sa.UniqueConstraint("kind", "language", "version", name="uq_mail_wording_kind_language_version"),
    )


def downgrade() -> None:
    for table in ("mail_wording", "returned_mail", "campaign", "mail_pace"):
        op.drop_table(table)
    for index in ("ix_outbox_fate", "ix_outbox_campaign", "ix_outbox_leased", "ix_outbox_due"):
        op.drop_index(index, "outbox")
    for column in ("campaign_id", "domain", "priority"):
        op.drop_column("outbox", column)
    op.create_index("ix_outbox_due", "outbox", ["next_attempt_at"], sqlite_where=WAITING, postgresql_where=WAITING)

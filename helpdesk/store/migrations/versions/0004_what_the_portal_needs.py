"""Requests for links, and the kinds of mails that tell voters of changes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
FOLDED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")

OLD_KINDS = ("activation", "password", "question", "question_reset_notice", "tied_address_notice")
NEW_KINDS = (
    "other_address_notice",
    "activation_notice",
    "password_notice",
    "question_notice",
    "lock_notice",
    "code_notice",
    "code_closed_notice",
)


def upgrade() -> None:
    allow_kinds(OLD_KINDS, (*OLD_KINDS, *NEW_KINDS))
    op.create_table(
        "link_request",
        sa.Column("id", KEY, nullable=False),
        sa.Column("folded", FOLDED, nullable=False),
        sa.Column("forgotten", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_request"),
    )


def downgrade() -> None:
    op.drop_table("link_request")
    outbox = sa.table("outbox", sa.column("kind"))
    op.execute(sa.delete(outbox).where(outbox.c.kind.in_(NEW_KINDS)))
    allow_kinds((*OLD_KINDS, *NEW_KINDS), OLD_KINDS)


def allow_kinds(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Change what `outbox.kind` may be.

    SQLite cannot change a constraint. Making the table anew would take every one-time link along, which are deleted
    with the outbox; so its definition is corrected in place (https://sqlite.org/lang_altertable.html, 8).
    """
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint("ck_outbox_kind", "outbox", type_="check")
        op.create_check_constraint("ck_outbox_kind", "outbox", _condition(after))
        return
    definition = connection.scalar(sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'outbox'"))
    corrected = definition.replace(_condition(before), _condition(after))
    if corrected == definition:
        raise RuntimeError("the outbox's constraint of kinds is not where it was made")
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = 'outbox'"), {"sql": corrected}
    )
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))


def _condition(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"

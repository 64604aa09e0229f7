"""What a search result shows is kept in the entry of the index, ready to be sent."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ASIDE = "CREATE TABLE search_entry_before AS SELECT voter_id, text FROM search_entry"
NAMES = ("v.number", "v.first_name", "v.family_name", "v.usage_name", "p.code", "p.name")
SEPARATOR = {"sqlite": "char(31)", "postgresql": "U&'\\001F'"}
JOINED = {"sqlite": "group_concat", "postgresql": "string_agg"}
STALE = (
    ("voter", "id", "number, first_name, family_name, usage_name, establishment_id"),
    ("address", "voter_id", "address"),
)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.execute(ASIDE)
    op.drop_table("search_entry")
    _create(
        sa.Column("shown", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.Text(), nullable=False, server_default="not_invited"),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
    )
    op.execute(
        f"INSERT INTO search_entry (voter_id, text, shown, state, locked_until)"
        f" SELECT e.voter_id, e.text, {_shown(dialect)}, a.state, a.locked_until FROM search_entry_before AS e"
        f" JOIN account AS a ON a.voter_id = e.voter_id JOIN voter AS v ON v.id = e.voter_id"
        f" JOIN establishment AS p ON p.id = v.establishment_id ORDER BY e.voter_id"
    )
    op.drop_table("search_entry_before")
    if dialect == "sqlite":  # on a server, they belong to the guard
        for trigger in _triggers():
            op.execute(trigger)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in ("voter", "address", "account", "establishment"):
            op.execute(f"DROP TRIGGER {table}_shown")
    op.execute(ASIDE)
    op.drop_table("search_entry")
    _create()
    op.execute("INSERT INTO search_entry (voter_id, text) SELECT voter_id, text FROM search_entry_before")
    op.drop_table("search_entry_before")


def _create(*more: sa.Column[Any]) -> None:
    op.create_table(
        "search_entry",
        sa.Column("voter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_search_entry_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("voter_id", name="pk_search_entry"),
    )


def _shown(dialect: str) -> str:
    """Of a voter `v` and an establishment `p`; addresses that are not written as they are compared come last."""
    separator = SEPARATOR[dialect]
    written = (
        f"coalesce((SELECT {JOINED[dialect]}(d.folded || ' ' || d.address, ' ') FROM (SELECT folded, address"
        " FROM address WHERE voter_id = v.id AND address <> folded ORDER BY folded) AS d), '')"
    )
    return f" || {separator} || ".join((*NAMES, written))


def _triggers() -> Iterator[str]:
    shown = (
        f"SELECT {_shown('sqlite')} FROM voter AS v JOIN establishment AS p ON p.id = v.establishment_id"
        " WHERE v.id = search_entry.voter_id"
    )
    show = f"UPDATE search_entry SET shown = ({shown})"
    for table, key, columns in STALE:
        yield (
            f"CREATE TRIGGER {table}_shown AFTER UPDATE OF {columns} ON {table}"
            f" BEGIN {show} WHERE voter_id = NEW.{key}; END"
        )
    yield (
        f"CREATE TRIGGER establishment_shown AFTER UPDATE OF code, name ON establishment"
        f" BEGIN {show} WHERE voter_id IN (SELECT id FROM voter WHERE establishment_id = NEW.id); END"
    )
    yield (
        "CREATE TRIGGER account_shown AFTER UPDATE OF state, locked_until ON account"
        " WHEN NEW.state <> OLD.state OR NEW.locked_until IS NOT OLD.locked_until"
        " BEGIN UPDATE search_entry SET state = NEW.state, locked_until = NEW.locked_until"
        " WHERE voter_id = NEW.voter_id; END"
    )
    yield (
        f"CREATE TRIGGER search_entry_shown AFTER INSERT ON search_entry WHEN NEW.shown = ''"
        f" BEGIN {show}, state = (SELECT state FROM account WHERE voter_id = NEW.voter_id),"
        f" locked_until = (SELECT locked_until FROM account WHERE voter_id = NEW.voter_id)"
        f" WHERE voter_id = NEW.voter_id; END"
    )

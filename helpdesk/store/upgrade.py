"""Create a store, or bring it to this program's revision."""

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from helpdesk.domain.errors import NotAStore, StoreTooNew
from helpdesk.domain.limits import Limits
from helpdesk.store.engine import APPLICATION_ID, Store
from helpdesk.store.guard import apply_guard, lift_guard, prepare_roles
from helpdesk.store.revisions import REVISIONS
from helpdesk.system.private_files import touch_private

if TYPE_CHECKING:  # Alembic costs 0.3 s: a desk that opens a store of its own version never needs it
    from alembic.config import Config

MIGRATION_LOCK = 0x68656C70_6D696772  # "helpmigr"


def upgrade_store(store: Store, *, revision: str = "head", limits: Limits | None = None) -> bool:
    """Apply the missing revisions, all in one transaction; True if there were any.

    On PostgreSQL it also brings roles, rights and guards up to date (`helpdesk.store.guard`), with the numbers of
    `limits`. Raises NotAStore for a database that holds tables of something else, StoreTooNew for one of a newer
    program.
    """
    path = store.path
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        touch_private(path)  # people's data: for its owner only, and so the files that SQLite puts beside it
        _make_wal(store)
    with store.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        tables = set(inspect(connection).get_table_names())
        if tables and "alembic_version" not in tables:
            raise NotAStore
        before = None
        if tables:
            before = connection.scalar(text("SELECT version_num FROM alembic_version"))
            if before is not None and before not in REVISIONS:
                raise StoreTooNew
        if before != REVISIONS[-1]:
            lift_guard(connection)
        config = migration_config()
        config.attributes["connection"] = connection
        from alembic import command  # noqa: PLC0415

        command.upgrade(config, revision)
        after: str = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        if connection.dialect.name == "postgresql" and after == REVISIONS[-1]:
            prepare_roles(connection)
            apply_guard(connection, limits or Limits())
        return after != before


def downgrade_store(store: Store, *, revision: str) -> None:
    """Take revisions back down to `revision` ("base" for all)."""
    with store.write() as connection:
        lift_guard(connection)
        config = migration_config()
        config.attributes["connection"] = connection
        from alembic import command  # noqa: PLC0415

        command.downgrade(config, revision)


def migration_config() -> "Config":
    """Alembic's configuration, without a file: scripts of this package, connection handed over."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "helpdesk:store/migrations")
    config.set_main_option("path_separator", "os")
    return config


def _make_wal(store: Store) -> None:
    """Write-ahead logging and the file's mark are properties of the file, set outside any transaction."""
    with store.read() as connection:
        if inspect(connection).get_table_names():
            return
    raw = store.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        cursor.close()
    finally:
        raw.close()

"""What a purge empties: every table but those that are named here, so that a new one is never forgotten."""

from sqlalchemy import Connection, Table, delete, func, select, text, update

from helpdesk.store.engine import Store
from helpdesk.store.schema import audit_event, metadata, operator
from helpdesk.store.search import tables  # noqa: F401 (its tables belong to the metadata)

KEPT = frozenset(
    {
        "election",  # the calendar
        "establishment",  # schools, not people
        "ballot",  # elections, not voters
        "challenge_question",
        "mail_wording",
        "mail_pace",  # how fast servers take mail
        "operator",  # staff, who may serve the next election; their own voter number goes
        "operator_scope",
        "audit_event",  # redacted, not removed: the chain must stay whole
    }
)


def emptied_tables() -> tuple[Table, ...]:
    """Tables that a purge empties, those that refer to others first."""
    return tuple(table for table in reversed(metadata.sorted_tables) if table.name not in KEPT)


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows a purge would remove, by table, where there are any."""
    counts = {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in emptied_tables()}
    return {name: count for name, count in sorted(counts.items()) if count}


def count_readable_audit(connection: Connection) -> int:
    """How many rows of the trail still have their content."""
    return connection.scalar(select(func.count()).where(audit_event.c.actor != "")) or 0


def remove_rows(connection: Connection) -> None:
    """Empty them all, and forget which voters the operators are."""
    connection.execute(update(operator).where(operator.c.voter_number.is_not(None)).values(voter_number=None))
    for table in emptied_tables():
        connection.execute(delete(table))


def redact_audit(connection: Connection) -> None:
    """Take who, on whom and why out of every row of the trail; the database lets nothing else be changed in it."""
    connection.execute(
        update(audit_event)
        .where(audit_event.c.actor != "")
        .values(actor="", voter=None, reason=None, detail={}, request=None)
    )


def rewrite(store: Store) -> None:
    """Write the database anew, so that nothing of removed rows is left in its files."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if store.path is None:
            for table in (*emptied_tables(), audit_event):
                connection.execute(text(f'VACUUM (FULL) "{table.name}"'))
            return
    store.close()
    raw = store.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        raw.close()

"""The trail stays append-only, but for the content of a row, which retention may take away."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SAME = ("seq", "at", "action", "outcome", "content_hash", "hash")
REFUSE_SQLITE = "BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END"
SQLITE = (
    "DROP TRIGGER audit_event_no_update",
    "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event WHEN NOT ("
    + " AND ".join(f"NEW.{name} IS OLD.{name}" for name in SAME)
    + " AND NEW.actor = '' AND NEW.voter IS NULL AND NEW.reason IS NULL AND NEW.detail = '{}' AND NEW.request IS NULL"
    + f") {REFUSE_SQLITE}",
)
POSTGRESQL = (
    "DROP TRIGGER audit_event_no_change ON audit_event",
    "CREATE TRIGGER audit_event_no_change BEFORE DELETE OR TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()",
    "CREATE FUNCTION audit_event_only_redact() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
    + " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in SAME)
    + " AND NEW.actor = '' AND NEW.voter IS NULL AND NEW.reason IS NULL AND NEW.detail = '{}' AND NEW.request IS NULL"
    " THEN RETURN NEW; END IF; RAISE EXCEPTION 'audit_event is append-only'; END $$",
    "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_only_redact()",
)
SQLITE_BEFORE = (
    "DROP TRIGGER audit_event_no_update",
    f"CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event {REFUSE_SQLITE}",
)
POSTGRESQL_BEFORE = (
    "DROP TRIGGER audit_event_no_update ON audit_event",
    "DROP FUNCTION audit_event_only_redact()",
    "DROP TRIGGER audit_event_no_change ON audit_event",
    "CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    for statement in SQLITE_BEFORE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_BEFORE:
        op.execute(statement)

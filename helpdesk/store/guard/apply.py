"""Putting roles, rights, policies, functions and triggers into a database; doing it twice changes nothing."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

from helpdesk.domain.limits import Limits
from helpdesk.store.engine import AUDIT_LOCK
from helpdesk.store.guard.rights import EVERYBODY, GROUPS, LOGINS, NOBODY, OWNER, RIGHTS, TableRights
from helpdesk.store.schema import metadata
from helpdesk.store.search import tables  # noqa: F401 (its tables belong to the metadata)

_SQL = Path(__file__).with_name("sql")
_DESK = GROUPS["D"]
_SERVICES = (GROUPS["M"], GROUPS["P"])

_FOR_EVERYBODY = (
    "session_kind()",
    "operator_id()",
    "operator_role()",
    "administers()",
    "reads_trail()",
    "decides()",
    "serves_voters()",
    "own_voter_number()",
    "own_record()",
    "sees_every_place()",
    "sees_all()",
    "academies()",
    "departments()",
    "refuse(text)",
    "checked_time(timestamptz)",
    "now()",
    "lock_voter(text, timestamptz)",
    "lock_voters(text[], timestamptz)",
    "append_audit(timestamptz, text, jsonb)",
)
_FOR_THE_DESK = (
    "announce(integer, boolean)",
    "verify_caller(integer, timestamptz, timestamptz, jsonb)",
    "search_voters(jsonb, integer, integer, text, text, text, text, text, text, timestamptz)",
    "count_words(text[], integer[], text[])",
    "discount_words(text[], integer[])",
    "add_spellings(text[], text[], text[], text[], smallint[])",
    "remove_spellings(text[], text[], text[], text[])",
)
_FOR_ADMINISTRATORS = ("expect_voters()", "take_over_voters()", "imports_rolls()")
_ARRIVING = ("voter", "address", "place", "entry", "key", "word", "part", "slip")
_OF_LOGINS = (
    "create_login(text, text)",
    "set_login_password(text, text)",
    "open_login(text, boolean)",
    "end_sessions(text)",
)
_FOR_LOGINS = (
    "check_login(text)",
    "check_verifier(text)",
    "is_plain_login(text)",
    "role_of_operator(text)",
    "refuse(text)",
)


def prepare_roles(connection: Connection) -> None:
    """Make the group roles that the server lacks, and give every table to their owner.

    Roles belong to the server, not to the database: several stores of one server share them. Needs a superuser.
    """
    for role in (OWNER, LOGINS, *GROUPS.values()):
        power = "CREATEROLE" if role == LOGINS else "NOCREATEROLE"
        connection.execute(
            text(
                f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN"
                f" CREATE ROLE {role} NOLOGIN NOSUPERUSER NOCREATEDB {power}; END IF; END $$"
            )
        )
    connection.execute(
        text(
            "DO $$ BEGIN"
            f" IF NOT pg_has_role('{LOGINS}', 'pg_signal_backend', 'MEMBER') THEN"
            f" GRANT pg_signal_backend TO {LOGINS}; END IF;"
            f" IF NOT pg_has_role('{LOGINS}', '{_DESK}', 'MEMBER') THEN"
            f" GRANT {_DESK}, {GROUPS['A']} TO {LOGINS} WITH ADMIN OPTION; END IF;"
            f" IF NOT pg_has_role(current_user, '{OWNER}', 'MEMBER') THEN GRANT {OWNER} TO CURRENT_USER; END IF;"
            " END $$"
        )
    )
    # What loads a roll makes every reference itself: the owner may leave triggers out, within that one function.
    connection.execute(text(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER}"))
    owned = connection.execute(
        text(
            "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'S', 'v') AND relowner <> CAST(:owner AS regrole)"
            " AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'a')"
        ),
        {"owner": OWNER},
    ).all()
    for name, kind in owned:
        noun = {"r": "TABLE", "S": "SEQUENCE", "v": "VIEW"}[kind]
        connection.execute(text(f'ALTER {noun} "{name}" OWNER TO {OWNER}'))
    connection.execute(text(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}"))
    connection.execute(
        text(
            "DO $$ BEGIN"
            " EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());"
            f" EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO {OWNER}', current_database());"
            f" EXECUTE format('GRANT CONNECT ON DATABASE %I TO {', '.join(GROUPS.values())}', current_database());"
            " IF to_regprocedure('audit_event_refuse()') IS NOT NULL THEN"
            f" ALTER FUNCTION audit_event_refuse() OWNER TO {OWNER}; END IF;"
            " END $$"
        )
    )


def apply_guard(connection: Connection, limits: Limits) -> bool:
    """Bring functions, rights, policies and triggers to this program's; False if they were so already."""
    statements = list(_statements(limits))
    fingerprint = hashlib.sha256("\0".join(statements).encode()).hexdigest()
    known = connection.scalar(
        text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'helpdesk'")
    )
    if known == fingerprint:
        return False
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))
    connection.exec_driver_sql(f"COMMENT ON SCHEMA helpdesk IS '{fingerprint}'")
    return True


def lift_guard(connection: Connection) -> None:
    """Take all of it off again, before migrations change tables that it hangs on."""
    if connection.dialect.name != "postgresql":
        return
    connection.execute(text("DROP SCHEMA IF EXISTS helpdesk CASCADE"))
    left = connection.execute(
        text(
            "SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' AND policyname LIKE 'helpdesk%'"
        )
    ).all()
    for table, policy in left:
        connection.execute(text(f'DROP POLICY "{policy}" ON "{table}"'))


def _statements(limits: Limits) -> Iterator[str]:
    """Everything, in order: schema, functions, then each table's rights, policies and triggers."""
    groups = ", ".join(GROUPS.values())
    yield "DROP SCHEMA IF EXISTS helpdesk CASCADE"
    yield f"CREATE SCHEMA helpdesk AUTHORIZATION {OWNER}"
    yield f"GRANT USAGE ON SCHEMA helpdesk TO {LOGINS}, {groups}"
    for file in sorted(_SQL.glob("*.sql")):
        yield _filled(file.read_text(encoding="utf-8"), limits)
    yield "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA helpdesk FROM PUBLIC"
    yield (
        "DO $$ DECLARE each regprocedure; BEGIN"
        " FOR each IN SELECT oid FROM pg_proc WHERE pronamespace = 'helpdesk'::regnamespace LOOP"
        f" EXECUTE format('ALTER FUNCTION %s OWNER TO {OWNER}', each); END LOOP; END $$"
    )
    yield f"ALTER TABLE helpdesk.unaudited OWNER TO {OWNER}"
    for function in _FOR_EVERYBODY:
        yield f"GRANT EXECUTE ON FUNCTION helpdesk.{function} TO {groups}"
    for function in _FOR_THE_DESK:
        yield f"GRANT EXECUTE ON FUNCTION helpdesk.{function} TO {_DESK}"
    for function in _FOR_ADMINISTRATORS:
        yield f"GRANT EXECUTE ON FUNCTION helpdesk.{function} TO {GROUPS['A']}"
    for arriving in _ARRIVING:
        yield f"ALTER TABLE helpdesk.arriving_{arriving} OWNER TO {OWNER}"
        yield f"GRANT INSERT ON helpdesk.arriving_{arriving} TO {GROUPS['A']}"
    for function in _FOR_LOGINS:
        yield f"GRANT EXECUTE ON FUNCTION helpdesk.{function} TO {LOGINS}"
    for function in _OF_LOGINS:
        yield f"ALTER FUNCTION helpdesk.{function} OWNER TO {LOGINS}"
        yield f"GRANT EXECUTE ON FUNCTION helpdesk.{function} TO {GROUPS['A']}"
    yield f"GRANT USAGE ON SCHEMA public TO {groups}"
    yield f"GRANT SELECT ON alembic_version TO {groups}"
    for table in metadata.sorted_tables:
        yield from _of_table(table.name, RIGHTS[table.name])


def _filled(sql: str, limits: Limits) -> str:
    numbers = {
        "audit_lock": AUDIT_LOCK,
        "resends_per_hour": limits.resends_per_hour,
        "verification_seconds": limits.verification_seconds,
        "verification_failures": limits.verification_failures,
        "verification_closed_seconds": limits.verification_closed_seconds,
    }
    for name, number in numbers.items():
        sql = sql.replace(f"{{{name}}}", str(number))
    return sql


def _of_table(table: str, rights: TableRights) -> Iterator[str]:
    columns = metadata.tables[table].columns
    yield f"REVOKE ALL ON {table} FROM PUBLIC, {', '.join(GROUPS.values())}"
    every = ", ".join(columns.keys())
    yield f"REVOKE ALL ({every}) ON {table} FROM PUBLIC, {', '.join(GROUPS.values())}"
    for letter, group in GROUPS.items():
        readable = [name for name, letters in rights.columns.items() if letter in letters]
        if readable:
            yield f"GRANT SELECT ({', '.join(readable)}) ON {table} TO {group}"
        for verb in rights.writes.get(letter, ()):
            yield from _granted(table, verb, group)
    yield from _policies(table, rights)
    yield from _triggers(table, rights)


def _granted(table: str, verb: str, group: str) -> Iterator[str]:
    word, *names = verb.split()
    if word == "insert" and "id" in metadata.tables[table].columns:
        yield (
            f"DO $$ BEGIN IF pg_get_serial_sequence('{table}', 'id') IS NOT NULL THEN"
            f" EXECUTE 'GRANT USAGE ON SEQUENCE ' || pg_get_serial_sequence('{table}', 'id') || ' TO {group}';"
            " END IF; END $$"
        )
    limited = f" ({', '.join(names)})" if names and names != ["*"] else ""
    yield f"GRANT {word.upper()}{limited} ON {table} TO {group}"


def _policies(table: str, rights: TableRights) -> Iterator[str]:
    for kind in ("reads", "adds", "changes", "removes", "serves"):
        yield f"DROP POLICY IF EXISTS helpdesk_{kind} ON {table}"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    if rights.reach != NOBODY:
        reach = rights.reach.replace("{table}", table)
        at_work = "(SELECT helpdesk.operator_id()) IS NOT NULL"
        writes = f"{at_work} AND ({reach})" if rights.reach != EVERYBODY else at_work
        if "D" not in rights.writes:
            writes = f"(SELECT helpdesk.administers()) AND ({reach})"
        if rights.writers is not None:
            writes = f"(SELECT helpdesk.{rights.writers}()) AND ({reach})"
        signed = f" AND {rights.own} = (SELECT helpdesk.operator_id())" if rights.own else ""
        yield f"CREATE POLICY helpdesk_reads ON {table} FOR SELECT TO {_DESK} USING ({reach})"
        yield f"CREATE POLICY helpdesk_adds ON {table} FOR INSERT TO {_DESK} WITH CHECK ({writes}{signed})"
        yield f"CREATE POLICY helpdesk_changes ON {table} FOR UPDATE TO {_DESK} USING ({writes}) WITH CHECK ({writes})"
        yield f"CREATE POLICY helpdesk_removes ON {table} FOR DELETE TO {_DESK} USING ({writes})"
    yield f"CREATE POLICY helpdesk_serves ON {table} FOR ALL TO {', '.join(_SERVICES)} USING (true) WITH CHECK (true)"


def _triggers(table: str, rights: TableRights) -> Iterator[str]:
    if rights.guard is not None:
        yield (
            f"CREATE TRIGGER helpdesk_guard BEFORE INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION helpdesk.{rights.guard}()"
        )
    if not rights.told:
        return
    function = "note_rows" if "voter_id" in rights.columns else "note_topic"
    for verb, transition in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        yield (
            f"CREATE TRIGGER helpdesk_told_{verb.lower()} AFTER {verb} ON {table}"
            f" REFERENCING {transition} TABLE AS changed_rows"
            f" FOR EACH STATEMENT EXECUTE FUNCTION helpdesk.{function}('audited')"
        )

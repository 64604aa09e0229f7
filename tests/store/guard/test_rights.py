"""The table of rights is whole: whoever adds a table or a column has to say who may read and write it."""

import pytest
from sqlalchemy import text

from helpdesk.domain.limits import Limits
from helpdesk.store.guard import apply_guard, lift_guard
from helpdesk.store.guard.rights import GROUPS, RIGHTS
from helpdesk.store.schema import metadata
from helpdesk.store.search import tables  # noqa: F401 (its tables belong to the metadata)
from helpdesk.store.upgrade import upgrade_store

SECRETS = {
    ("account", "password_hash"): "P",
    ("account", "answer_hash"): "P",
    ("operator", "password_hash"): "",
    ("voter_code", "code_hash"): "P",
    ("one_time_link", "token_hash"): "MP",
    ("portal_session", "token_hash"): "P",
    ("voter", "birth_date"): "",
}


def test_every_table_and_every_column_is_decided():
    for table in metadata.sorted_tables:
        assert table.name in RIGHTS, f"say in helpdesk/store/guard/rights.py who may read and write {table.name}"
        decided = set(RIGHTS[table.name].columns)
        missing, unknown = set(table.columns.keys()) - decided, decided - set(table.columns.keys())
        assert not missing, f"say in rights.py who may read {table.name}: {sorted(missing)}"
        assert not unknown, f"rights.py names columns that {table.name} has not: {sorted(unknown)}"
    assert set(RIGHTS) == set(metadata.tables)


def test_letters_verbs_and_columns_are_known():
    for name, rights in RIGHTS.items():
        for letters in rights.columns.values():
            assert set(letters) <= {*GROUPS, "-"}
            assert letters
        for group, verbs in rights.writes.items():
            assert group in GROUPS
            for verb in verbs:
                word, *columns = verb.split()
                assert word in {"insert", "update", "delete"}
                assert set(columns) - {"*"} <= set(rights.columns), (name, verb)


@pytest.mark.parametrize(("column", "readers"), SECRETS.items())
def test_hashes_and_birth_dates_are_read_by_nobody_at_the_desk(postgresql_store, column, readers):
    with postgresql_store.read() as connection:
        for letter, group in GROUPS.items():
            may = connection.scalar(
                text("SELECT has_column_privilege(:group, :table, :column, 'SELECT')"),
                {"group": group, "table": column[0], "column": column[1]},
            )
            assert may is (letter in readers), (group, column)


def test_every_table_has_row_level_security_and_the_owner_can_not_log_in(postgresql_store):
    with postgresql_store.read() as connection:
        bare = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " AND NOT relrowsecurity AND relname <> 'alembic_version'"
            )
        ).all()
        strangers = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " AND relowner <> 'helpdesk_owner'::regrole AND relname <> 'alembic_version'"
            )
        ).all()
        able = connection.scalars(
            text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'helpdesk\\_%' AND (rolcanlogin OR rolsuper)")
        ).all()
    assert (bare, strangers, able) == ([], [], [])


def test_functions_that_lend_rights_have_a_fixed_search_path(postgresql_store):
    with postgresql_store.read() as connection:
        loose = connection.scalars(
            text(
                "SELECT proname FROM pg_proc WHERE pronamespace = 'helpdesk'::regnamespace"
                " AND NOT coalesce(array_to_string(proconfig, ',') LIKE '%search_path=pg_catalog%pg_temp', false)"
            )
        ).all()
        open_to_all = connection.scalars(
            text(
                "SELECT proname FROM pg_proc WHERE pronamespace = 'helpdesk'::regnamespace"
                " AND has_function_privilege('pg_monitor', oid, 'EXECUTE')"
            )
        ).all()
    assert (loose, open_to_all) == ([], [])


RULES = """
SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1;
SELECT attrelid::regclass::text, attname, attacl::text FROM pg_attribute WHERE attacl IS NOT NULL ORDER BY 1, 2;
SELECT tablename, policyname, cmd, qual, with_check, roles::text FROM pg_policies ORDER BY 1, 2;
SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2;
SELECT oid::regprocedure::text, prosrc, proowner::regrole::text, proacl::text
    FROM pg_proc WHERE pronamespace = 'helpdesk'::regnamespace ORDER BY 1;
SELECT roleid::regrole::text, member::regrole::text, admin_option FROM pg_auth_members ORDER BY 1, 2
"""


def rules(connection):
    """Everything that guards a database, as the catalogue tells it."""
    return [connection.execute(text(query)).all() for query in RULES.split(";")]


def test_applying_it_again_changes_nothing(postgresql_store):
    with postgresql_store.read() as connection:
        before = rules(connection)
    assert not upgrade_store(postgresql_store)
    with postgresql_store.write() as connection:
        assert not apply_guard(connection, Limits())
        assert rules(connection) == before
        lift_guard(connection)
        assert apply_guard(connection, Limits())
        assert rules(connection) == before

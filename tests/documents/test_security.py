"""The tables of SECURITY.md are the rules that the services and the database apply."""

from helpdesk.domain.roles import PERMISSIONS, Permission, Role
from helpdesk.store.guard.rights import RIGHTS
from tests.documents.reading import ROOT, tables

PAGE = ROOT / "SECURITY.md"
GROUPS = {"desk": "D", "administrators": "A", "mailer": "M", "portal": "P"}


def table(first: str) -> tuple[list[str], list[list[str]]]:
    head, *rows = next(each for each in tables(PAGE) if each[0][0] == first)
    return head[1:], rows


def test_what_each_role_may_do_is_what_the_services_check():
    roles, rows = table("permission")
    told = {
        row[0].strip("`"): {role for role, said in zip(roles, row[1:], strict=True) if said == "yes"} for row in rows
    }
    assert told == {
        permission.value: {role.value for role in Role if permission in PERMISSIONS[role]} for permission in Permission
    }


def test_who_reads_a_guarded_column_is_what_the_database_grants():
    groups, rows = table("column")
    assert len(rows) > 8
    for row in rows:
        table_name, _dot, column = row[0].strip("`").partition(".")
        letters = set(RIGHTS[table_name].columns[column]) - {"-"}
        if "D" in letters:
            letters.add("A")
        told = {GROUPS[group] for group, said in zip(groups, row[1:], strict=True) if said == "reads"}
        assert told == letters, row[0]


def test_every_column_that_keeps_a_secret_is_in_the_table():
    _groups, rows = table("column")
    told = {row[0].strip("`") for row in rows}
    secret = {
        f"{name}.{column}"
        for name, rights in RIGHTS.items()
        for column in rights.columns
        if column.endswith("_hash") and name not in {"audit_event", "roll_import"}
    }
    assert secret <= told


def test_nobody_but_the_owner_changes_the_trail():
    assert RIGHTS["audit_event"].writes == {}

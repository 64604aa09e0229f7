"""A damaged file is said to be one, whatever its rows seem to hold."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from helpdesk.domain.errors import CopyBroken, StoreDamaged
from helpdesk.store.copies import check_copy, copy_store
from helpdesk.store.schema import account, audit_event, voter


@pytest.fixture
def database(sqlite_store):
    """Pages and texts of a server are the server's to check."""
    return sqlite_store


def overwrite(store, statement, *values):
    """As only damage would: past the program, and past its rules."""
    store.close()
    with closing(sqlite3.connect(store.path, isolation_level=None)) as file:
        file.execute("PRAGMA ignore_check_constraints = ON")
        file.execute(statement, values)


def damage_a_page(store):
    """The root page of the voters, filled with noise."""
    store.close()
    with closing(sqlite3.connect(store.path)) as file:
        page = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'voter'").fetchone()[0]
        size = file.execute("PRAGMA page_size").fetchone()[0]
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with store.path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x5a" * size)


def test_a_time_that_is_none(database, add_voter):
    add_voter(locked_minutes=5)
    overwrite(database, "UPDATE account SET locked_until = '2026-10-24 06:0 :00.000000'")
    with pytest.raises(StoreDamaged), database.read() as connection:
        connection.scalar(select(account.c.locked_until))


def test_a_day_that_is_none(database, add_voter):
    add_voter()
    overwrite(database, "UPDATE voter SET birth_date = '{}'")
    with pytest.raises(StoreDamaged), database.read() as connection:
        connection.scalar(select(voter.c.birth_date))


def test_a_document_that_is_none(database, services, agent, add_voter):
    add_voter()
    services.search.search(agent, "dupont")
    overwrite(database, "DROP TRIGGER audit_event_no_update")
    overwrite(database, "UPDATE audit_event SET detail = '2026-11-30'")
    with pytest.raises(StoreDamaged), database.read() as connection:
        connection.scalars(select(audit_event.c.detail)).all()


def test_a_time_that_is_none_in_what_a_search_finds(database, services, agent, add_voter):
    add_voter(locked_minutes=5)
    overwrite(database, "UPDATE search_entry SET locked_until = '{}'")
    with pytest.raises(StoreDamaged):
        services.search.search(agent, "dupont")


def test_a_text_that_is_none(database, add_voter):
    add_voter()
    overwrite(database, "UPDATE voter SET family_name = CAST(? AS TEXT)", b"Dupo\xffnt")
    with pytest.raises(StoreDamaged), database.read() as connection:
        connection.scalar(select(voter.c.family_name))


def test_a_value_of_another_kind_that_breaks_no_rule_of_its_table(database, services, agent, add_voter):
    add_voter()
    overwrite(database, "UPDATE search_entry SET text = CAST('7' AS BLOB)")
    with pytest.raises(StoreDamaged):
        services.search.search(agent, "dupont")


def test_a_state_that_is_none_in_what_a_search_finds(database, services, agent, add_voter):
    add_voter()
    overwrite(database, "UPDATE search_entry SET state = 'in~ited'")
    with pytest.raises(StoreDamaged):
        services.search.search(agent, "dupont")


def test_a_copy_whose_row_breaks_a_rule_of_its_table(database, add_voter, tmp_path):
    add_voter()
    copy_store(database, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as file, file:
        file.execute("PRAGMA ignore_check_constraints = ON")
        file.execute("UPDATE account SET state = 'in~ited'")
    with pytest.raises(CopyBroken):
        check_copy(tmp_path / "copy.db")


@pytest.mark.parametrize("error", [LookupError(), IntegrityError("a statement", {}, Exception("a rule"))])
def test_an_error_that_nobody_expects_is_put_down_to_a_file_that_is_damaged(database, add_voter, error):
    add_voter()
    damage_a_page(database)
    for transaction in (database.read, database.write):
        with pytest.raises(StoreDamaged), transaction():
            raise error


def test_and_is_what_it_is_where_the_file_is_whole(database, add_voter):
    add_voter()
    for transaction in (database.read, database.write):
        with pytest.raises(LookupError), transaction():
            raise LookupError

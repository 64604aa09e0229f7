"""Every revision runs up and down with data in it, and the head equals the tables."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text

from helpdesk.services import build_services
from helpdesk.services.elections import write_election
from helpdesk.store.engine import Store
from helpdesk.store.revisions import REVISIONS
from helpdesk.store.schema import ballot, voter
from helpdesk.store.upgrade import downgrade_store, migration_config, upgrade_store
from tests.conftest import PASSWORD, make_context
from tests.elections import election_around


def test_the_known_revisions_are_the_scripts():
    scripts = ScriptDirectory.from_config(migration_config())
    assert tuple(script.revision for script in reversed(list(scripts.walk_revisions()))) == REVISIONS


def test_the_head_equals_the_tables(database):
    with database.write() as connection:
        config = migration_config()
        config.attributes["connection"] = connection
        command.check(config)


def test_an_upgrade_done_twice_changes_nothing(database):
    assert not upgrade_store(database)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_that_make_one_store_at_the_same_moment_make_it_once(kind, tmp_path, empty_postgresql):
    url = f"sqlite:///{tmp_path / 'new' / 'helpdesk.db'}" if kind == "sqlite" else empty_postgresql()
    stores = [Store(url), Store(url)]
    both = Barrier(2)

    def make(store):
        both.wait(10)
        return upgrade_store(store)

    with ThreadPoolExecutor(2) as threads:
        made = sorted(threads.map(make, stores))
    stores[0].check()
    for store in stores:
        store.close()
    assert made == [False, True]


@pytest.mark.parametrize("revision", REVISIONS)
def test_down_to_each_revision_and_up_again_keeps_the_data(
    database, clock, add_voter, services, administrator, revision
):
    number = add_voter(others=("other.address@ac-rennes.fr",))
    services.activation.resend(administrator, number, reason="before the upgrade")
    downgrade_store(database, revision=revision)
    with database.read() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == revision
        assert connection.scalar(select(voter.c.number)) == number
    upgrade_store(database)
    detail = services.voters.open(administrator, number)
    assert [mail.to for mail in detail.mails] == [detail.tied_address]
    assert services.trail.verify(administrator).seq > 0
    (hit,) = services.search.search(administrator, detail.tied_address)
    assert hit.voter == number


def test_down_to_nothing_and_up_again_gives_an_empty_store(database, clock):
    with database.write() as connection:
        write_election(connection, election_around(clock.now - timedelta(days=1)), trial=True)
        connection.execute(insert(ballot).values(code="A", name="A"))
    downgrade_store(database, revision="base")
    assert upgrade_store(database)
    services = build_services(make_context(database, clock))
    assert services.operators.add_first("First", PASSWORD).name == "First"
    with database.read() as connection:
        assert connection.scalars(select(ballot.c.code)).all() == []

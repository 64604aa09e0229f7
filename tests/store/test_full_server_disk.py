"""A server whose disk is full: said as such, nothing half done, and all well once there is room again."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from helpdesk.domain.errors import StoreFull


@pytest.fixture
def database(postgresql_store):
    return postgresql_store


@pytest.fixture
def small_disk(postgresql_server, database):
    """Puts the outbox on a disk of 4 MB; the URL of the server's superuser."""
    if os.getuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can make a small disk")
    place = Path(tempfile.mkdtemp(prefix="helpdesk-small-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "none", place], check=False)
    if mounted.returncode:
        place.rmdir()
        pytest.skip("this machine lets nobody mount a disk")
    shutil.chown(place, "postgres", "postgres")
    url = f"{postgresql_server}/{database.url.database}"
    name = f"small_{place.name[-8:]}".lower()
    try:
        run(url, f"CREATE TABLESPACE {name} LOCATION '{place}'", f"ALTER TABLE outbox SET TABLESPACE {name}")
        yield url, name
        run(
            url,
            "DROP TABLE IF EXISTS filler",
            "ALTER TABLE outbox SET TABLESPACE pg_default",
            f"DROP TABLESPACE {name}",
        )
    finally:
        subprocess.run(["umount", "-l", place], check=True)
        place.rmdir()


def run(url, *statements):
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def fill(url, name):
    """Take the last page of the disk, and what the outbox has left free in its own."""
    run(url, f"CREATE TABLE filler (x text) TABLESPACE {name}")
    for size in (100_000, 1_000, 1):
        with contextlib.suppress(OperationalError):
            while True:
                run(url, f"INSERT INTO filler SELECT repeat(md5(random()::text), 30) FROM generate_series(1, {size})")


def resend_until_full(services, agent, numbers):
    """How many resends went through before the first was refused: what fits into the outbox's last page does."""
    for done, number in enumerate(numbers):
        try:
            services.activation.resend(agent, number, reason="no mail came")
        except StoreFull:
            return done
    return pytest.fail("the disk never was full")


def test_a_full_disk_is_said_and_undoes_all_of_an_action(services, agent, add_voter, small_disk, database):
    numbers = [add_voter() for _ in range(40)]
    fill(*small_disk)
    done = resend_until_full(services, agent, numbers)
    refused = numbers[done]
    with database.read() as connection:
        state = text("SELECT state FROM account JOIN voter ON voter.id = voter_id WHERE number = :number")
        assert connection.execute(state, {"number": refused}).scalar_one() == "not_invited"
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar_one() == done
    run(small_disk[0], "DROP TABLE filler")
    assert not services.activation.resend(agent, refused, reason="no mail came").repeated

"""`helpdesk init` on the store of every earlier program: nothing lost, a copy kept, no half-way state when killed."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import MetaData, insert, inspect, text

from helpdesk.adapters.argon2 import Argon2Hasher
from helpdesk.domain.audit import GENESIS, canonical_content, chain_hash, content_hash
from helpdesk.domain.limits import Limits
from helpdesk.store.engine import Store
from helpdesk.store.logins import create_login
from helpdesk.store.revisions import REVISIONS
from helpdesk.store.upgrade import upgrade_store
from tests.e2e.conftest import ADMIN, ADMIN_PASSWORD, CommandLine
from tests.elections import election_around

LONG_AGO = datetime(2026, 10, 20, 8, tzinfo=UTC)
PROGRAM_THAT_DIES = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
left = int(sys.argv[1])

@event.listens_for(Engine, "after_cursor_execute")
def count(connection, cursor, statement, parameters, context, executemany):
    global left
    if statement.lstrip().upper().startswith(("CREATE", "ALTER", "DROP", "INSERT", "UPDATE")):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

from helpdesk.cli import run
sys.exit(run(["init"]))
"""


@pytest.fixture
def earlier(request, helpdesk: CommandLine) -> Store:
    """A store as the program of that revision left it, with a voter, a mail, an operator and a trail in it."""
    store = Store(helpdesk.environment["HELPDESK_DATABASE"])
    upgrade_store(store, revision=REVISIONS[0])
    fill(store)
    upgrade_store(store, revision=request.param)
    yield store
    store.close()


def fill(store: Store) -> None:
    """Rows as the first program wrote them: only what its tables had."""
    tables = MetaData()
    with store.read() as connection:
        tables.reflect(connection)
    hasher = Argon2Hasher(Limits(argon2_time_cost=1, argon2_memory_kib=1024, argon2_parallelism=1))
    plain = store.path is not None  # SQLite's reflected columns want naive times

    def at(moment: datetime) -> datetime:
        return moment.replace(tzinfo=None) if plain else moment

    election = election_around()
    calendar = {name: getattr(election, name) for name in election.__dataclass_fields__}
    rows = {
        "election": {"id": 1, "trial": True}
        | {name: at(value) if isinstance(value, datetime) else value for name, value in calendar.items()},
        "establishment": {"id": 1, "code": "0350001L", "name": "Collège Jean Moulin"},
        "voter": {
            "id": 1, "number": "10000001", "family_name": "Lefèvre", "usage_name": "Martin", "first_name": "Hélène",
            "establishment_id": 1, "academy": "Rennes", "department": "35", "corps": "Professeur certifié",
        },
        "address": {
            "id": 1, "voter_id": 1, "address": "helene.martin@ac-rennes.fr", "folded": "helene.martin@ac-rennes.fr",
            "tied": True,
        },
        "account": {"voter_id": 1, "state": "invited", "link_generation": 1},
        "outbox": {
            "id": 1, "message_id": "1@x", "voter_id": 1, "kind": "activation", "language": "fr",
            "to_address": "helene.martin@ac-rennes.fr", "generation": 1, "fate": "accepted", "answer": "250 Ok",
            "queued_at": at(LONG_AGO), "next_attempt_at": at(LONG_AGO), "expires_at": at(LONG_AGO),
        },
        "operator": {
            "id": 1, "name": ADMIN, "folded": "ada admin", "role": "administrator", "created": at(LONG_AGO),
            "password_hash": hasher.hash(ADMIN_PASSWORD),
        },
    }  # fmt: skip
    with store.write() as connection:
        for name, values in rows.items():
            connection.execute(insert(tables.tables[name]).values(values))
            if store.path is None and name not in {"election", "account"}:
                connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 1)")
        previous = GENESIS
        for seq in (1, 2, 3):
            row = {
                "seq": seq, "at": LONG_AGO, "actor": ADMIN, "action": "voter_viewed", "outcome": "done",
                "voter": "10000001", "reason": "a call", "detail": {}, "request": None,
            }  # fmt: skip
            content = content_hash(canonical_content(**row))
            previous = chain_hash(previous, content)
            row |= {"at": at(LONG_AGO), "content_hash": content, "hash": previous}
            connection.execute(insert(tables.tables["audit_event"]).values(row))


def revision_of(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.mark.parametrize("earlier", REVISIONS[:-1], indirect=True)
def test_everything_is_there_after_the_upgrade_and_a_copy_of_before_is_kept(earlier, helpdesk, request):
    revision = request.node.callspec.params["earlier"]
    refused = helpdesk("search", "martin")
    assert (refused.code, "helpdesk init" in refused.err) == (3, True)
    earlier.close()
    told = helpdesk.ok("init").out
    if earlier.path is None:  # who was an operator before operators were logins is given one by whoever runs the server
        with earlier.write() as connection:
            create_login(connection, "ada admin", ADMIN_PASSWORD)
    (hit,) = helpdesk.ok("search", "--json", "helene martin").json
    shown = helpdesk.ok("voter", "show", "--json", hit["voter"]).json
    assert (shown["state"], shown["mails"][0]["fate"]) == ("invited", "accepted")
    trail = helpdesk.ok("audit", "show", "--json", "--voter", hit["voter"]).json
    assert [row["reason"] for row in trail if row["reason"]] == ["a call"] * 3
    helpdesk.ok("audit", "verify")
    helpdesk.ok("resend", hit["voter"], "--reason", "after the upgrade")
    if earlier.path is not None:
        kept = helpdesk.folder / f"helpdesk.at-{revision}.db"
        assert str(kept) in told
        assert revision_of(kept) == revision


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("earlier", REVISIONS[:-1], indirect=True)
def test_killed_at_any_statement_the_store_is_still_the_earlier_one_or_the_new_one(earlier, helpdesk, request):
    revision = request.node.callspec.params["earlier"]
    path = earlier.path
    earlier.close()
    killed = 0
    for _ in deaths(helpdesk, (1, 2, 3, 5, 8, 13, 21, 34)):
        killed += 1
        assert revision_of(path) == revision
    assert killed >= 1
    helpdesk.ok("init")
    assert revision_of(path) == REVISIONS[-1]
    assert [hit["voter"] for hit in helpdesk.ok("search", "--json", "helene martin").json] == ["10000001"]
    helpdesk.ok("audit", "verify")
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("earlier", [REVISIONS[1]], indirect=True)
def test_killed_at_any_statement_the_store_of_a_server_is_the_earlier_one_or_the_new_one(earlier, helpdesk):
    before = contents(earlier)
    killed = 0
    for _ in deaths(helpdesk, (1, 8, 21, 55, 144, 377)):
        killed += 1
        assert contents(earlier) == before
    assert killed >= 3
    helpdesk.ok("init")
    earlier.check()
    with earlier.write() as connection:
        create_login(connection, "ada admin", ADMIN_PASSWORD)
    assert [hit["voter"] for hit in helpdesk.ok("search", "--json", "helene martin").json] == ["10000001"]
    helpdesk.ok("audit", "verify")


def deaths(helpdesk: CommandLine, moments: tuple[int, ...]) -> Iterator[None]:
    """Upgrades that are killed at these statements, one after the other, until one comes to its end before."""
    for statements in moments:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM_THAT_DIES, str(statements)],
            env=helpdesk.environment,
            cwd=helpdesk.folder,
            capture_output=True,
            timeout=60,
            check=False,
        )
        if done.returncode != -signal.SIGKILL:
            assert done.returncode == 0, done.stderr
            return
        yield


def contents(store: Store) -> dict[str, list[str]]:
    """Every row of every table of a server's store, the revision among them."""
    with store.read() as connection:
        names = inspect(connection).get_table_names()
        return {name: sorted(map(str, connection.execute(text(f"SELECT * FROM {name}")))) for name in names}


def test_the_store_of_a_newer_program_is_refused_politely_and_left_alone(helpdesk, store):
    helpdesk.ok("init", "--trial", "--admin", ADMIN, "--password-stdin", stdin=f"{ADMIN_PASSWORD}\n")
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for command in (("search", "x"), ("init",), ("backup", "copy.db")):
        run = helpdesk(*command)
        assert run.code == 3, run
        assert run.err == "A newer helpdesk made this store. Install that version or a later one.\n"
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "9999"
    assert [path.name for path in helpdesk.folder.iterdir() if ".at-" in path.name or path.name == "copy.db"] == []

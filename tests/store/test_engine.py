"""The store's door: what cannot be opened or written is said in one type, and nothing is half done."""

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

import helpdesk
from helpdesk.domain.errors import (
    BadSetting,
    NotAStore,
    StoreBusy,
    StoreDamaged,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
    StoreTooOld,
    StoreUnreachable,
)
from helpdesk.store import engine
from helpdesk.store.engine import Store
from helpdesk.store.schema import ballot, login_failure, voter
from helpdesk.store.upgrade import upgrade_store


@pytest.fixture
def open_store():
    """Opens stores that are closed at the end of the test."""
    opened = []

    def open_it(path):
        opened.append(Store(f"sqlite:///{path}"))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


def test_a_write_commits_whole_or_not_at_all(database):
    def add_and_fail():
        with database.write() as connection:
            connection.execute(insert(ballot).values(code="A", name="A"))
            connection.execute(insert(ballot).values(code="A", name="A again"))

    with pytest.raises(IntegrityError):
        add_and_fail()
    with database.write() as connection:
        connection.execute(insert(ballot).values(code="B", name="B"))
    with database.read() as connection:
        assert connection.scalars(select(ballot.c.code)).all() == ["B"]


def test_a_read_changes_nothing(database):
    with database.read() as connection:
        connection.execute(insert(ballot).values(code="A", name="A"))
    with database.read() as connection:
        assert connection.scalars(select(ballot.c.code)).all() == []


def test_times_come_back_in_utc_and_naive_ones_are_refused(database):
    moment = datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=UTC)
    with database.write() as connection:
        connection.execute(insert(login_failure).values(folded="x", at=moment))
    with database.read() as connection:
        assert connection.scalar(select(login_failure.c.at)) == moment
    with pytest.raises(Exception, match="naive"), database.write() as connection:
        connection.execute(insert(login_failure).values(folded="x", at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_sqlite_is_set_for_durability(sqlite_store):
    with sqlite_store.read() as connection:
        settings = [
            connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
        assert settings == ["wal", 2, 1]
        assert connection.scalar(text("PRAGMA application_id")) == engine.APPLICATION_ID


def test_a_missing_and_an_empty_file_say_that_init_is_needed(open_store, tmp_path):
    with pytest.raises(StoreMissing):
        open_store(tmp_path / "nothing.db").check()
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreMissing):
        open_store(tmp_path / "empty.db").check()


def test_a_damaged_page_is_told_as_damage(open_store, sqlite_store):
    """Not as a file of something else: who reads that would look for another file."""
    sqlite_store.close()
    file = sqlite3.connect(sqlite_store.path)
    (page,) = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'voter'").fetchone()
    (size,) = file.execute("PRAGMA page_size").fetchone()
    file.close()
    with sqlite_store.path.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)
    with pytest.raises(StoreDamaged), open_store(sqlite_store.path).read() as connection:
        connection.execute(select(voter)).all()


def test_a_file_of_something_else_is_no_store(open_store, tmp_path):
    (tmp_path / "text.db").write_text("not a database at all, but long enough to be read as one" * 50)
    with pytest.raises(NotAStore):
        open_store(tmp_path / "text.db").check()
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE recipe (name TEXT)")
    other.close()
    with pytest.raises(NotAStore):
        open_store(tmp_path / "other.db").check()
    with pytest.raises(NotAStore):
        upgrade_store(open_store(tmp_path / "other.db"))


def test_a_newer_and_an_older_store_are_told_apart(database):
    database.check()
    for revision, error in (("9999", StoreTooNew), ("0001", StoreTooOld)):
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
        with pytest.raises(error):
            database.check()
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew):
        upgrade_store(database)


def test_a_locked_file_is_busy(sqlite_store, open_store, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
    impatient = open_store(sqlite_store.path)
    with sqlite_store.write(), pytest.raises(StoreBusy), impatient.write():
        pass


def test_a_waiting_writer_gets_its_turn(sqlite_store, open_store):
    second, entered = open_store(sqlite_store.path), threading.Event()

    def write():
        entered.set()
        with second.write() as connection:
            connection.execute(insert(ballot).values(code="B", name="B"))

    writer = threading.Thread(target=write)
    with sqlite_store.write() as connection:
        writer.start()
        entered.wait(5)
        connection.execute(insert(ballot).values(code="A", name="A"))
    writer.join(10)
    with sqlite_store.read() as connection:
        assert connection.scalars(select(ballot.c.code).order_by(ballot.c.code)).all() == ["A", "B"]


def test_a_read_only_file_is_said_to_be_read_only(sqlite_store):
    """Opened read-only rather than by its permissions: the superuser may write any file."""
    sqlite_store.close()
    store = Store(f"sqlite:///file:{sqlite_store.path}?mode=ro&uri=true")
    with pytest.raises(StoreReadOnly), store.write() as connection:
        connection.execute(insert(ballot).values(code="A", name="A"))
    store.close()


def test_a_database_that_the_server_does_not_have_is_told_as_missing(postgresql_server):
    with pytest.raises(StoreMissing):
        Store(f"{postgresql_server}/elections_2062").check()


def test_a_server_that_is_not_there_is_unreachable():
    store = Store("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StoreUnreachable):
        store.check()
    store.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("nonsense", "not_a_database_url"),
        ("nosuch://x", "not_a_database_url"),
        ("mysql://u@h/d", "unsupported_database"),
        ("sqlite://", "memory_database"),
        ("sqlite:///:memory:", "memory_database"),
        ("postgresql+psycopg://u@db.example/d?sslmode=require", "insecure_database"),
        ("postgresql+psycopg://u@192.0.2.7/d?sslmode=disable", "insecure_database"),
        ("postgresql+psycopg://u@/d?host=127.0.0.1:5432&host=db.example:5432&sslmode=prefer", "insecure_database"),
    ],
)
def test_a_wrong_url_says_what_is_wrong(url, why):
    with pytest.raises(BadSetting) as refused:
        Store(url)
    assert refused.value.why in {why, "not_a_database_url"}


@pytest.mark.parametrize(
    ("url", "sslmode"),
    [
        ("postgresql+psycopg://db.example/d", "verify-full"),
        ("postgresql+psycopg:///d?host=one.example:5432&host=two.example:5432", "verify-full"),
        ("postgresql+psycopg://localhost/d", None),
        ("postgresql+psycopg://127.0.0.1/d", None),
        ("postgresql+psycopg://[::1]/d", None),
        ("postgresql+psycopg:///d?host=/var/run/postgresql", None),
    ],
)
def test_a_server_elsewhere_proves_who_it_is(url, sslmode):
    store = Store(url)
    assert store.url.query.get("sslmode") == sslmode
    store.close()


def test_errors_of_the_driver_quote_no_row(database):
    with database.write() as connection:
        connection.execute(insert(ballot).values(code="A", name="A"))
    with pytest.raises(IntegrityError) as caught, database.write() as connection:
        connection.execute(insert(ballot).values(code="A", name="private words"))
    assert "private words" not in str(caught.value)


def test_nothing_outside_the_store_asks_which_database_it_is():
    root = Path(helpdesk.__file__).parent
    asking = [
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if path.relative_to(root).parts[0] != "store" and ".dialect" in path.read_text(encoding="utf-8")
    ]
    assert asking == []

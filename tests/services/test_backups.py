"""Copies of the embedded store: consistent while it is in use, checked, and put back whole or not at all."""

import os
import shutil
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from helpdesk.domain.audit import verify_chain
from helpdesk.domain.errors import (
    CopyBroken,
    NotEmbedded,
    RoleRefused,
    SessionEnded,
    StoreFull,
    StoreReadOnly,
    UnreadableFile,
)
from helpdesk.services import build_services
from helpdesk.store import copies
from helpdesk.store.audit_chain import walk_chain
from helpdesk.store.copies import check_copy, copy_store, put_in_place
from helpdesk.store.engine import Store
from helpdesk.store.schema import ballot, voter
from tests.conftest import PASSWORD, make_context


@pytest.fixture
def database(sqlite_store):
    """Backups are the embedded store's: PostgreSQL has its own."""
    return sqlite_store


def test_a_copy_holds_everything_and_is_one_private_file(services, administrator, add_voter, tmp_path):
    number = add_voter()
    services.activation.resend(administrator, number, reason="before the copy")
    made = services.backups.write(administrator, tmp_path / "copy.db")
    assert [path.name for path in tmp_path.glob("copy.db*")] == ["copy.db"]
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    copy = Store(f"sqlite:///{made.path}")
    copy.check()
    with copy.read() as connection:
        assert connection.scalar(select(voter.c.number)) == number
        assert verify_chain(walk_chain(connection)) == made.head
    copy.close()
    assert services.trail.show(administrator, limit=1)[0].action == "store_backed_up"


def test_a_copy_taken_while_others_write_is_one_consistent_state(sqlite_store, services, administrator, tmp_path):
    """A writer adds ballots two at a time: no copy may hold one without the other."""
    stop, running = threading.Event(), threading.Event()

    def write() -> None:
        other = Store(f"sqlite:///{sqlite_store.path}")
        number = 0
        while not stop.is_set():
            number += 1
            with other.write() as connection:
                for half in ("a", "b"):
                    connection.execute(insert(ballot).values(code=f"{number}{half}", name="x" * 2000))
            running.set()
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert running.wait(10)
        counts = []
        for turn in range(6):
            target = tmp_path / f"copy{turn}.db"
            copy_store(sqlite_store, target)
            with sqlite3.connect(target) as copy:
                counts.append(copy.execute("SELECT count(*) FROM ballot").fetchone()[0])
    finally:
        stop.set()
        writer.join(10)
    assert all(count % 2 == 0 for count in counts)
    assert counts == sorted(counts)
    assert counts[-1] > 0


def test_a_file_that_exists_is_never_overwritten(services, administrator, tmp_path):
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(UnreadableFile) as refused:
        services.backups.write(administrator, tmp_path / "precious")
    assert refused.value.why == "exists"
    assert (tmp_path / "precious").read_text() == "mine"


def test_only_administrators_back_up_and_the_refusal_is_told(services, administrator, supervisor, tmp_path):
    with pytest.raises(RoleRefused):
        services.backups.write(supervisor, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
    told = services.trail.show(administrator, limit=1)[0]
    assert (told.action, told.outcome, told.actor) == ("store_backed_up", "refused", supervisor.name)


def test_a_copy_goes_back_and_what_was_there_is_kept(
    services, administrator, add_voter, tmp_path, open_program, sqlite_store
):
    first = add_voter()
    made = services.backups.write(administrator, tmp_path / "copy.db")
    second = add_voter()
    done = restore(open_program, made.path, sqlite_store)
    assert numbers(sqlite_store) == [first]
    assert done.kept is not None
    assert numbers(Store(f"sqlite:///{done.kept}")) == sorted([first, second])
    last = services.trail.show(administrator, limit=1)[0]
    assert (last.action, last.actor) == ("store_restored", administrator.name)
    assert int(last.detail["replaced_seq"]) >= made.head.seq
    assert services.trail.verify(administrator, against=made.head) == done.head


def test_a_restore_is_seen_by_who_has_the_store_open_and_a_write_goes_on(
    services, administrator, add_voter, add_operator, tmp_path, open_program, sqlite_store
):
    add_voter()
    made = services.backups.write(administrator, tmp_path / "copy.db")
    newcomer = add_operator("Nell Newcomer")
    other = Store(f"sqlite:///{sqlite_store.path}")
    numbers(other)  # its connection stays in the pool
    restore(open_program, made.path, sqlite_store)
    assert len(numbers(other)) == 1
    with other.write() as connection:
        connection.execute(insert(ballot).values(code="after", name="after"))
    other.close()
    with pytest.raises(SessionEnded):
        services.search.search(newcomer, "dupont")


def test_a_number_given_to_somebody_else_by_a_restore_opens_nothing(
    services, administrator, add_operator, tmp_path, open_program, sqlite_store
):
    made = services.backups.write(administrator, tmp_path / "copy.db")
    before = add_operator("Before Restore")
    restore(open_program, made.path, sqlite_store)
    after = services.operators.add(administrator, "After Restore", role=before.role, password=PASSWORD)
    assert after.id == before.id
    with pytest.raises(SessionEnded):
        services.search.search(before, "dupont")


def test_a_damaged_store_is_set_aside_and_replaced(
    services, administrator, add_voter, tmp_path, open_program, sqlite_store
):
    number = add_voter()
    made = services.backups.write(administrator, tmp_path / "copy.db")
    sqlite_store.close()
    for suffix in ("-wal", "-shm"):
        sqlite_store.path.with_name(sqlite_store.path.name + suffix).unlink(missing_ok=True)
    sqlite_store.path.write_bytes(b"not a database any more" * 1000)
    done = restore(open_program, made.path, sqlite_store)
    assert numbers(sqlite_store) == [number]
    assert done.kept.read_bytes().startswith(b"not a database")


@pytest.mark.parametrize("damage", ["page", "cut", "text", "other"])
def test_a_damaged_copy_is_found_and_nothing_is_replaced(
    damage, services, administrator, add_voter, tmp_path, open_program, sqlite_store
):
    for _ in range(30):
        add_voter()
    path = services.backups.write(administrator, tmp_path / "copy.db").path
    whole = path.read_bytes()
    if damage == "page":
        spoilt = bytearray(whole)
        for page in range(3, len(whole) // 4096, 4):
            spoilt[page * 4096 : page * 4096 + 64] = os.urandom(64)
        path.write_bytes(spoilt)
    elif damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "text":
        path.write_text("id;name\n" * 1000)
    else:
        path.unlink()
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE something (id)")
    before = numbers(sqlite_store)
    with pytest.raises((CopyBroken, UnreadableFile)):
        restore(open_program, path, sqlite_store)
    assert numbers(sqlite_store) == before
    assert list(tmp_path.glob("*before-restore*")) == []


def test_references_to_nothing_are_found(services, administrator, tmp_path):
    path = services.backups.write(administrator, tmp_path / "copy.db").path
    with sqlite3.connect(path) as copy:
        copy.execute("INSERT INTO enrolment (voter_id, ballot_id) VALUES (4711, 4711)")
    with pytest.raises(CopyBroken) as found:
        check_copy(path)
    assert found.value.why == "references"


@pytest.mark.parametrize(("fault", "raised"), [(28, StoreFull), (13, StoreReadOnly)])
def test_a_copy_that_cannot_be_finished_leaves_nothing(sqlite_store, tmp_path, monkeypatch, fault, raised):
    def fail(*_: object) -> None:
        raise OSError(fault, "no")

    monkeypatch.setattr(copies, "sync_file", fail)
    with pytest.raises(raised):
        copy_store(sqlite_store, tmp_path / "copy.db")
    assert list(tmp_path.glob("copy.db*")) == []


def test_putting_in_place_is_one_transaction(sqlite_store, tmp_path, monkeypatch):
    """A copy that breaks off half-way leaves the old state."""
    with sqlite_store.write() as connection:
        connection.execute(insert(ballot).values(code="old", name="old"))
    copy_store(sqlite_store, tmp_path / "copy.db")
    with sqlite_store.write() as connection:
        connection.execute(insert(ballot).values(code="new", name="new"))
    whole = Path(shutil.copy(tmp_path / "copy.db", tmp_path / "cut.db"))
    os.truncate(whole, whole.stat().st_size // 2)
    cut = Store(f"sqlite:///{whole}")
    with pytest.raises(Exception):  # noqa: B017, PT011 (whatever it is: what counts is what is left)
        put_in_place(cut, sqlite_store)
    cut.close()
    with sqlite_store.read() as connection:
        assert connection.scalars(select(ballot.c.code).order_by(ballot.c.id)).all() == ["old", "new"]


def test_a_server_is_sent_to_its_own_tools(postgresql_store, clock, election, tmp_path):
    services = build_services(make_context(postgresql_store, clock))
    administrator = services.operators.add_first("Ada Admin", PASSWORD)
    with pytest.raises(NotEmbedded):
        services.backups.write(administrator, tmp_path / "copy.db")


def test_no_copy_is_put_in_the_place_of_a_server(services, administrator, postgresql_store):
    with pytest.raises(NotEmbedded):
        services.backups.put_in_place(administrator, postgresql_store)


def test_a_copy_is_put_where_no_store_is(services, administrator, add_voter, sqlite_store, tmp_path):
    number = add_voter()
    place = Store(f"sqlite:///{tmp_path / 'new' / 'helpdesk.db'}")
    done = services.backups.put_in_place(administrator, place)
    assert (done.kept, numbers(place)) == (None, [number])
    place.close()


@pytest.fixture
def open_program(clock, tmp_path):
    """Opens a checked scratch copy, as `helpdesk restore` does."""

    def open_copy(path):
        check_copy(path)
        source, scratch = Store(f"sqlite:///{path}"), tmp_path / "scratch" / "scratch.db"
        scratch.parent.mkdir(exist_ok=True)
        copy_store(source, scratch)
        source.close()
        return Store(f"sqlite:///{scratch}")

    open_copy.clock = clock
    return open_copy


def restore(open_program, path, target):
    store = open_program(path)
    try:
        services = build_services(make_context(store, open_program.clock))
        operator = services.operators.log_in("Ada Admin", PASSWORD)
        return services.backups.put_in_place(operator, target)
    finally:
        store.close()


def numbers(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(select(voter.c.number).order_by(voter.c.number)))

"""Copies of the embedded store: taken while it is in use, checked before they are trusted, put back in one step."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from helpdesk.domain.errors import CopyBroken, NotEmbedded, StoreFull, StoreReadOnly, UnreadableFile
from helpdesk.store.damage import has_whole_pages, opened_to_check
from helpdesk.store.engine import APPLICATION_ID, BUSY_TIMEOUT_MS, Store, sqlite_fault
from helpdesk.store.revisions import REVISIONS
from helpdesk.system.open_files import remove_file, replace_file, sync_file
from helpdesk.system.private_files import touch_private

_BUSY_SECONDS = BUSY_TIMEOUT_MS / 1000


def copy_store(store: Store, target: Path) -> None:
    """Write one consistent state of the embedded store to `target`, a single file, whole or not at all.

    Writers go on meanwhile (SQLite's online backup). The copy is for its owner only, checked and synced before it
    gets its name; one of that name is replaced. Raises NotEmbedded, CopyBroken, and the store's faults.
    """
    source = _embedded(store)
    scratch = target.with_name(f"{target.name}.part")
    try:
        remove_file(scratch)
        touch_private(scratch)
    except OSError:
        raise StoreReadOnly from None
    try:
        _copy(source, scratch)
        with _opened(scratch) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, that can be carried away
        check_copy(scratch)
        sync_file(scratch)
        replace_file(scratch, target)
    except OSError as error:
        raise (StoreFull if error.errno == _NO_SPACE else StoreReadOnly) from None
    finally:
        remove_file(scratch)


def check_copy(path: Path) -> None:
    """Read every page of a copy and follow every reference.

    Raises UnreadableFile for what is missing or no copy of a store, CopyBroken for one that is damaged.
    """
    if not path.is_file():
        raise UnreadableFile(str(path), "missing")
    try:
        with closing(opened_to_check(path)) as copy:
            if copy.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise UnreadableFile(str(path), "not_a_copy")
            if not has_whole_pages(copy):
                raise CopyBroken(str(path), "pages")
            if copy.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise CopyBroken(str(path), "references")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            raise UnreadableFile(str(path), "not_a_copy") from None
        raise CopyBroken(str(path), "pages") from None


def put_in_place(copy: Store, target: Store) -> None:
    """Make the content of one embedded store the content of another, in one transaction.

    Who has the target open sees the old state until the end, then the new one; killed half-way, the old one
    stays. Raises StoreBusy while somebody else writes, and the store's faults.
    """
    source, path = _embedded(copy), _embedded(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    touch_private(path)
    _copy(source, path)
    with _opened(path) as placed:
        placed.execute("PRAGMA journal_mode = WAL")


def keep_before_upgrade(store: Store) -> Path | None:
    """Copy an embedded store of an earlier revision to a file beside it; the file, None if there was no need."""
    path = store.path
    if path is None or not path.exists() or path.stat().st_size == 0:
        return None
    with _opened(path) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None or row[0] not in REVISIONS[:-1]:
        return None
    kept = earlier_copy(path, f"at-{row[0]}")
    copy_store(store, kept)
    return kept


def earlier_copy(path: Path, mark: str) -> Path:
    """Where the state of an embedded store before a change is kept: beside it, `helpdesk.MARK.db`."""
    return path.with_name(f"{path.stem}.{mark}{path.suffix}")


def earlier_copies(store: Store) -> tuple[Path, ...]:
    """Every such copy that lies beside the store."""
    path = store.path
    if path is None:
        return ()
    return tuple(sorted(path.parent.glob(f"{path.stem}.*-*{path.suffix}")))


_NO_SPACE = 28  # ENOSPC, the same number on every system


def _embedded(store: Store) -> Path:
    if store.path is None:
        raise NotEmbedded
    return store.path


def _copy(source: Path, target: Path) -> None:
    with _opened(source) as reading, _opened(target) as writing:
        reading.backup(writing)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(os.fspath(path), timeout=_BUSY_SECONDS)) as connection:
            yield connection
    except sqlite3.Error as error:
        if fault := sqlite_fault(error):
            raise fault from None
        raise

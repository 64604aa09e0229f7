"""The database behind one door: transactions for both dialects, and faults as types."""

import errno
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    URL,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Select,
    Table,
    Text,
    cast,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from helpdesk.domain.errors import (
    BadSetting,
    ClockOff,
    HelpdeskError,
    NotAStore,
    OutcomeUnknown,
    StoreBusy,
    StoreDamaged,
    StoreForbids,
    StoreFull,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
    StoreTooOld,
    StoreUnreachable,
)
from helpdesk.store.damage import has_strange_values, has_whole_pages, opened_to_check
from helpdesk.store.revisions import REVISIONS
from helpdesk.store.schema import operator, voter
from helpdesk.store.server import Login, connect, guarded_url

if TYPE_CHECKING:  # an embedded store has no use for the server's driver
    import psycopg

BUSY_TIMEOUT_MS = 5_000
APPLICATION_ID = 0x48445F31  # "HD_1", PRAGMA application_id of the embedded file
AUDIT_LOCK = 0x68656C70_61756474  # "helpaudt", the advisory lock that orders the audit chain on PostgreSQL

_SQLITE_FAULTS: dict[int, type[HelpdeskError]] = {
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_CANTOPEN: StoreUnreachable,
    sqlite3.SQLITE_IOERR: StoreUnreachable,
    sqlite3.SQLITE_PERM: StoreReadOnly,
    sqlite3.SQLITE_NOTADB: NotAStore,
    sqlite3.SQLITE_CORRUPT: StoreDamaged,
}
_SQLITE_EXTENDED_FAULTS: dict[int, type[HelpdeskError]] = {
    sqlite3.SQLITE_IOERR_SHMSIZE: StoreFull,  # the log's index beside the file could not grow
}
_FILE_FAULTS: dict[int, type[HelpdeskError]] = {
    errno.ENOSPC: StoreFull,
    errno.EDQUOT: StoreFull,
    errno.EROFS: StoreReadOnly,
    errno.EACCES: StoreReadOnly,
    errno.EPERM: StoreReadOnly,
}
_POSTGRESQL_FAULTS: dict[str, type[HelpdeskError]] = {
    "53100": StoreFull,  # disk_full
    "25006": StoreReadOnly,  # read_only_sql_transaction
    "55P03": StoreBusy,  # lock_not_available
    "40001": StoreBusy,  # serialization_failure
    "40P01": StoreBusy,  # deadlock_detected
    "XX001": StoreDamaged,  # data_corrupted
    "XX002": StoreDamaged,  # index_corrupted
    "42501": StoreForbids,  # insufficient_privilege
    "HD001": ClockOff,
}


class Store:
    """One database. Every query of the program runs inside `read` or `write`, in whichever thread asks."""

    def __init__(self, url: str | URL, *, password: str | None = None) -> None:
        """Prepare the engine; nothing is opened yet.

        Raises BadSetting for a URL that means no database, or a server that could be listened to on its way.
        """
        self.url = _read_url(url, password)
        self._login: Login | None = None
        self.sign_ins = 0
        self.spares_memory = False
        """True where the program shares its machine with a person's others: searches keep less of the file at hand."""
        self._entry = threading.Lock()
        self.engine = _build_engine(self.url)
        if self.keeps_logins:
            event.listen(self.engine, "do_connect", self._connect)

    @property
    def keeps_logins(self) -> bool:
        """True where operators are logins of the database server; False where the store keeps their passwords."""
        return self.url.get_backend_name() == "postgresql"

    def sign_in(self, name: str, password: str | None) -> None:
        """Work with this login of the server from now on; who worked before is let go.

        Raises CredentialsRefused, SessionEnded for a login that was closed, and the store's faults; whoever worked
        before then still does.
        """
        login = Login(name, password)
        with self._entry, _faults():
            connect(self.url, login).close()
            self._login = login
            self.sign_ins += 1
            self.engine.dispose()

    def sign_out(self) -> None:
        """Forget the login and close its connections."""
        with self._entry:
            self._login = None
            self.engine.dispose()

    @property
    def path(self) -> Path | None:
        """The embedded file, None on a server."""
        return Path(self.url.database) if self.url.drivername == "sqlite" and self.url.database else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that changes nothing: one consistent view, rolled back at the end."""
        with self.telling_damage(), _faults(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits at the end, or not at all.

        On SQLite it starts with BEGIN IMMEDIATE, so that what it read cannot change before it writes; on
        PostgreSQL, what must not change is locked with `lock_voter`. Raises OutcomeUnknown when the server went away
        while it was committing.
        """
        with (
            self.telling_damage(),
            _faults(),
            self.engine.connect().execution_options(helpdesk_write=True) as connection,
        ):
            transaction = connection.begin()
            try:
                yield connection
            except BaseException:
                with suppress(DBAPIError):  # a connection that broke has rolled back by itself
                    transaction.rollback()
                raise
            try:
                transaction.commit()
            except DBAPIError as error:
                if isinstance(_fault(error), StoreUnreachable) and self.keeps_logins:
                    raise OutcomeUnknown from None
                raise

    @contextmanager
    def telling_damage(self) -> Iterator[None]:
        """What nobody expects is put down to the embedded file if that is damaged: a row may then hold anything.

        Every transaction is watched so; what is made of rows after it, by whoever makes it. Raises StoreDamaged.
        """
        try:
            yield
        except HelpdeskError:
            raise
        except Exception:
            if self._is_damaged():
                raise StoreDamaged from None
            raise

    def _is_damaged(self) -> bool:
        """Look through the whole file: up to half a minute for a million voters. False on a server."""
        if self.path is None or not self.path.exists():
            return False
        try:
            with closing(opened_to_check(self.path)) as file:
                return not has_whole_pages(file) or has_strange_values(file)
        except sqlite3.Error as error:
            return isinstance(sqlite_fault(error), StoreDamaged)

    def check(self) -> None:
        """Raise StoreMissing, NotAStore, StoreTooOld or StoreTooNew unless this program can work with it."""
        path = self.path
        if path is not None and not path.exists():
            raise StoreMissing
        with self.read() as connection:
            tables = set(inspect(connection).get_table_names())
            if not tables:
                raise StoreMissing
            if not {"alembic_version", "voter", "audit_event"} <= tables:
                raise NotAStore
        revision = self.revision()
        if revision not in REVISIONS:
            raise StoreTooNew
        if revision != REVISIONS[-1]:
            raise StoreTooOld

    def revision(self) -> str:
        """The revision of the store's tables. Raises the store's faults."""
        with self.read() as connection:
            return str(connection.scalar(text("SELECT version_num FROM alembic_version")))

    def open_connection(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of its own to the server, outside the pool, for who waits on it for long; autocommitting."""
        with _faults():
            return connect(self.url, self._login, autocommit=True)

    def _connect(self, *_: object) -> "psycopg.Connection[tuple[object, ...]]":
        return connect(self.url, self._login)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def file_url(path: Path) -> URL:
    """The URL of an embedded file; a text would take `?` in its name for the start of options."""
    return URL.create("sqlite", database=str(path))


def lock_voter(connection: Connection, number: str, now: datetime | None = None) -> int | None:
    """Lock the voter of this number until the transaction ends; the internal id, or None if there is none.

    On SQLite, BEGIN IMMEDIATE has locked everything already. On PostgreSQL a voter out of the login's reach is none;
    the database takes `now` for the time of the transaction, if it is within a few minutes of its own clock.
    """
    if connection.dialect.name == "postgresql":
        locked: int | None = connection.scalar(select(func.helpdesk.lock_voter(number, now)))
        return locked
    return connection.scalar(select(voter.c.id).where(voter.c.number == number))


def lock_voters(connection: Connection, numbers: Collection[str], now: datetime | None = None) -> None:
    """Lock some voters as `lock_voter` does one; always in the order of their numbers, so that two never block."""
    if connection.dialect.name == "postgresql" and numbers:
        connection.execute(select(func.helpdesk.lock_voters(cast(list(numbers), ARRAY(Text)), now)))


def wait_at_most(connection: Connection, seconds: int) -> None:
    """Wait no longer than this for a lock, in this transaction; SQLite has its own patience."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.set_config("lock_timeout", f"{seconds}s", True)))


def under_row_security(connection: Connection) -> bool:
    """True for a login of PostgreSQL whose rows are picked by policies: for all but the owner and superusers."""
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.scalar(select(func.row_security_active("voter"))))


def utc_hour(connection: Connection, moment: ColumnElement[datetime]) -> ColumnElement[str]:
    """The hour of a moment as text, "2026-11-25 14", in UTC: something to group by on either database."""
    if connection.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24")
    return func.substr(moment, 1, 13)


def own_voter_number(connection: Connection, operator_id: int) -> str | None:
    """The voter number of an operator who is a voter too; on PostgreSQL nobody at the desk learns a colleague's."""
    own: str | None = connection.scalar(own_voter(connection, operator_id))
    return own


def own_voter(connection: Connection, operator_id: int) -> Select[Any]:
    """Asks what `own_voter_number` tells, as `number`."""
    if connection.dialect.name == "postgresql":
        return select(func.helpdesk.own_voter_number(type_=Text).label("number"))
    return select(operator.c.voter_number.label("number")).where(operator.c.id == operator_id)


def upsert(
    connection: Connection, table: Table, values: Mapping[str, object], *, key: str, renew: tuple[str, ...]
) -> Insert:
    """An insert that, where a row of the same `key` is there already, renews only the named columns."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values)
    renewed = {column: statement.excluded[column] for column in renew}
    conflict: Insert = statement.on_conflict_do_update(index_elements=[key], set_=renewed)
    return conflict


def is_duplicate(error: IntegrityError) -> bool:
    """True when a unique index refused the row: one like it is there, seen by this login or not."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return original.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_UNIQUE
    return getattr(original, "sqlstate", None) == "23505"  # unique_violation


@contextmanager
def driver_faults() -> Iterator[None]:
    """The store's faults as types, for what talks to the driver itself."""
    with _faults():
        try:
            yield
        except Exception as error:
            if isinstance(error, sqlite3.Error) or _is_of_psycopg(type(error)):
                raise DBAPIError(None, None, error, hide_parameters=True) from None
            raise


@contextmanager
def file_faults() -> Iterator[None]:
    """`driver_faults`, and those of files beside the store: a full disk and one that cannot be written, as types."""
    try:
        with driver_faults():
            yield
    except OSError as error:
        if fault := _FILE_FAULTS.get(error.errno or 0):
            raise fault from None  # the system's text names the path
        raise


def _read_url(url: str | URL, password: str | None) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise BadSetting("database", "not_a_database_url") from None
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise BadSetting("database", "unsupported_database")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise BadSetting("database", "memory_database")
    if parsed.get_backend_name() == "postgresql":
        parsed = guarded_url(parsed)
    return parsed.set(password=password) if password is not None else parsed


def _build_engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url, hide_parameters=True, pool_size=2, max_overflow=6, pool_pre_ping=True)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:  # noqa: ANN401 (SQLAlchemy's record type)
    connection.isolation_level = None  # the driver must not begin transactions by itself
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.execute("PRAGMA secure_delete = FAST")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("helpdesk_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if fault := _fault(error):
            raise fault from None  # the driver's text may quote the row
        raise
    except Exception as error:
        if _tells_of_a_loss(error):
            raise StoreUnreachable from None
        raise


def sqlite_fault(error: sqlite3.Error) -> HelpdeskError | None:
    """The typed fault of an error of SQLite's own interface, None for one that means a bug."""
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int):  # the driver's own: text that is none was not written by this program
        return StoreDamaged() if str(error).startswith("Could not decode to UTF-8") else None
    kind = _SQLITE_EXTENDED_FAULTS.get(code) or _SQLITE_FAULTS.get(code & 0xFF)
    return kind() if kind else None


def _is_of_psycopg(kind: type) -> bool:
    """True for a class of the server's driver, known by its name: an embedded store never imports it."""
    return kind.__module__.partition(".")[0] == "psycopg"


def _tells_of_a_loss(error: BaseException | None) -> bool:
    """True for psycopg's OperationalError and what derives from it."""
    return any(kind.__name__ == "OperationalError" and _is_of_psycopg(kind) for kind in type(error).__mro__)


def _fault(error: DBAPIError) -> HelpdeskError | None:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return sqlite_fault(original)
    state = getattr(original, "sqlstate", None)
    if isinstance(state, str) and (kind := _POSTGRESQL_FAULTS.get(state)):
        return kind()
    lost = error.connection_invalidated or state is None or state[:2] in {"08", "57", "28", "3D"}
    return StoreUnreachable() if lost and _tells_of_a_loss(original) else None

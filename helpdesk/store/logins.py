"""Operators' logins on a PostgreSQL server; the functions of `guard/sql/5_logins.sql` decide who may make which."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from helpdesk.domain.errors import OperatorExists
from helpdesk.store.server import encrypted_password

LONGEST_LOGIN = 63
"""Bytes of a role's name (PostgreSQL's NAMEDATALEN)."""


def create_login(connection: Connection, login: str, password: str | None) -> None:
    """Make the login of an operator who is in the table already, in the transaction that added them.

    Without a password the server asks elsewhere for it (LDAP, Kerberos), and a login that is there is taken. Raises
    OperatorExists when the server has a login of this name.
    """
    verifier = _verifier(connection, login, password) if password is not None else None
    with _taken(login):
        connection.execute(select(func.helpdesk.create_login(login, verifier)))


def set_login_password(connection: Connection, login: str, password: str) -> None:
    """Give a login another password."""
    verifier = _verifier(connection, login, password)
    connection.execute(select(func.helpdesk.set_login_password(login, verifier)))


def close_login(connection: Connection, login: str) -> None:
    """Let this login in no more, from the commit on; `end_sessions` then ends what is open."""
    connection.execute(select(func.helpdesk.open_login(login, False)))


def reopen_login(connection: Connection, login: str) -> None:
    """Let a closed login in again."""
    connection.execute(select(func.helpdesk.open_login(login, True)))


def end_sessions(connection: Connection, login: str) -> int:
    """End every session of a login; how many there were."""
    return int(connection.execute(select(func.helpdesk.end_sessions(login))).scalar_one())


def _verifier(connection: Connection, login: str, password: str) -> str:
    from psycopg import Connection as DriverConnection  # noqa: PLC0415 (an embedded store has no use for it)

    driver = connection.connection.driver_connection
    assert isinstance(driver, DriverConnection)  # noqa: S101 (logins are the server's: there is no other driver)
    return encrypted_password(driver, login, password)


@contextmanager
def _taken(login: str) -> Iterator[None]:
    from psycopg.errors import DuplicateObject  # noqa: PLC0415

    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, DuplicateObject):
            raise OperatorExists(login) from None
        raise

"""How operators prove who they are: by passwords that the store keeps, or as logins of the database server."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, delete, insert, select, update

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import (
    CredentialsRefused,
    LoginRefused,
    LoginThrottled,
    OperatorNotFound,
    SessionEnded,
    WeakPassword,
)
from helpdesk.domain.folding import fold_words
from helpdesk.domain.passwords import is_common_password
from helpdesk.domain.roles import EVERYTHING, Operator, Role
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import record_refusal, stored_scope
from helpdesk.services.recent import lately
from helpdesk.store.audit_chain import append
from helpdesk.store.logins import (
    LONGEST_LOGIN,
    close_login,
    create_login,
    end_sessions,
    reopen_login,
    set_login_password,
)
from helpdesk.store.schema import login_failure, operator


class Credentials(Protocol):
    """Passwords of operators, wherever they are kept. `folded` is the operator's folded name."""

    def log_in(self, name: str, password: str) -> Operator:
        """The operator of this name and password. Raises LoginRefused, LoginThrottled."""
        ...

    def log_out(self) -> None:
        """Let go of what the last login opened."""
        ...

    def give(self, connection: Connection, folded: str, password: str | None) -> None:
        """Give a new operator their password. Raises OperatorExists, OperatorNotFound for an impossible name."""
        ...

    def replace(self, connection: Connection, folded: str, password: str) -> None:
        """Give an operator another password."""
        ...

    def close(self, connection: Connection, folded: str) -> None:
        """Close a disabled operator's way in."""
        ...

    def closed(self, folded: str) -> None:
        """Called when the disabling is committed: end what the operator has open."""
        ...

    def reopen(self, connection: Connection, folded: str) -> None:
        """Open it again."""
        ...


def credentials_of(context: ServiceContext) -> Credentials:
    """The way in that the context's store has."""
    return ServerLogins(context) if context.store.keeps_logins else StoredPasswords(context)


def check_strength(password: str, name: str, minimum: int) -> None:
    """Raise WeakPassword for fewer than `minimum` characters, a common word, or the operator's own name."""
    if len(password) < minimum or is_common_password(password, names=(name,)):
        raise WeakPassword(minimum)


class StoredPasswords:
    """Argon2id hashes in the store itself; failures are counted for each name, known or not."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def log_in(self, name: str, password: str) -> Operator:
        """The operator of this name and password; unknown, wrong and disabled are refused alike and as late.

        An attempt counts as a failure before it is compared, and is forgiven when it was right: however many come at
        once, no more are compared than may fail.
        """
        now, folded = self._context.clock(), fold_words(name)
        with self._context.store.write() as connection:
            until = self._closed_until(connection, folded, now)
            if until is None:
                connection.execute(insert(login_failure).values(folded=folded, at=now))
            row = connection.execute(
                select(operator.c.id, operator.c.name, operator.c.role, operator.c.password_hash).where(
                    operator.c.folded == folded, operator.c.disabled.is_(None)
                )
            ).first()
            scope = stored_scope(connection, row.id) if row else EVERYTHING
        known_name = row.name if row else "?"
        if until is not None:
            refusal = LoginThrottled(until)
            record_refusal(self._context, known_name, Action.LOGIN, refusal)
            raise refusal
        # The hash is compared outside any transaction: it takes tens of milliseconds, a lock must not.
        if row is None or row.password_hash is None:
            self._context.hasher.waste(password)
            matched = False
        else:
            matched = self._context.hasher.matches(row.password_hash, password)
        if row is None or not matched:
            record_refusal(self._context, known_name, Action.LOGIN, LoginRefused())
            raise LoginRefused
        renewed = self._context.hasher.hash(password) if self._context.hasher.is_outdated(row.password_hash) else None
        with self._context.store.write() as connection:
            connection.execute(delete(login_failure).where(login_failure.c.folded == folded))
            if renewed is not None:
                connection.execute(
                    update(operator)
                    .where(operator.c.id == row.id, operator.c.password_hash == row.password_hash)
                    .values(password_hash=renewed)
                )
            append(connection, at=now, actor=row.name, action=Action.LOGIN)
        return Operator(row.id, row.name, Role(row.role), scope)

    def log_out(self) -> None:
        """Nothing is open."""

    def give(self, connection: Connection, folded: str, password: str | None) -> None:
        """Keep the password's hash."""
        if password is None:
            raise WeakPassword(self._context.limits.operator_password_characters)
        self.replace(connection, folded, password)

    def replace(self, connection: Connection, folded: str, password: str) -> None:
        """Keep another hash."""
        encoded = self._context.hasher.hash(password)
        connection.execute(update(operator).where(operator.c.folded == folded).values(password_hash=encoded))

    def close(self, connection: Connection, folded: str) -> None:
        """The table says it."""

    def closed(self, folded: str) -> None:
        """Services ask the table before every act."""

    def reopen(self, connection: Connection, folded: str) -> None:
        """The table says it."""

    def _closed_until(self, connection: Connection, folded: str, now: datetime) -> datetime | None:
        limits = self._context.limits
        window = timedelta(seconds=limits.login_closed_seconds)
        times = connection.scalars(
            select(login_failure.c.at)
            .where(login_failure.c.folded == folded, lately(login_failure.c.at, now, window))
            .order_by(login_failure.c.at.desc())
            .limit(limits.login_failures)
        ).all()
        return times[0] + window if len(times) >= limits.login_failures else None


class ServerLogins:
    """Each operator is a login of the database server, named by their folded name.

    The server checks the password (SCRAM, or what its pg_hba.conf says), slows down guessing (auth_delay) and logs
    failures: nothing of a failed login reaches the store.
    """

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def log_in(self, name: str, password: str) -> Operator:
        """Sign the store in; everything that it does from now on is done as this login.

        Raises LoginRefused also for a login of the server that is no operator of this store, and the store's faults.
        """
        store, folded = self._context.store, fold_words(name)
        try:
            store.sign_in(_login(folded), password)
        except (CredentialsRefused, SessionEnded, OperatorNotFound):
            raise LoginRefused from None
        try:
            store.check()
            return self._admit(folded)
        except BaseException:
            store.sign_out()
            raise

    def _admit(self, folded: str) -> Operator:
        with self._context.store.write() as connection:
            row = connection.execute(
                select(operator.c.id, operator.c.name, operator.c.role).where(
                    operator.c.folded == folded, operator.c.disabled.is_(None)
                )
            ).first()
            if row is None:
                raise LoginRefused
            append(connection, at=self._context.clock(), actor=row.name, action=Action.LOGIN)
            return Operator(row.id, row.name, Role(row.role), stored_scope(connection, row.id))

    def log_out(self) -> None:
        """Close the login's connections and forget its password."""
        self._context.store.sign_out()

    def give(self, connection: Connection, folded: str, password: str | None) -> None:
        """Make a login; without a password the server asks elsewhere for it."""
        create_login(connection, _login(folded), password)

    def replace(self, connection: Connection, folded: str, password: str) -> None:
        """Give the login another password."""
        set_login_password(connection, folded, password)

    def close(self, connection: Connection, folded: str) -> None:
        """Let the login in no more."""
        close_login(connection, folded)

    def closed(self, folded: str) -> None:
        """End its sessions."""
        with self._context.store.write() as connection:
            end_sessions(connection, folded)

    def reopen(self, connection: Connection, folded: str) -> None:
        """Let the login in again."""
        reopen_login(connection, folded)


def _login(folded: str) -> str:
    """The login's name. Raises OperatorNotFound for one that no server can have."""
    if not folded.isprintable() or not 0 < len(folded.encode("utf-8", "replace")) <= LONGEST_LOGIN:
        raise OperatorNotFound(folded)
    return folded

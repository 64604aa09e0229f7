"""Operators: logging in, adding, disabling, scopes, passwords."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import (
    LastAdministrator,
    LoginRefused,
    LoginThrottled,
    OperatorExists,
    OperatorNotFound,
    Refusal,
    WeakPassword,
)
from helpdesk.domain.folding import fold_words, nfc
from helpdesk.domain.passwords import is_common_password
from helpdesk.domain.roles import EVERYTHING, Operator, Permission, Role, Scope
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import operator_at_work, record_refusal, stored_scope
from helpdesk.store.audit_chain import append
from helpdesk.store.schema import login_failure, operator, operator_scope


@dataclass(frozen=True, slots=True)
class OperatorView:
    """An operator as lists show one."""

    name: str
    role: Role
    scope: Scope
    voter_number: str | None
    disabled: datetime | None


class Operators:
    """Who works at the desk."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def log_in(self, name: str, password: str) -> Operator:
        """The operator of this name and password.

        Raises LoginRefused alike, in words and in time, for an unknown name, a wrong password and a disabled
        operator; LoginThrottled after too many failures for a name, whether it exists or not.
        """
        now, folded = self._context.clock(), fold_words(name)
        with self._context.store.read() as connection:
            until = self._closed_until(connection, folded, now)
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
            with self._context.store.write() as connection:
                connection.execute(insert(login_failure).values(folded=folded, at=now))
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

    def require(self, actor: Operator, permission: Permission) -> None:
        """Raise RoleRefused or SessionEnded unless the operator, as stored now, has the permission."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, permission)

    def add_first(self, name: str, password: str) -> Operator:
        """The first administrator of a new store. Raises OperatorExists when there is any operator."""
        with self._context.store.write() as connection:
            if connection.scalar(select(func.count()).select_from(operator)):
                raise OperatorExists(nfc(name))
            created = self._insert(connection, name, Role.ADMINISTRATOR, password, EVERYTHING, None)
            append(
                connection,
                at=self._context.clock(),
                actor=created.name,
                action=Action.OPERATOR_ADDED,
                detail={"operator": created.name, "role": created.role},
            )
            return created

    def add(
        self,
        actor: Operator,
        name: str,
        *,
        role: Role,
        password: str,
        scope: Scope = EVERYTHING,
        voter_number: str | None = None,
    ) -> Operator:
        """Add an operator. Raises OperatorExists, WeakPassword, RoleRefused."""
        with self._administration(actor, Action.OPERATOR_ADDED) as (connection, who):
            created = self._insert(connection, name, role, password, scope, voter_number)
            self._audit(connection, who, Action.OPERATOR_ADDED, created.name, role=role, scope=_scope_text(scope))
            return created

    def list_all(self, actor: Operator) -> tuple[OperatorView, ...]:
        """Every operator, by name. Raises RoleRefused."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.MANAGE_OPERATORS)
            columns = (operator.c.id, operator.c.name, operator.c.role, operator.c.voter_number, operator.c.disabled)
            rows = connection.execute(select(*columns).order_by(operator.c.folded)).all()
            return tuple(
                OperatorView(row.name, Role(row.role), stored_scope(connection, row.id), row.voter_number, row.disabled)
                for row in rows
            )

    def disable(self, actor: Operator, name: str) -> None:
        """Close an operator's access at once. Raises OperatorNotFound, LastAdministrator, RoleRefused."""
        with self._administration(actor, Action.OPERATOR_DISABLED) as (connection, who):
            found = _find(connection, name)
            others = select(func.count()).where(
                operator.c.role == Role.ADMINISTRATOR, operator.c.disabled.is_(None), operator.c.id != found.id
            )
            if not connection.scalar(others):
                raise LastAdministrator
            connection.execute(
                update(operator)
                .where(operator.c.id == found.id, operator.c.disabled.is_(None))
                .values(disabled=self._context.clock())
            )
            self._audit(connection, who, Action.OPERATOR_DISABLED, found.name)

    def enable(self, actor: Operator, name: str) -> None:
        """Open a disabled operator's access again. Raises OperatorNotFound, RoleRefused."""
        with self._administration(actor, Action.OPERATOR_ENABLED) as (connection, who):
            found = _find(connection, name)
            connection.execute(update(operator).where(operator.c.id == found.id).values(disabled=None))
            self._audit(connection, who, Action.OPERATOR_ENABLED, found.name)

    def set_scope(self, actor: Operator, name: str, scope: Scope) -> None:
        """Replace an operator's scope. Raises OperatorNotFound, RoleRefused."""
        with self._administration(actor, Action.OPERATOR_CHANGED) as (connection, who):
            found = _find(connection, name)
            connection.execute(delete(operator_scope).where(operator_scope.c.operator_id == found.id))
            _insert_scope(connection, found.id, scope)
            self._audit(connection, who, Action.OPERATOR_CHANGED, found.name, scope=_scope_text(scope))

    def set_password(self, actor: Operator, name: str, password: str) -> None:
        """Give an operator a new password. Raises OperatorNotFound, WeakPassword, RoleRefused."""
        with self._administration(actor, Action.OPERATOR_CHANGED) as (connection, who):
            found = _find(connection, name)
            encoded = self._hash(password, name)
            connection.execute(update(operator).where(operator.c.id == found.id).values(password_hash=encoded))
            self._audit(connection, who, Action.OPERATOR_CHANGED, found.name, password="new")  # noqa: S106

    @contextmanager
    def _administration(self, actor: Operator, action: Action) -> Iterator[tuple[Connection, Operator]]:
        try:
            with self._context.store.write() as connection:
                yield connection, operator_at_work(connection, actor, Permission.MANAGE_OPERATORS)
        except Refusal as refusal:
            record_refusal(self._context, actor.name, action, refusal)
            raise

    def _insert(
        self,
        connection: Connection,
        name: str,
        role: Role,
        password: str,
        scope: Scope,
        voter_number: str | None,
    ) -> Operator:
        name = nfc(name)
        folded = fold_words(name)
        if not folded:
            raise OperatorNotFound(name)
        if connection.scalar(select(operator.c.id).where(operator.c.folded == folded)) is not None:
            raise OperatorExists(name)
        values = {
            "name": name,
            "folded": folded,
            "role": role,
            "password_hash": self._hash(password, name),
            "voter_number": voter_number,
            "created": self._context.clock(),
        }
        operator_id = connection.execute(insert(operator).values(values).returning(operator.c.id)).scalar_one()
        _insert_scope(connection, operator_id, scope)
        return Operator(operator_id, name, role, scope)

    def _hash(self, password: str, name: str) -> str:
        minimum = self._context.limits.operator_password_characters
        if len(password) < minimum or is_common_password(password, names=(name,)):
            raise WeakPassword(minimum)
        return self._context.hasher.hash(password)

    def _audit(self, connection: Connection, who: Operator, action: Action, about: str, **detail: str) -> None:
        append(
            connection,
            at=self._context.clock(),
            actor=who.name,
            action=action,
            detail={"operator": about, **detail},
        )

    def _closed_until(self, connection: Connection, folded: str, now: datetime) -> datetime | None:
        limits = self._context.limits
        window = timedelta(seconds=limits.login_closed_seconds)
        times = connection.scalars(
            select(login_failure.c.at)
            .where(login_failure.c.folded == folded, login_failure.c.at > now - window)
            .order_by(login_failure.c.at.desc())
            .limit(limits.login_failures)
        ).all()
        return times[0] + window if len(times) >= limits.login_failures else None


def _find(connection: Connection, name: str) -> Row[int, str]:
    found = connection.execute(
        select(operator.c.id, operator.c.name).where(operator.c.folded == fold_words(name))
    ).first()
    if found is None:
        raise OperatorNotFound(nfc(name))
    return found


def _insert_scope(connection: Connection, operator_id: int, scope: Scope) -> None:
    values = [("academy", value) for value in scope.academies] + [("department", value) for value in scope.departments]
    for kind, value in sorted(values):
        connection.execute(insert(operator_scope).values(operator_id=operator_id, kind=kind, value=value))


def _scope_text(scope: Scope) -> str:
    parts = [f"academy={value}" for value in scope.academies] + [f"department={value}" for value in scope.departments]
    return " ".join(sorted(parts)) or "all"

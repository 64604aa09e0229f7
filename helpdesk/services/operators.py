"""Operators: logging in, adding, disabling, scopes, passwords."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import (
    LastAdministrator,
    OperatorExists,
    OperatorNotFound,
    Refusal,
)
from helpdesk.domain.folding import fold_words, nfc
from helpdesk.domain.roles import EVERYTHING, Operator, Permission, Role, Scope
from helpdesk.services.context import ServiceContext
from helpdesk.services.credentials import check_strength, credentials_of
from helpdesk.services.guard import operator_at_work, record_refusal, stored_scope
from helpdesk.store.audit_chain import append
from helpdesk.store.schema import operator, operator_scope


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
        self._credentials = credentials_of(context)

    def log_in(self, name: str, password: str) -> Operator:
        """The operator of this name and password.

        Raises LoginRefused alike, in words and in time, for an unknown name, a wrong password and a disabled
        operator; LoginThrottled after too many failures for a name, whether it exists or not (where operators are
        logins of a database server, that server slows down guessing instead).
        """
        return self._credentials.log_in(name, password)

    def log_out(self) -> None:
        """Let go of the login; nothing works before the next one where operators are logins of the server."""
        self._credentials.log_out()

    def require(self, actor: Operator, permission: Permission) -> None:
        """Raise RoleRefused or SessionEnded unless the operator, as stored now, has the permission."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, permission)

    def add_first(self, name: str, password: str | None) -> Operator:
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
        password: str | None,
        scope: Scope = EVERYTHING,
        voter_number: str | None = None,
    ) -> Operator:
        """Add an operator. Raises OperatorExists, WeakPassword, RoleRefused.

        Without a password, the database server asks elsewhere for it (LDAP, Kerberos); a store that keeps passwords
        itself needs one.
        """
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
            self._credentials.close(connection, found.folded)
            self._audit(connection, who, Action.OPERATOR_DISABLED, found.name)
        self._credentials.closed(found.folded)

    def enable(self, actor: Operator, name: str) -> None:
        """Open a disabled operator's access again. Raises OperatorNotFound, RoleRefused."""
        with self._administration(actor, Action.OPERATOR_ENABLED) as (connection, who):
            found = _find(connection, name)
            connection.execute(update(operator).where(operator.c.id == found.id).values(disabled=None))
            self._credentials.reopen(connection, found.folded)
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
            check_strength(password, found.name, self._context.limits.operator_password_characters)
            self._credentials.replace(connection, found.folded, password)
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
        password: str | None,
        scope: Scope,
        voter_number: str | None,
    ) -> Operator:
        name = nfc(name)
        folded = fold_words(name)
        if not folded:
            raise OperatorNotFound(name)
        if connection.scalar(select(operator.c.id).where(operator.c.folded == folded)) is not None:
            raise OperatorExists(name)
        if password is not None:
            check_strength(password, name, self._context.limits.operator_password_characters)
        values = {
            "name": name,
            "folded": folded,
            "role": role,
            "voter_number": voter_number,
            "created": self._context.clock(),
        }
        operator_id = connection.execute(insert(operator).values(values).returning(operator.c.id)).scalar_one()
        _insert_scope(connection, operator_id, scope)
        self._credentials.give(connection, folded, password)
        return Operator(operator_id, name, role, scope)

    def _audit(self, connection: Connection, who: Operator, action: Action, about: str, **detail: str) -> None:
        append(
            connection,
            at=self._context.clock(),
            actor=who.name,
            action=action,
            detail={"operator": about, **detail},
        )


def _find(connection: Connection, name: str) -> Row[int, str, str]:
    found = connection.execute(
        select(operator.c.id, operator.c.name, operator.c.folded).where(operator.c.folded == fold_words(name))
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

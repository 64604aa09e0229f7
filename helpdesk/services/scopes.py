"""An operator's scope as a condition on voters."""

from sqlalchemy import ColumnElement, or_, true

from helpdesk.domain.roles import Scope
from helpdesk.store.schema import voter


def within_scope(scope: Scope) -> ColumnElement[bool]:
    """True for voters of any of the académies or departments; for all when nothing limits the operator."""
    if scope.is_everything:
        return true()
    return or_(voter.c.academy.in_(sorted(scope.academies)), voter.c.department.in_(sorted(scope.departments)))

"""Voters an operator comes back to: those they pinned, and those they opened last."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Delete, delete, func, insert, select

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import AccountState, shown_state
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import guarded_look, operator_at_work
from helpdesk.services.scopes import within_scope
from helpdesk.store.schema import account, audit_event, establishment, pinned_voter, voter

_RECENT = 12
_VIEWS_LOOKED_AT = 200
_PINNED = 100


@dataclass(frozen=True, slots=True)
class ListedVoter:
    """A voter as a short list names one."""

    voter: str
    name: str
    establishment: str
    state: AccountState


@dataclass(frozen=True, slots=True)
class ShortlistView:
    """One operator's own list; kept in the store and nowhere else."""

    pinned: tuple[ListedVoter, ...]
    recent: tuple[ListedVoter, ...]


class Shortlist:
    """Pinned and recent voters, one list an operator."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def pin(self, actor: Operator, number: str) -> None:
        """Keep a voter at hand; doing it again changes nothing. Raises the guard's refusals."""
        with guarded_look(self._context, actor, permission=Permission.SEARCH_VOTERS, number=number) as seen:
            operator_id, voter_id = seen.operator.id, seen.voter.id
        with self._context.store.write() as connection:
            connection.execute(_mine(operator_id, voter_id))
            connection.execute(
                insert(pinned_voter).values(operator_id=operator_id, voter_id=voter_id, pinned_at=self._context.clock())
            )

    def unpin(self, actor: Operator, number: str) -> None:
        """Take a voter off the list. Raises RoleRefused, SessionEnded."""
        with self._context.store.write() as connection:
            who = operator_at_work(connection, actor, Permission.SEARCH_VOTERS)
            voter_id = connection.scalar(select(voter.c.id).where(voter.c.number == number))
            if voter_id is not None:
                connection.execute(_mine(who.id, voter_id))

    def shown(self, actor: Operator) -> ShortlistView:
        """Both lists, newest first, within the operator's scope as it is now. Raises RoleRefused, SessionEnded."""
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.SEARCH_VOTERS)
            pinned_ids = connection.scalars(
                select(voter.c.number)
                .join(pinned_voter, pinned_voter.c.voter_id == voter.c.id)
                .where(pinned_voter.c.operator_id == who.id)
                .order_by(pinned_voter.c.pinned_at.desc())
                .limit(_PINNED)
            ).all()
            views = (
                select(audit_event.c.voter, audit_event.c.seq)
                .where(
                    audit_event.c.actor == who.name,
                    audit_event.c.action == Action.VOTER_VIEWED,
                    audit_event.c.outcome == Outcome.DONE,
                )
                .order_by(audit_event.c.seq.desc())
                .limit(_VIEWS_LOOKED_AT)
                .subquery()
            )
            recent_ids = connection.scalars(
                select(views.c.voter).group_by(views.c.voter).order_by(func.max(views.c.seq).desc()).limit(_RECENT)
            ).all()
            scope = within_scope(who.scope)
            pinned = self._listed(connection, pinned_ids, scope)
            return ShortlistView(pinned, self._listed(connection, recent_ids, scope))

    def _listed(
        self, connection: Connection, numbers: Sequence[str], scope: ColumnElement[bool]
    ) -> tuple[ListedVoter, ...]:
        now = self._context.clock()
        rows = connection.execute(
            select(
                voter.c.number,
                voter.c.first_name,
                voter.c.usage_name,
                voter.c.family_name,
                establishment.c.name,
                account.c.state,
                account.c.locked_until,
            )
            .join(establishment, establishment.c.id == voter.c.establishment_id)
            .join(account, account.c.voter_id == voter.c.id)
            .where(voter.c.number.in_(numbers), scope)
        )
        found = {
            row.number: ListedVoter(
                row.number,
                f"{row.first_name} {row.usage_name or row.family_name}",
                row.name,
                shown_state(AccountState(row.state), row.locked_until, now),
            )
            for row in rows
        }
        return tuple(found[number] for number in numbers if number in found)


def _mine(operator_id: int, voter_id: int) -> Delete:
    return delete(pinned_voter).where(pinned_voter.c.operator_id == operator_id, pinned_voter.c.voter_id == voter_id)

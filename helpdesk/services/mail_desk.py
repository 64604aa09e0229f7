"""The outbox and what came back, as the desk sees and handles them: listed, hurried, cancelled, read."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, or_, select, update

from helpdesk.domain.addresses import fold_address
from helpdesk.domain.audit import Action
from helpdesk.domain.errors import MailNotWaiting
from helpdesk.domain.mail_desk import FATES_OF, MailFilter, OutboxCounts, OutboxLine
from helpdesk.domain.returned_mail import ReturnedView
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import LINK_MAILS, MailFate, MailKind, ReturnedKind
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import guarded_action, operator_at_work
from helpdesk.services.mail_queue import CANCELLED
from helpdesk.store.audit_chain import append
from helpdesk.store.engine import own_voter_number
from helpdesk.store.schema import operator, outbox, returned_mail, voter

MOST = 300
TO_READ = (ReturnedKind.REPLY, ReturnedKind.OTHER)
_CANCELLABLE = (MailFate.QUEUED, MailFate.FAILED_TEMPORARILY)


class MailDesk:
    """What an operator may see of mails, and do to those that wait."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def outbox(self, actor: Operator, which: MailFilter, *, text: str = "") -> tuple[OutboxLine, ...]:
        """The newest mails of the operator's scope, newest first, 300 at most.

        `text` is part of an address, from its beginning or from its domain, or a voter number. Raises RoleRefused.
        """
        with self._context.store.read() as connection:
            rules = self._rules(connection, actor)
            query = (
                select(
                    outbox.c.id,
                    outbox.c.kind,
                    outbox.c.to_address,
                    outbox.c.fate,
                    outbox.c.queued_at,
                    outbox.c.next_attempt_at,
                    outbox.c.answer,
                    outbox.c.answer_code,
                    outbox.c.attempts,
                    voter.c.number,
                    voter.c.first_name,
                    voter.c.usage_name,
                    voter.c.family_name,
                )
                .join(voter, voter.c.id == outbox.c.voter_id)
                .where(outbox.c.fate.in_(FATES_OF[which]), *rules, *_matching(text))
                .order_by(outbox.c.id.desc())
                .limit(MOST)
            )
            return tuple(_line(row) for row in connection.execute(query))

    def counts(self, actor: Operator) -> OutboxCounts:
        """How many mails wait, failed and went, and how many answers nobody has read. Raises RoleRefused."""
        with self._context.store.read() as connection:
            rules = self._rules(connection, actor)
            by_fate = (
                select(outbox.c.fate, func.count().label("mails"))
                .join(voter, voter.c.id == outbox.c.voter_id)
                .where(*rules)
                .group_by(outbox.c.fate)
            )
            counted: dict[str, int] = {row.fate: row.mails for row in connection.execute(by_fate)}
            answers = select(func.count()).select_from(_returned_in_reach(rules, all_seen=not rules).subquery())
            return OutboxCounts(
                waiting=sum(counted.get(fate, 0) for fate in FATES_OF[MailFilter.WAITING]),
                failed=sum(counted.get(fate, 0) for fate in FATES_OF[MailFilter.FAILED]),
                sent=sum(counted.get(fate, 0) for fate in FATES_OF[MailFilter.SENT]),
                to_read=connection.scalar(answers) or 0,
            )

    def hurry(self, actor: Operator, number: str, mail_id: int, *, reason: str) -> None:
        """Try a mail that waits for its next attempt at once. Raises MailNotWaiting and the guard's refusals."""
        with guarded_action(
            self._context,
            actor,
            action=Action.MAIL_HURRIED,
            permission=Permission.RESEND_LINK,
            number=number,
            reason=reason,
        ) as act:
            mine = (outbox.c.id == mail_id) & (outbox.c.voter_id == act.voter.id)
            sooner = case((outbox.c.next_attempt_at < act.now, outbox.c.next_attempt_at), else_=act.now)
            hurried = act.connection.execute(
                update(outbox).where(mine, outbox.c.fate == MailFate.FAILED_TEMPORARILY).values(next_attempt_at=sooner)
            )
            if not hurried.rowcount:
                raise MailNotWaiting
            act.detail |= {"message": str(mail_id)}

    def cancel(self, actor: Operator, number: str, mail_id: int, *, reason: str) -> None:
        """Take back a mail with a link that nobody is sending; notices of a change always go.

        Raises MailNotWaiting and the guard's refusals.
        """
        with guarded_action(
            self._context,
            actor,
            action=Action.MAIL_CANCELLED,
            permission=Permission.RESEND_LINK,
            number=number,
            reason=reason,
        ) as act:
            cancelled = act.connection.execute(
                update(outbox)
                .where(
                    outbox.c.id == mail_id,
                    outbox.c.voter_id == act.voter.id,
                    outbox.c.kind.in_(LINK_MAILS),
                    outbox.c.fate.in_(_CANCELLABLE),
                )
                .values(fate=MailFate.EXPIRED, answer_code=CANCELLED)
            )
            if not cancelled.rowcount:
                raise MailNotWaiting
            act.detail |= {"message": str(mail_id)}

    def returned(
        self, actor: Operator, *, kinds: Sequence[ReturnedKind] = TO_READ, unhandled_only: bool = True
    ) -> tuple[ReturnedView, ...]:
        """What came back, newest first, 300 at most: of voters in scope, and of nobody known where the scope is all.

        Raises RoleRefused.
        """
        with self._context.store.read() as connection:
            rules = self._rules(connection, actor)
            query = _returned_in_reach(rules, all_seen=not rules, kinds=kinds, unhandled_only=unhandled_only)
            return tuple(
                ReturnedView(
                    id=row.id,
                    read_at=row.read_at,
                    kind=ReturnedKind(row.kind),
                    voter=row.number,
                    address=row.address,
                    status=row.status,
                    subject=row.subject,
                    text=row.text,
                    handled_by=row.handler,
                    handled_at=row.handled_at,
                )
                for row in connection.execute(query.order_by(returned_mail.c.id.desc()).limit(MOST))
            )

    def handled(self, actor: Operator, returned_id: int) -> None:
        """Sign an answer as handled; done before by somebody, it stays theirs. Raises RoleRefused."""
        now = self._context.clock()
        with self._context.store.write() as connection:
            who = operator_at_work(connection, actor, Permission.SEARCH_VOTERS)
            rules = _reach(who, own_voter_number(connection, who.id))
            seen = _returned_in_reach(rules, all_seen=not rules).where(returned_mail.c.id == returned_id)
            row = connection.execute(seen).first()
            if row is None:
                return
            connection.execute(
                update(returned_mail).where(returned_mail.c.id == returned_id).values(handled_by=who.id, handled_at=now)
            )
            append(
                connection,
                at=now,
                actor=who.name,
                action=Action.RETURNED_MAIL_HANDLED,
                voter=row.number,
                detail={"returned": str(returned_id)},
            )

    def _rules(self, connection: Connection, actor: Operator) -> list[ColumnElement[bool]]:
        who = operator_at_work(connection, actor, Permission.SEARCH_VOTERS)
        return _reach(who, own_voter_number(connection, who.id))


def _reach(who: Operator, own: str | None) -> list[ColumnElement[bool]]:
    """The operator's scope, without their own record; no rule for who sees everything."""
    rules: list[ColumnElement[bool]] = []
    if not who.scope.is_everything:
        academies, departments = sorted(who.scope.academies), sorted(who.scope.departments)
        rules.append(or_(voter.c.academy.in_(academies), voter.c.department.in_(departments)))
    if own is not None:
        rules.append(voter.c.number != own)
    return rules


def _returned_in_reach(
    rules: Sequence[ColumnElement[bool]],
    *,
    all_seen: bool,
    kinds: Sequence[ReturnedKind] = TO_READ,
    unhandled_only: bool = True,
) -> Any:  # noqa: ANN401 (SQLAlchemy's select of these columns)
    query = (
        select(returned_mail, voter.c.number, operator.c.name.label("handler"))
        .outerjoin(voter, voter.c.id == returned_mail.c.voter_id)
        .outerjoin(operator, operator.c.id == returned_mail.c.handled_by)
        .where(returned_mail.c.kind.in_(kinds), *rules)
    )
    if not all_seen:
        query = query.where(returned_mail.c.voter_id.is_not(None))
    return query.where(returned_mail.c.handled_at.is_(None)) if unhandled_only else query


def _matching(text: str) -> list[ColumnElement[bool]]:
    wanted = fold_address(text)
    if not wanted:
        return []
    domain = wanted.removeprefix("@")
    return [
        or_(
            outbox.c.domain == domain,
            voter.c.number == wanted,
            func.lower(outbox.c.to_address).startswith(wanted, autoescape=True),
        )
    ]


def _line(row: Any) -> OutboxLine:  # noqa: ANN401 (a row)
    return OutboxLine(
        id=row.id,
        voter=row.number,
        name=f"{row.first_name} {row.usage_name or row.family_name}",
        kind=MailKind(row.kind),
        to=row.to_address,
        fate=MailFate(row.fate),
        queued_at=row.queued_at,
        next_attempt_at=row.next_attempt_at if row.fate == MailFate.FAILED_TEMPORARILY else None,
        answer=row.answer or row.answer_code,
        attempts=row.attempts,
    )

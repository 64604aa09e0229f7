"""Resetting the challenge question: nobody at the desk ever sees or sets an answer."""

from sqlalchemy import update

from helpdesk.domain.addresses import fold_address, mask_address
from helpdesk.domain.audit import Action
from helpdesk.domain.errors import ConfirmationMismatch, WrongState
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import AccountEvent, MailKind, next_state
from helpdesk.domain.voters import QueuedMail
from helpdesk.services.activation import OPEN_PHASES, account_state, check_generation, repeated
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import checked_reason, guarded_action
from helpdesk.services.mail_queue import queue_mail, renew_links, tell_every_address, tied_address
from helpdesk.store.schema import account, portal_session


class Challenge:
    """The challenge question of a voter."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def reset(
        self,
        actor: Operator,
        number: str,
        *,
        reason: str,
        confirmed_address: str | None = None,
        seen_generation: int | None = None,
        request: str | None = None,
    ) -> QueuedMail:
        """Forget question and answer, kill links and portal sessions, mail a link to choose another.

        The voter must also give their password on the portal, so that a mailbox alone does not suffice. A notice
        of the change goes to every known professional address (NIST SP 800-63B-4, 4.6). `confirmed_address` is
        what the operator typed to confirm; None where the front has no such step. Raises ReasonMissing,
        ConfirmationMismatch, WrongState unless the account is active, ChangedMeanwhile, NotVerified and the
        guard's other refusals.
        """
        reason = checked_reason(reason)
        with guarded_action(
            self._context,
            actor,
            action=Action.CHALLENGE_RESET,
            permission=Permission.RESET_CHALLENGE,
            number=number,
            reason=reason,
            request=request,
            phases=OPEN_PHASES,
            needs_verification=True,
        ) as act:
            connection, voter_id, now = act.connection, act.voter.id, act.now
            tied = tied_address(connection, voter_id)
            if act.done_before is not None:
                return repeated(act.done_before.detail, tied)
            if confirmed_address is not None and fold_address(confirmed_address) != fold_address(tied):
                raise ConfirmationMismatch
            check_generation(connection, voter_id, seen_generation)
            state = account_state(connection, voter_id)
            after = next_state(state, AccountEvent.CHALLENGE_RESET)
            if after is None:
                raise WrongState(state)
            connection.execute(
                update(account)
                .where(account.c.voter_id == voter_id)
                .values(state=after, challenge_question_id=None, answer_hash=None, failed_answers=0)
            )
            connection.execute(
                update(portal_session)
                .where(portal_session.c.voter_id == voter_id, portal_session.c.ended.is_(None))
                .values(ended=now)
            )
            generation = renew_links(connection, voter_id, now)
            message = queue_mail(
                connection,
                self._context,
                act.voter,
                kind=MailKind.QUESTION,
                to=tied,
                generation=generation,
                now=now,
            )
            notices = tell_every_address(
                connection,
                self._context,
                act.voter,
                kind=MailKind.QUESTION_RESET_NOTICE,
                generation=generation,
                now=now,
            )
            act.detail |= {"message": str(message), "kind": MailKind.QUESTION, "notices": str(notices)}
            return QueuedMail(message, MailKind.QUESTION, mask_address(tied))

"""Requests for a link, made by anybody on the portal's first page.

A request is only put down, which costs the same whoever is meant; a worker looks later at what it means. So neither
the answer nor its time says whether an address is known (facts.md rule 5).
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from helpdesk.domain.addresses import fold_address, is_address, read_pasted
from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import NotAnAddress
from helpdesk.domain.states import AccountEvent, AccountState, MailKind, link_purpose, next_state
from helpdesk.services.activation import OPEN_PHASES, throttled_until, waiting_mail
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import check_phase
from helpdesk.services.mail_queue import queue_mail, renew_links, tied_address
from helpdesk.services.recent import lately
from helpdesk.services.voter_action import PORTAL, VoterAction, voter_and_account
from helpdesk.store.audit_chain import append
from helpdesk.store.engine import lock_voter
from helpdesk.store.schema import account, address, link_request, outbox, voter

_HOUR = timedelta(hours=1)
_HAS_PASSWORD = frozenset({AccountState.PASSWORD_SET, AccountState.ACTIVE, AccountState.CHALLENGE_RESET})


class LinkRequests:
    """Asking for a link, and working off what was asked."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def ask(self, given: str, *, forgotten: bool = False) -> None:
        """Put down that a link is wanted for an address; `forgotten` asks for a new password, whatever else is due.

        Alike for every address. Raises NotAnAddress, WrongPhase.
        """
        wanted = read_pasted(given)
        if not is_address(wanted):
            raise NotAnAddress
        now = self._context.clock()
        with self._context.store.write() as connection:
            check_phase(current_election(connection), now, OPEN_PHASES)
            connection.execute(insert(link_request).values(folded=fold_address(wanted), forgotten=forgotten, at=now))

    def work_off(self, *, limit: int = 100) -> int:
        """Look at up to `limit` requests, oldest first, and queue the mails they call for; how many there were."""
        for count in range(limit):
            with self._context.store.read() as connection:
                if connection.scalar(select(link_request.c.id).limit(1)) is None:
                    return count
            if not self._work_off_one():
                return count
        return limit

    def waiting(self) -> tuple[int, datetime | None]:
        """How many requests are still to be worked off, and since when the first one waits (UTC)."""
        with self._context.store.read() as connection:
            count, oldest = connection.execute(select(func.count(), func.min(link_request.c.at))).one()
            return int(count), oldest

    def drop(self) -> None:
        """Forget the oldest request: it cannot be worked off, and must not hold up the others."""
        oldest = select(func.min(link_request.c.id)).scalar_subquery()
        with self._context.store.write() as connection:
            connection.execute(delete(link_request).where(link_request.c.id == oldest))

    def _work_off_one(self) -> bool:
        with self._context.store.write() as connection:
            request = connection.execute(
                select(link_request).order_by(link_request.c.id).limit(1).with_for_update(skip_locked=True)
            ).first()
            if request is None:  # another portal has its hands on them
                return False
            connection.execute(delete(link_request).where(link_request.c.id == request.id))
            found = connection.execute(
                select(voter.c.number, address.c.tied)
                .join(address, address.c.voter_id == voter.c.id)
                .where(address.c.folded == request.folded)
                .order_by(address.c.tied.desc(), voter.c.number)
            ).all()
            if found and found[0].tied:
                self._send_link(connection, found[0].number, forgotten=request.forgotten)
            else:
                for row in found:
                    self._tell_other_address(connection, row.number, request.folded)
            return True

    def _send_link(self, connection: Connection, number: str, *, forgotten: bool) -> None:
        act = self._locked(connection, number)
        state = AccountState(act.account.state)
        kind = MailKind.PASSWORD if forgotten and state in _HAS_PASSWORD else MailKind(link_purpose(state))
        tied = tied_address(connection, act.voter.id)
        if waiting_mail(connection, act.voter.id, kind, tied) is not None:
            return
        if throttled_until(connection, act.voter.id, act.now, self._context.limits) is not None:
            self._audit(act, Action.LINK_REQUESTED, Outcome.REFUSED, refusal="ResendThrottled")
            return
        generation = renew_links(connection, act.voter.id, act.now)
        after = next_state(state, AccountEvent.LINK_ISSUED) or state
        connection.execute(update(account).where(account.c.voter_id == act.voter.id).values(state=after))
        message = queue_mail(
            connection, self._context, act.voter, kind=kind, to=tied, generation=generation, now=act.now
        )
        self._audit(act, Action.LINK_REQUESTED, Outcome.DONE, message=str(message), kind=kind)

    def _tell_other_address(self, connection: Connection, number: str, folded: str) -> None:
        """Write to an address that is known but not tied where the account really is, the tied address masked."""
        act = self._locked(connection, number)
        known = connection.scalar(
            select(address.c.address).where(address.c.voter_id == act.voter.id, address.c.folded == folded)
        )
        recent = connection.scalar(
            select(func.count())
            .select_from(outbox)
            .where(
                outbox.c.voter_id == act.voter.id,
                outbox.c.kind == MailKind.OTHER_ADDRESS_NOTICE,
                outbox.c.to_address == known,
                lately(outbox.c.queued_at, act.now, _HOUR),
            )
        )
        if known is None or (recent or 0) >= self._context.limits.resends_per_hour:
            return
        message = queue_mail(
            connection,
            self._context,
            act.voter,
            kind=MailKind.OTHER_ADDRESS_NOTICE,
            to=known,
            generation=act.account.link_generation,
            now=act.now,
        )
        self._audit(act, Action.OTHER_ADDRESS_TOLD, Outcome.DONE, message=str(message))

    def _locked(self, connection: Connection, number: str) -> VoterAction:
        lock_voter(connection, number)
        row, state = voter_and_account(connection, number)
        return VoterAction(connection, self._context.clock(), row, state, current_election(connection))

    def _audit(self, act: VoterAction, action: Action, outcome: Outcome, **detail: str) -> None:
        append(
            act.connection,
            at=act.now,
            actor=PORTAL,
            action=action,
            outcome=outcome,
            voter=act.voter.number,
            detail=detail,
        )

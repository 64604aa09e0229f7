"""Logging in to the portal and out again; sessions are kept in the store, so that a reset ends them."""

import secrets

from sqlalchemy import select

from helpdesk.domain.addresses import fold_address, read_pasted
from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import PortalSessionEnded, VoterLoginRefused
from helpdesk.domain.portal import PortalVoter
from helpdesk.domain.states import AccountState
from helpdesk.domain.voter_password import MAXIMUM_CHARACTERS, normal_password
from helpdesk.services.context import ServiceContext
from helpdesk.services.mail_queue import tied_address
from helpdesk.services.own_secrets import check_own_password, count_wrong_password
from helpdesk.services.voter_action import (
    PORTAL,
    begin_session,
    called,
    change_account,
    end_sessions,
    number_of_session,
    renew_session,
    still_in_session,
    voter_action,
    voter_and_account,
)
from helpdesk.store.audit_chain import append
from helpdesk.store.schema import account, address, voter


class PortalSessions:
    """Who is at the portal."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def log_in(self, given: str, password: str) -> str:
        """Begin a session; its token. A hash of older parameters is renewed on the way.

        Raises VoterLoginRefused alike, in words and in time, for unknown addresses, addresses that are not the
        tied one, accounts without a password, wrong passwords and locked accounts; Overloaded.
        """
        now = self._context.clock()
        password = normal_password(password[: MAXIMUM_CHARACTERS * 4])
        with self._context.store.read() as connection:
            row = connection.execute(
                select(voter.c.number, account.c.password_hash)
                .join(address, address.c.voter_id == voter.c.id)
                .join(account, account.c.voter_id == voter.c.id)
                .where(address.c.folded == fold_address(read_pasted(given)), address.c.tied)
            ).first()
        matched = check_own_password(self._context, row.password_hash if row else None, password)
        if row is None:
            with self._context.store.write() as connection:
                append(connection, at=now, actor=PORTAL, action=Action.PORTAL_LOGIN, outcome=Outcome.REFUSED)
            raise VoterLoginRefused
        outdated = matched and self._context.hasher.is_outdated(row.password_hash)
        renewed = self._context.hasher.hash(password) if outdated else None
        token = secrets.token_urlsafe(32)
        with voter_action(self._context, action=Action.PORTAL_LOGIN, number=row.number) as act:
            accepted = count_wrong_password(self._context, act, matched=matched, compared=row.password_hash)
            if accepted:
                begin_session(act, token, self._context.limits)
                if renewed is not None:
                    change_account(act, password_hash=renewed)
            else:
                act.outcome = Outcome.REFUSED
        if not accepted:
            raise VoterLoginRefused
        return token

    def resume(self, token: str) -> PortalVoter:
        """The voter of a session, which runs on. Raises PortalSessionEnded."""
        with self._context.store.read() as connection:
            number = number_of_session(connection, token, self._context.clock(), self._context.limits)
            row, state = voter_and_account(connection, number)
            found = PortalVoter(number, called(row), tied_address(connection, row.id), AccountState(state.state))
        renew_session(self._context, token)
        return found

    def log_out(self, token: str) -> None:
        """End the session. One that has ended already stays so."""
        try:
            with self._context.store.read() as connection:
                number = number_of_session(connection, token, self._context.clock(), self._context.limits)
            with voter_action(self._context, action=Action.PORTAL_LOGOUT, number=number) as act:
                still_in_session(act, token, self._context.limits)
                end_sessions(act)
        except PortalSessionEnded:
            return

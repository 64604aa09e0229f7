"""What a one-time link opens: a password, or a new challenge question. Looking at it uses nothing."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, select, update

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import (
    LinkRefused,
    LinkUnknown,
    OwnPasswordWrong,
    PasswordsDiffer,
    WrongState,
)
from helpdesk.domain.links import token_hash
from helpdesk.domain.portal import LinkHolder
from helpdesk.domain.states import AccountEvent, AccountState, LinkPurpose, LinkState, MailKind, next_state
from helpdesk.domain.voter_password import normal_password
from helpdesk.domain.voters import LinkView
from helpdesk.services.activation import OPEN_PHASES
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import check_phase
from helpdesk.services.own_secrets import check_own_password, checked_answer, checked_password, count_wrong_password
from helpdesk.services.voter_action import (
    VoterAction,
    begin_session,
    called,
    change_account,
    end_sessions,
    own_words_of,
    tell_voter,
    voter_action,
    voter_and_account,
)
from helpdesk.store.schema import one_time_link, voter

_LINK_COLUMNS: tuple[Column[Any], ...] = (
    voter.c.number,
    one_time_link.c.issued,
    one_time_link.c.expires,
    one_time_link.c.opened,
    one_time_link.c.used,
    one_time_link.c.replaced,
)


class OneTimeLinks:
    """Opening and using the links that mails carry."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def look(self, token: str, purpose: LinkPurpose) -> LinkHolder:
        """Whose link it is; the first look is noted, so that the desk sees it, and nothing is used.

        Mail scanners look too (facts.md). Raises LinkUnknown, LinkRefused, WrongPhase.
        """
        now = self._context.clock()
        with self._context.store.read() as connection:
            link = self._usable(connection, token, purpose, now)
            row, _state = voter_and_account(connection, link.number)
            holder = LinkHolder(purpose, called(row), row.language, link.expires)
        if link.opened is None:
            self._note_opening(token, purpose, link.number)
        return holder

    def choose_password(self, token: str, purpose: LinkPurpose, *, password: str, repeated: str) -> str:
        """Use an activation or password link: set the password and begin a session; the session's token.

        Ends every other session and any lock. Raises LinkUnknown, LinkRefused, WrongPhase, PasswordsDiffer,
        PasswordUnfit, Overloaded.
        """
        with self._context.store.read() as connection:
            link = self._usable(connection, token, purpose, self._context.clock())
            row, _state = voter_and_account(connection, link.number)
            own = own_words_of(connection, row)
        if password != repeated:
            raise PasswordsDiffer
        encoded = self._context.hasher.hash(checked_password(password, own))
        session = secrets.token_urlsafe(32)
        with voter_action(self._context, action=Action.PASSWORD_CHOSEN, number=link.number) as act:
            self._use(act, token, purpose)
            state = AccountState(act.account.state)
            after = next_state(state, AccountEvent.PASSWORD_CHOSEN)
            if after is None:
                raise WrongState(state)
            if act.account.password_hash is not None:
                tell_voter(self._context, act, MailKind.PASSWORD_NOTICE)
            change_account(act, state=after, password_hash=encoded, failed_passwords=0, locked_until=None)
            end_sessions(act)
            begin_session(act, session, self._context.limits)
            act.detail |= {"link": purpose, "state": after}
        return session

    def choose_question(self, token: str, *, password: str, question: str, answer: str) -> str:
        """Use a question link, with the password: set question and answer, begin a session; the session's token.

        A wrong password uses nothing of the link, and counts towards the account's lock. Raises LinkUnknown,
        LinkRefused, WrongPhase, OwnPasswordWrong, QuestionUnknown, AnswerUnfit, Overloaded.
        """
        purpose = LinkPurpose.QUESTION
        with self._context.store.read() as connection:
            link = self._usable(connection, token, purpose, self._context.clock())
            row, state = voter_and_account(connection, link.number)
            chosen = checked_answer(connection, question, answer, own_words_of(connection, row))
        matched = check_own_password(self._context, state.password_hash, normal_password(password))
        encoded = self._context.hasher.hash(chosen.folded) if matched else ""
        session = secrets.token_urlsafe(32)
        with voter_action(self._context, action=Action.QUESTION_CHOSEN, number=link.number) as act:
            self._check(act, token, purpose)
            if not count_wrong_password(self._context, act, matched=matched, compared=state.password_hash):
                act.outcome = Outcome.REFUSED
                session = ""
            else:
                before = AccountState(act.account.state)
                after = next_state(before, AccountEvent.QUESTION_CHOSEN)
                if after is None:
                    raise WrongState(before)
                self._use(act, token, purpose)
                change_account(act, state=after, challenge_question_id=chosen.id, answer_hash=encoded, failed_answers=0)
                tell_voter(self._context, act, MailKind.QUESTION_NOTICE)
                begin_session(act, session, self._context.limits)
                act.detail |= {"link": purpose, "state": after}
        if not session:
            raise OwnPasswordWrong
        return session

    def _note_opening(self, token: str, purpose: LinkPurpose, number: str) -> None:
        with voter_action(self._context, action=Action.LINK_OPENED, number=number) as act:
            opened = act.connection.execute(
                update(one_time_link)
                .where(one_time_link.c.token_hash == token_hash(token), one_time_link.c.opened.is_(None))
                .values(opened=act.now)
            )
            act.silent = not opened.rowcount
            state = AccountState(act.account.state)
            change_account(act, state=next_state(state, AccountEvent.LINK_OPENED) or state)
            act.detail |= {"link": purpose}

    def _check(self, act: VoterAction, token: str, purpose: LinkPurpose) -> None:
        if self._usable(act.connection, token, purpose, act.now).number != act.voter.number:
            raise LinkUnknown

    def _use(self, act: VoterAction, token: str, purpose: LinkPurpose) -> None:
        """Mark the link used, under the voter's lock: of several who try at once, one gets here first."""
        self._check(act, token, purpose)
        mine = one_time_link.c.token_hash == token_hash(token)
        act.connection.execute(update(one_time_link).where(mine).values(used=act.now))

    def _usable(self, connection: Connection, token: str, purpose: LinkPurpose, now: datetime) -> Row[Any]:
        row = connection.execute(
            select(*_LINK_COLUMNS)
            .join(voter, voter.c.id == one_time_link.c.voter_id)
            .where(one_time_link.c.token_hash == token_hash(token), one_time_link.c.purpose == purpose)
        ).first()
        if row is None:
            raise LinkUnknown
        view = LinkView(purpose, row.issued, row.expires, row.opened, row.used, row.replaced)
        state = view.state(now)
        if state is not LinkState.VALID:
            raise LinkRefused(state, row.used or row.replaced or row.expires)
        check_phase(current_election(connection), now, OPEN_PHASES)
        return row

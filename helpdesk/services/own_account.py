"""What a voter in a portal session does to their own account: questions, answers, passwords."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import OwnPasswordWrong, PasswordsDiffer, WrongState
from helpdesk.domain.portal import Question
from helpdesk.domain.states import AccountEvent, AccountState, MailKind, next_state
from helpdesk.domain.voter_password import normal_password
from helpdesk.services.activation import OPEN_PHASES
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import check_phase
from helpdesk.services.own_secrets import (
    check_own_password,
    checked_answer,
    checked_password,
    count_wrong_password,
    offered_questions,
)
from helpdesk.services.voter_action import (
    VoterAction,
    change_account,
    end_sessions,
    number_of_session,
    own_words_of,
    still_in_session,
    tell_voter,
    voter_action,
    voter_and_account,
)


class OwnAccount:
    """A voter's own account."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def questions(self) -> tuple[Question, ...]:
        """The challenge questions to choose from."""
        with self._context.store.read() as connection:
            return offered_questions(connection)

    def activate(self, session: str, *, question: str, answer: str) -> None:
        """The last step of activation: choose question and answer.

        Raises PortalSessionEnded, WrongState unless this step is due, QuestionUnknown, AnswerUnfit, WrongPhase,
        Overloaded.
        """
        with self._reading(session) as (connection, row, state):
            _check_state(state, AccountState.PASSWORD_SET)
            chosen = checked_answer(connection, question, answer, own_words_of(connection, row))
        encoded = self._context.hasher.hash(chosen.folded)
        with self._acting(session, Action.QUESTION_CHOSEN, row.number) as act:
            check_phase(act.election, act.now, OPEN_PHASES)
            _check_state(act.account, AccountState.PASSWORD_SET)
            after = next_state(AccountState.PASSWORD_SET, AccountEvent.QUESTION_CHOSEN)
            change_account(
                act,
                state=after,
                challenge_question_id=chosen.id,
                answer_hash=encoded,
                failed_answers=0,
                activated_at=act.account.activated_at or act.now,
            )
            tell_voter(self._context, act, MailKind.ACTIVATION_NOTICE)
            act.detail["state"] = str(after)

    def change_password(self, session: str, *, current: str, password: str, repeated: str) -> None:
        """Choose another password, knowing the current one; ends the voter's other sessions.

        Raises PortalSessionEnded, PasswordsDiffer, PasswordUnfit, OwnPasswordWrong, Overloaded.
        """
        with self._reading(session) as (connection, row, state):
            own = own_words_of(connection, row)
        if password != repeated:
            raise PasswordsDiffer
        password = checked_password(password, own)
        matched = check_own_password(self._context, state.password_hash, normal_password(current))
        encoded = self._context.hasher.hash(password) if matched else ""
        with self._acting(session, Action.PASSWORD_CHANGED, row.number) as act:
            accepted = self._accept(act, state, matched=matched)
            if accepted:
                change_account(act, password_hash=encoded)
                end_sessions(act, but=session)
                tell_voter(self._context, act, MailKind.PASSWORD_NOTICE)
        if not accepted:
            raise OwnPasswordWrong

    def change_question(self, session: str, *, password: str, question: str, answer: str) -> None:
        """Choose another question and answer, with the password.

        Raises PortalSessionEnded, WrongState unless the account is active, QuestionUnknown, AnswerUnfit,
        OwnPasswordWrong, Overloaded.
        """
        with self._reading(session) as (connection, row, state):
            _check_state(state, AccountState.ACTIVE)
            chosen = checked_answer(connection, question, answer, own_words_of(connection, row))
        matched = check_own_password(self._context, state.password_hash, normal_password(password))
        encoded = self._context.hasher.hash(chosen.folded) if matched else ""
        with self._acting(session, Action.QUESTION_CHANGED, row.number) as act:
            _check_state(act.account, AccountState.ACTIVE)
            accepted = self._accept(act, state, matched=matched)
            if accepted:
                change_account(act, challenge_question_id=chosen.id, answer_hash=encoded, failed_answers=0)
                tell_voter(self._context, act, MailKind.QUESTION_NOTICE)
        if not accepted:
            raise OwnPasswordWrong

    def _accept(self, act: VoterAction, compared: Row[Any], *, matched: bool) -> bool:
        accepted = count_wrong_password(self._context, act, matched=matched, compared=compared.password_hash)
        if not accepted:
            act.outcome = Outcome.REFUSED
        return accepted

    @contextmanager
    def _reading(self, session: str) -> Iterator[tuple[Connection, Row[Any], Row[Any]]]:
        """The voter of a session, before anything is hashed."""
        with self._context.store.read() as connection:
            number = number_of_session(connection, session, self._context.clock(), self._context.limits)
            yield connection, *voter_and_account(connection, number)

    @contextmanager
    def _acting(self, session: str, action: Action, number: str) -> Iterator[VoterAction]:
        """The same voter, locked, the session looked at once more."""
        with voter_action(self._context, action=action, number=number) as act:
            still_in_session(act, session, self._context.limits)
            yield act


def _check_state(state: Row[Any], wanted: AccountState) -> None:
    if state.state != wanted:
        raise WrongState(state.state)

"""Checks of what only the voter knows: password and answer, chosen anew or given to prove who they are."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from helpdesk.domain.challenge_answer import answer_problem
from helpdesk.domain.errors import AnswerUnfit, PasswordUnfit, QuestionUnknown
from helpdesk.domain.folding import fold_answer
from helpdesk.domain.locks import locked_until
from helpdesk.domain.portal import Question
from helpdesk.domain.states import MailKind
from helpdesk.domain.voter_password import normal_password, unmet_criteria
from helpdesk.services.context import ServiceContext
from helpdesk.services.voter_action import VoterAction, change_account, tell_voter
from helpdesk.store.schema import challenge_question


@dataclass(frozen=True, slots=True)
class ChosenAnswer:
    """A question of the list and an answer that will do, folded as it is hashed."""

    id: int
    folded: str


def checked_password(password: str, own: Collection[str]) -> str:
    """The password as it is hashed. Raises PasswordUnfit."""
    password = normal_password(password)
    if unmet := unmet_criteria(password, names=own):
        raise PasswordUnfit(unmet)
    return password


def checked_answer(connection: Connection, question: str, answer: str, own: Collection[str]) -> ChosenAnswer:
    """The answer to a question of the list. Raises QuestionUnknown, AnswerUnfit."""
    row = connection.execute(
        select(challenge_question).where(challenge_question.c.code == question, challenge_question.c.offered)
    ).first()
    if row is None:
        raise QuestionUnknown
    if problem := answer_problem(answer, questions=(row.text_fr, row.text_en), own=own):
        raise AnswerUnfit(problem)
    return ChosenAnswer(row.id, fold_answer(answer))


def offered_questions(connection: Connection) -> tuple[Question, ...]:
    """The list to choose from."""
    rows = connection.execute(
        select(challenge_question).where(challenge_question.c.offered).order_by(challenge_question.c.id)
    )
    return tuple(Question(row.code, {"fr": row.text_fr, "en": row.text_en}) for row in rows)


def check_own_password(context: ServiceContext, encoded: str | None, password: str) -> bool:
    """True when it is the password; takes as long without one. Outside any transaction: a lock must not wait for it."""
    if encoded is None:
        context.hasher.waste(password)
        return False
    return context.hasher.matches(encoded, password)


def count_wrong_password(context: ServiceContext, act: VoterAction, *, matched: bool, compared: str | None) -> bool:
    """Whether a compared password is accepted, now that the voter is locked; wrong ones are counted.

    `compared` is the hash that it was compared with. While the account is locked nothing is accepted and nothing
    counted, so that a lock ends when it was said to. A lock is told by mail.
    """
    state = act.account
    if (state.locked_until is not None and act.now < state.locked_until) or state.password_hash != compared:
        act.detail["refusal"] = "locked" if state.locked_until is not None else "changed"
        return False
    if matched:
        if state.failed_passwords:
            change_account(act, failed_passwords=0, locked_until=None)
        return True
    failures = state.failed_passwords + 1
    until = locked_until(failures, act.now, context.limits)
    change_account(act, failed_passwords=failures, locked_until=until)
    act.detail |= {"refusal": "password", "failures": str(failures)}
    if until is not None:
        act.detail["locked"] = "yes"
        tell_voter(context, act, MailKind.LOCK_NOTICE)
    return False

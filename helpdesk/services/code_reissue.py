"""Issuing a voter code again (réassort): logged in, with the answer to the challenge question, during the vote."""

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import AnswerWrong, CodeReissuedMeanwhile, Refusal, ReissueClosed, WrongState
from helpdesk.domain.folding import fold_answer
from helpdesk.domain.portal import Question, ReissueView
from helpdesk.domain.states import AccountState, MailKind, Phase
from helpdesk.domain.voter_code import fold_voter_code, new_voter_code
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import check_phase
from helpdesk.services.voter_action import (
    VoterAction,
    change_account,
    number_of_session,
    still_in_session,
    tell_voter,
    voter_action,
    voter_and_account,
)
from helpdesk.store.schema import challenge_question, voter_code

VOTE = frozenset({Phase.VOTE})


class CodeReissue:
    """A voter's code, once the paper notice is lost."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def view(self, session: str) -> ReissueView:
        """Where the re-issue stands for the voter of a session. Raises PortalSessionEnded."""
        now = self._context.clock()
        with self._context.store.read() as connection:
            number = number_of_session(connection, session, now, self._context.limits)
            row, state = voter_and_account(connection, number)
            question = connection.execute(
                select(challenge_question).where(challenge_question.c.id == state.challenge_question_id)
            ).first()
            closed = state.reissue_closed_until
            return ReissueView(
                election=current_election(connection),
                question=Question(question.code, {"fr": question.text_fr, "en": question.text_en})
                if question
                else None,
                closed_until=closed if closed is not None and now < closed else None,
                issued=tuple(
                    connection.scalars(
                        select(voter_code.c.issued).where(voter_code.c.voter_id == row.id).order_by(voter_code.c.id)
                    )
                ),
            )

    def reissue(self, session: str, *, answer: str, seen: int) -> str:
        """A new code, to be shown once and kept nowhere; the old one is void, and the voter is told by mail.

        `seen` is how many codes had been issued when the form was shown: a form sent twice issues once. Five wrong
        answers close the re-issue for 24 hours (facts.md), which the desk's findings say. Raises
        PortalSessionEnded, WrongPhase outside the vote, WrongState unless the account is active, ReissueClosed,
        CodeReissuedMeanwhile, AnswerWrong, Overloaded.
        """
        with self._context.store.read() as connection:
            number = number_of_session(connection, session, self._context.clock(), self._context.limits)
            _row, state = voter_and_account(connection, number)
            compared = state.answer_hash
        if compared is None:
            raise WrongState(state.state)
        matched = self._context.hasher.matches(compared, fold_answer(answer[:1000]))
        code = new_voter_code()
        encoded = self._context.hasher.hash(fold_voter_code(code)) if matched else ""
        refusal: Refusal | None = None
        with voter_action(self._context, action=Action.CODE_REISSUED, number=number) as act:
            still_in_session(act, session, self._context.limits)
            self._check(act, compared, seen)
            if matched:
                self._issue(act, encoded)
            else:
                refusal = self._count_wrong(act)
        if refusal is not None:
            raise refusal
        return code

    def _check(self, act: VoterAction, compared: str, seen: int) -> None:
        check_phase(act.election, act.now, VOTE)
        if act.account.state != AccountState.ACTIVE or act.account.answer_hash != compared:
            raise WrongState(act.account.state)
        until: datetime | None = act.account.reissue_closed_until
        if until is not None and act.now < until:
            raise ReissueClosed(until)
        if _count(act) != seen:
            raise CodeReissuedMeanwhile

    def _issue(self, act: VoterAction, encoded: str) -> None:
        mine = (voter_code.c.voter_id == act.voter.id) & voter_code.c.void.is_(None)
        act.connection.execute(update(voter_code).where(mine).values(void=act.now))
        act.connection.execute(insert(voter_code).values(voter_id=act.voter.id, code_hash=encoded, issued=act.now))
        change_account(act, failed_answers=0, reissue_closed_until=None)
        tell_voter(self._context, act, MailKind.CODE_NOTICE)
        act.detail["count"] = str(_count(act))

    def _count_wrong(self, act: VoterAction) -> Refusal:
        act.outcome = Outcome.REFUSED
        limits = self._context.limits
        failures = act.account.failed_answers + 1
        left = limits.portal_answer_failures - failures
        act.detail |= {"refusal": "answer", "failures": str(failures)}
        if left > 0:
            change_account(act, failed_answers=failures)
            return AnswerWrong(left)
        until = act.now + timedelta(seconds=limits.portal_reissue_closed_seconds)
        change_account(act, failed_answers=0, reissue_closed_until=until)
        tell_voter(self._context, act, MailKind.CODE_CLOSED_NOTICE)
        act.detail["closed"] = "yes"
        return ReissueClosed(until)


def _count(act: VoterAction) -> int:
    query = select(func.count()).select_from(voter_code).where(voter_code.c.voter_id == act.voter.id)
    return act.connection.scalar(query) or 0

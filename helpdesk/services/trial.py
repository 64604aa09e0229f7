"""Putting the voters of a trial store into interesting states; stores of real elections refuse."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import NotATrialStore
from helpdesk.domain.folding import fold_answer
from helpdesk.domain.links import token_hash
from helpdesk.domain.mail_pace import domain_of
from helpdesk.domain.states import AccountState, LinkPurpose, MailFate, MailKind
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import store_is_trial
from helpdesk.store.audit_chain import append
from helpdesk.store.schema import account, address, challenge_question, one_time_link, outbox, voter

TRIAL_PASSWORD = "Essai-Portail-2026!"  # noqa: S105 (of invented voters, printed in the README)
TRIAL_ANSWER = "Médor"


@dataclass(frozen=True, slots=True)
class TrialCase:
    """One kind of case: a code, and how many in a hundred voters have it."""

    code: str
    percent: int


CASES = (
    TrialCase("active", 30),
    TrialCase("link_valid", 16),
    TrialCase("link_expired", 10),
    TrialCase("link_opened", 4),
    TrialCase("password_set", 4),
    TrialCase("mail_refused", 4),
    TrialCase("mail_delayed", 3),
    TrialCase("challenge_reset", 3),
    TrialCase("locked", 2),
    TrialCase("link_replaced", 4),
)
"""The rest, a fifth, was never invited."""

_NEVER = TrialCase("never_invited", 0)
_SEED = 2026


class Trial:
    """Cases to practise on."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def spread_cases(self) -> None:
        """Give every fresh voter one of the cases, in fixed proportions. Raises NotATrialStore.

        Links and mails of the past are made up: their tokens are random and known to nobody.
        """
        if not store_is_trial(self._context.store):
            raise NotATrialStore
        now = self._context.clock()
        rng = random.Random(_SEED)  # noqa: S311 (spreads cases, guards nothing)
        password = self._context.hasher.hash(TRIAL_PASSWORD)
        answer = self._context.hasher.hash(fold_answer(TRIAL_ANSWER))
        codes = [case.code for case in CASES] + [_NEVER.code]
        weights = [case.percent for case in CASES]
        weights.append(100 - sum(weights))
        with self._context.store.write() as connection:
            question = connection.execute(select(challenge_question.c.id).limit(1)).scalar_one()
            rows = connection.execute(
                select(voter.c.id, voter.c.language, address.c.address)
                .join(address, (address.c.voter_id == voter.c.id) & address.c.tied)
                .join(account, account.c.voter_id == voter.c.id)
                .where(account.c.state == AccountState.NOT_INVITED)
                .order_by(voter.c.id)
            ).all()
            drawn = list(zip(rows, rng.choices(codes, weights, k=len(rows)), strict=True))
            cases = [(row, code, _story(code, now)) for row, code in drawn if code != _NEVER.code]
            secrets = {"password": password, "answer": answer, "question": question}
            if not cases:
                return
            connection.execute(_ACCOUNT_UPDATE, [_account(row.id, code, secrets, now) for row, code, _s in cases])
            mails = [_mail(row, self._context.mail.domain, past) for row, _c, story in cases for past in story]
            numbers = connection.scalars(insert(outbox).returning(outbox.c.id, sort_by_parameter_order=True), mails)
            pasts = [(row.id, past) for row, _c, story in cases for past in story]
            pairs = zip(numbers, pasts, strict=True)
            links = [_link(voter_id, number, past) for number, (voter_id, past) in pairs if past.link_days]
            connection.execute(insert(one_time_link), links)
            append(connection, at=now, actor="demo", action=Action.TRIAL_PREPARED, detail={"voters": str(len(cases))})


@dataclass(frozen=True, slots=True)
class _Past:
    """One mail of the past and its link; `link_days` 0 means that no link was made."""

    queued: datetime
    generation: int
    fate: MailFate = MailFate.ACCEPTED
    answer: str = "250 2.0.0 Ok: queued"
    link_days: float = 3
    opened: bool = False
    used: bool = False
    replaced: bool = False
    retry: datetime | None = None


def _story(code: str, now: datetime) -> Sequence[_Past]:
    """The mails that a voter with this case has had."""
    ago = [now - timedelta(hours=hours) for hours in range(200)]
    refused = "550 5.1.1 <address>: Recipient address rejected: User unknown"
    later = "451 4.7.1 Greylisted, please try again later"
    retry = now + timedelta(minutes=15)
    stories = {
        "link_valid": [_Past(ago[5], 1)],
        "link_expired": [_Past(ago[150], 1)],
        "link_opened": [_Past(ago[3], 1, opened=True)],
        "mail_refused": [_Past(ago[20], 1, MailFate.FAILED_PERMANENTLY, refused, link_days=0)],
        "mail_delayed": [_Past(ago[1], 1, MailFate.FAILED_TEMPORARILY, later, link_days=0, retry=retry)],
        "link_replaced": [_Past(ago[30], 1, replaced=True), _Past(ago[4], 2)],
    }
    return stories.get(code, [_Past(ago[140], 1, opened=True, used=True)])


_STATES = {
    "active": AccountState.ACTIVE,
    "locked": AccountState.ACTIVE,
    "link_opened": AccountState.LINK_OPENED,
    "password_set": AccountState.PASSWORD_SET,
    "challenge_reset": AccountState.CHALLENGE_RESET,
}
_ACCOUNT_UPDATE = (
    update(account)
    .where(account.c.voter_id == bindparam("of_voter"))
    .values(
        state=bindparam("to_state"),
        password_hash=bindparam("to_password"),
        answer_hash=bindparam("to_answer"),
        challenge_question_id=bindparam("to_question"),
        link_generation=bindparam("to_generation"),
        locked_until=bindparam("to_locked"),
    )
)


def _account(voter_id: int, code: str, secrets: dict[str, Any], now: datetime) -> dict[str, object]:
    state = _STATES.get(code, AccountState.INVITED)
    active = state is AccountState.ACTIVE
    has_password = active or state in {AccountState.PASSWORD_SET, AccountState.CHALLENGE_RESET}
    return {
        "of_voter": voter_id,
        "to_state": state,
        "to_password": secrets["password"] if has_password else None,
        "to_answer": secrets["answer"] if active else None,
        "to_question": secrets["question"] if active else None,
        "to_generation": max(past.generation for past in _story(code, now)),
        "to_locked": now + timedelta(minutes=12) if code == "locked" else None,
    }


def _mail(row: Row[int, str, str], domain: str, past: _Past) -> dict[str, object]:
    return {
        "message_id": f"{uuid.uuid4()}@{domain}",
        "voter_id": row.id,
        "kind": MailKind.ACTIVATION,
        "language": row.language,
        "to_address": row.address,
        "domain": domain_of(row.address),
        "generation": past.generation,
        "fate": past.fate,
        "attempts": 1,
        "answer": past.answer,
        "answer_code": past.answer.split(" ")[1],
        "queued_at": past.queued,
        "next_attempt_at": past.retry or past.queued,
        "expires_at": past.queued + timedelta(days=2),
        "sent_at": past.queued + timedelta(seconds=4) if past.fate is MailFate.ACCEPTED else None,
    }


def _link(voter_id: int, number: int, past: _Past) -> dict[str, object]:
    return {
        "voter_id": voter_id,
        "outbox_id": number,
        "purpose": LinkPurpose.ACTIVATION,
        "generation": past.generation,
        "token_hash": token_hash(uuid.uuid4().hex + uuid.uuid4().hex),
        "issued": past.queued,
        "expires": past.queued + timedelta(days=past.link_days),
        "opened": past.queued + timedelta(hours=1) if past.opened else None,
        "used": past.queued + timedelta(hours=1, minutes=2) if past.used else None,
        "replaced": past.queued + timedelta(hours=26) if past.replaced else None,
    }

"""The outbox as the mailer works it: claim, mint the link, send, record the fate."""

import random
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Update, and_, bindparam, case, func, or_, select, update

from helpdesk.domain.addresses import fold_address, mask_address
from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.mail_transport import clean_answer
from helpdesk.domain.ports import MailFacts
from helpdesk.domain.states import LINK_MAILS, MailFate, MailKind
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.mail_queue import SUPERSEDED, link_lifetime, mail_facts, tied_address
from helpdesk.store.audit_chain import append
from helpdesk.store.engine import lock_voter, upsert
from helpdesk.store.schema import account, one_time_link, outbox, voter

MAILER = "mailer"
_JITTER = 0.2
_LOOKED_AT = 50  # mails in one transaction: what must be ended is ended in batches, not one by one
_DOUBLINGS = 20  # more than any retry needs to reach the longest pause; keeps the number small

# Written into the SQL as `ix_outbox_due` has it: with bound values, SQLite would not use a partial index.
_WAITING = outbox.c.fate.in_(
    bindparam(
        "waiting",
        (MailFate.QUEUED, MailFate.FAILED_TEMPORARILY, MailFate.SENDING),
        expanding=True,
        literal_execute=True,
    )
)


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail that one mailer holds until its lease ends."""

    id: int
    message_id: str
    kind: MailKind
    language: str
    to: str
    generation: int
    attempts: int
    worker: str
    voter: str

    @property
    def carries_link(self) -> bool:
        """True when a one-time link must be minted for it."""
        return self.kind in LINK_MAILS


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """How the outbox stands; counts only. `last_answer` is a server's reason for the newest delay."""

    waiting: int
    oldest: datetime | None
    last_answer: str


class Outbox:
    """The mailer's side of the outbox; everything here is one short transaction.

    Nothing is lost when a mailer dies between two of them: its lease ends, another mailer claims the mail, derives
    the same token from it, and sends it under the same Message-ID.
    """

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def claim(self, worker: str, *, limit: int) -> tuple[ClaimedMail, ...]:
        """Take up to `limit` mails that are due, for `limits.lease_seconds`; nobody else gets them meanwhile.

        Takes over mails whose mailer died. Due mails past their lifetime, and those whose link a newer one
        replaced, are ended on the way.
        """
        now = self._context.clock()
        due = and_(
            _WAITING,
            outbox.c.next_attempt_at <= now,
            or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now),
        )
        claimed: list[ClaimedMail] = []
        while not claimed and self._any(due):
            with self._context.store.write() as connection:
                rows = _lock_due(connection, due, max(limit, _LOOKED_AT))
                for row in rows:
                    if (ended := _ended(row, now)) is not None:
                        connection.execute(update(outbox).where(outbox.c.id == row.id).values(ended))
                    elif len(claimed) < limit:
                        connection.execute(self._lease(row.id, worker, now))
                        claimed.append(_claimed(row, worker))
            if not rows:  # another mailer has its hands on them
                break
        return tuple(claimed)

    def extend_lease(self, mail: ClaimedMail) -> bool:
        """Hold a mail for another lease; False when it is no longer this mailer's."""
        until = self._context.clock() + timedelta(seconds=self._context.limits.lease_seconds)
        with self._context.store.write() as connection:
            return _update_held(connection, mail, leased_until=until)

    def mint_link(self, mail: ClaimedMail, token_hash: str) -> bool:
        """Make the mail's link known to the portal, before the mail goes out.

        The same token is minted once: a mail sent again after a crash finds its link there, with a new term.
        False when there is nothing left to send, and the mail is ended: a newer link replaced it, the account is
        tied to another address by now, or the link was used, so that the mail must have arrived already.
        """
        now = self._context.clock()
        with self._context.store.write() as connection:
            # The voter first, as every action of the desk does: in another order, the two could block each other.
            voter_id = lock_voter(connection, mail.voter)
            if voter_id is None or not connection.scalar(select(outbox.c.id).where(_held(mail))):
                return False
            generation = connection.scalar(select(account.c.link_generation).where(account.c.voter_id == voter_id))
            tied = tied_address(connection, voter_id)
            if generation != mail.generation or fold_address(tied) != fold_address(mail.to):
                _finish(connection, mail, MailFate.EXPIRED, SUPERSEDED, "")
                return False
            used_link = select(one_time_link.c.issued).where(
                one_time_link.c.token_hash == token_hash, one_time_link.c.used.is_not(None)
            )
            if (issued := connection.scalar(used_link)) is not None:
                _finish(connection, mail, MailFate.DELIVERED, "", "", sent_at=issued)
                return False
            purpose = LINK_MAILS[mail.kind]
            values = {
                "voter_id": voter_id,
                "outbox_id": mail.id,
                "purpose": purpose,
                "generation": mail.generation,
                "token_hash": token_hash,
                "issued": now,
                "expires": now + timedelta(seconds=link_lifetime(self._context, purpose)),
            }
            connection.execute(upsert(connection, one_time_link, values, key="token_hash", renew=("issued", "expires")))
            return True

    def facts(self, mail: ClaimedMail, link: str | None) -> MailFacts | None:
        """What the mail's template may say; None when the voter left the roll meanwhile, and the mail with them.

        The tied address is masked where the mail goes to another one.
        """
        with self._context.store.read() as connection:
            row = connection.execute(
                select(voter).join(outbox, outbox.c.voter_id == voter.c.id).where(outbox.c.id == mail.id)
            ).first()
            if row is None:
                return None
            tied = tied_address(connection, row.id)
            shown = tied if fold_address(tied) == fold_address(mail.to) else mask_address(tied)
            name = current_election(connection).name
        facts = mail_facts(self._context, row, kind=mail.kind, election_name=name, tied=shown, link=link)
        return replace(facts, language=mail.language)

    def record_accepted(self, mail: ClaimedMail, code: str, answer: str) -> bool:
        """The server took the mail; False when the lease was lost meanwhile."""
        now = self._context.clock()
        with self._context.store.write() as connection:
            ended = _finish(connection, mail, MailFate.ACCEPTED, code, answer, sent_at=now)
            if ended:
                _audit(connection, mail, Action.MAIL_ACCEPTED, Outcome.DONE, code, now)
            return ended

    def record_permanent(self, mail: ClaimedMail, code: str, answer: str) -> bool:
        """The server refused the mail for good; False when the lease was lost meanwhile."""
        now = self._context.clock()
        with self._context.store.write() as connection:
            ended = _finish(connection, mail, MailFate.FAILED_PERMANENTLY, code, answer)
            if ended:
                _audit(connection, mail, Action.MAIL_FAILED, Outcome.FAILED, code, now)
            return ended

    def record_temporary(self, mail: ClaimedMail, code: str, answer: str) -> bool:
        """The server wants it later: tried again after a time that doubles, with some jitter; False as above."""
        retry = self._context.clock() + timedelta(seconds=self._pause(mail.attempts))
        with self._context.store.write() as connection:
            return _finish(connection, mail, MailFate.FAILED_TEMPORARILY, code, answer, next_attempt_at=retry)

    def release(self, worker: str, *, keep: Collection[int] = ()) -> int:
        """Give back what a stopping mailer holds, as if it had never been claimed; how many mails.

        Mails in `keep` are left to their lease: the server may have taken them already.
        """
        answered = outbox.c.answer_code != ""
        with self._context.store.write() as connection:
            held = connection.execute(
                update(outbox)
                .where(outbox.c.leased_by == worker, outbox.c.fate == MailFate.SENDING, outbox.c.id.not_in(keep))
                .values(
                    fate=case((answered, MailFate.FAILED_TEMPORARILY), else_=MailFate.QUEUED),
                    leased_by=None,
                    leased_until=None,
                    attempts=outbox.c.attempts - 1,
                )
            )
            return int(held.rowcount)

    def status(self) -> OutboxStatus:
        """How many mails wait, since when, and the newest reason for waiting."""
        with self._context.store.read() as connection:
            count, oldest = connection.execute(select(func.count(), func.min(outbox.c.queued_at)).where(_WAITING)).one()
            answer = connection.scalar(
                select(outbox.c.answer)
                .where(_WAITING, outbox.c.fate == MailFate.FAILED_TEMPORARILY)
                .order_by(outbox.c.next_attempt_at.desc())
                .limit(1)
            )
            return OutboxStatus(count, oldest, answer or "")

    def next_due(self) -> datetime | None:
        """When the next waiting mail is due, None when none waits."""
        with self._context.store.read() as connection:
            moment = func.min(
                func.coalesce(outbox.c.leased_until, outbox.c.next_attempt_at), type_=outbox.c.queued_at.type
            )
            due: datetime | None = connection.scalar(select(moment).where(_WAITING))
            return due

    def _any(self, due: ColumnElement[bool]) -> bool:
        """A look that takes no lock: an idle mailer must not keep the desk from writing to the embedded store."""
        with self._context.store.read() as connection:
            return connection.scalar(select(outbox.c.id).where(due).limit(1)) is not None

    def _lease(self, mail_id: int, worker: str, now: datetime) -> Update:
        until = now + timedelta(seconds=self._context.limits.lease_seconds)
        values = {"fate": MailFate.SENDING, "leased_by": worker, "leased_until": until}
        return update(outbox).where(outbox.c.id == mail_id).values(values | {"attempts": outbox.c.attempts + 1})

    def _pause(self, attempts: int) -> float:
        limits = self._context.limits
        doubled = limits.retry_first_seconds * 2.0 ** min(attempts - 1, _DOUBLINGS)
        spread = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 (spreads load, guards nothing)
        return min(doubled, limits.retry_longest_seconds) * spread


def _lock_due(connection: Connection, due: ColumnElement[bool], limit: int) -> list[Row[Any]]:
    """Due mails, oldest first, that no other transaction has its hands on."""
    query = (
        select(outbox, account.c.link_generation, voter.c.number)
        .join(voter, voter.c.id == outbox.c.voter_id)
        .join(account, account.c.voter_id == outbox.c.voter_id)
        .where(due)
        .order_by(outbox.c.next_attempt_at)
        .limit(limit)
        .with_for_update(of=outbox, skip_locked=True)
    )
    return list(connection.execute(query).all())


def _ended(row: Row[Any], now: datetime) -> dict[str, object] | None:
    """What ends a due mail instead of sending it; None if it is to be sent."""
    expired: dict[str, object] = {"fate": MailFate.EXPIRED, "leased_by": None, "leased_until": None}
    if row.kind in LINK_MAILS and row.generation != row.link_generation:
        return expired | {"answer_code": SUPERSEDED}
    return expired if row.expires_at <= now else None


def _claimed(row: Row[Any], worker: str) -> ClaimedMail:
    return ClaimedMail(
        id=row.id,
        message_id=row.message_id,
        kind=MailKind(row.kind),
        language=row.language,
        to=row.to_address,
        generation=row.generation,
        attempts=row.attempts + 1,
        worker=worker,
        voter=row.number,
    )


def _held(mail: ClaimedMail) -> ColumnElement[bool]:
    return and_(outbox.c.id == mail.id, outbox.c.leased_by == mail.worker, outbox.c.fate == MailFate.SENDING)


def _update_held(connection: Connection, mail: ClaimedMail, **values: object) -> bool:
    return bool(connection.execute(update(outbox).where(_held(mail)).values(values)).rowcount)


def _finish(
    connection: Connection, mail: ClaimedMail, fate: MailFate, code: str, answer: str, **more: datetime
) -> bool:
    ended = {"fate": fate, "answer_code": code, "answer": clean_answer(answer), "leased_by": None, "leased_until": None}
    return _update_held(connection, mail, **ended, **more)


def _audit(
    connection: Connection, mail: ClaimedMail, action: Action, outcome: Outcome, code: str, now: datetime
) -> None:
    detail = {"message": str(mail.id), "kind": str(mail.kind), "code": code}
    append(connection, at=now, actor=MAILER, action=action, outcome=outcome, voter=mail.voter, detail=detail)

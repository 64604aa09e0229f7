"""The outbox as the mailer works it: claim, mint the link, send, record the fate."""

import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from helpdesk.domain.addresses import fold_address, mask_address
from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.ports import MailFacts
from helpdesk.domain.states import LINK_MAILS, WAITING_FATES, MailFate, MailKind
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.mail_queue import SUPERSEDED, link_lifetime, mail_facts, tied_address
from helpdesk.store.audit_chain import append
from helpdesk.store.engine import upsert
from helpdesk.store.schema import account, one_time_link, outbox, voter

MAILER = "mailer"
_ANSWER_LENGTH = 500
_SECRET_LOOKING = re.compile(r"\S*://\S*|[\w-]{40,}")
_JITTER = 0.2


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail that one mailer holds until its lease ends."""

    id: int
    message_id: str
    kind: MailKind
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
    """The mailer's side of the outbox; everything here is one short transaction."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def claim(self, worker: str, *, limit: int) -> tuple[ClaimedMail, ...]:
        """Take up to `limit` mails that are due, for `limits.lease_seconds`; nobody else gets them meanwhile.

        Takes over mails whose mailer died. Mails past their lifetime, and those whose link a newer one replaced,
        are ended on the way.
        """
        now = self._context.clock()
        with self._context.store.write() as connection:
            self._end_overdue(connection, now)
            due = (
                select(outbox.c.id)
                .where(
                    outbox.c.fate.in_(WAITING_FATES),
                    outbox.c.next_attempt_at <= now,
                    or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now),
                )
                .order_by(outbox.c.next_attempt_at, outbox.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            ids = connection.scalars(due).all()
            if not ids:
                return ()
            until = now + timedelta(seconds=self._context.limits.lease_seconds)
            connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(ids))
                .values(fate=MailFate.SENDING, leased_by=worker, leased_until=until, attempts=outbox.c.attempts + 1)
            )
            rows = connection.execute(
                select(outbox, voter.c.number)
                .join(voter, voter.c.id == outbox.c.voter_id)
                .where(outbox.c.id.in_(ids))
                .order_by(outbox.c.next_attempt_at, outbox.c.id)
            )
            return tuple(_claimed(row, worker) for row in rows)

    def extend_lease(self, mail: ClaimedMail) -> bool:
        """Hold a mail for another lease; False when it is no longer this mailer's."""
        until = self._context.clock() + timedelta(seconds=self._context.limits.lease_seconds)
        return self._update_held(mail, leased_until=until)

    def mint_link(self, mail: ClaimedMail, token_hash: str) -> bool:
        """Make the mail's link known to the portal, before the mail goes out; False if a newer link replaced it.

        The same token is minted once: a mail sent again after a crash finds its link there, with a new term.
        """
        now = self._context.clock()
        with self._context.store.write() as connection:
            row = connection.execute(
                select(outbox.c.voter_id, account.c.link_generation)
                .join(account, account.c.voter_id == outbox.c.voter_id)
                .where(outbox.c.id == mail.id, outbox.c.leased_by == mail.worker)
                .with_for_update()
            ).first()
            if row is None or row.link_generation != mail.generation:
                return False
            purpose = LINK_MAILS[mail.kind]
            expires = now + timedelta(seconds=link_lifetime(self._context, purpose))
            values = {
                "voter_id": row.voter_id,
                "outbox_id": mail.id,
                "purpose": purpose,
                "generation": mail.generation,
                "token_hash": token_hash,
                "issued": now,
                "expires": expires,
            }
            connection.execute(upsert(connection, one_time_link, values, key="token_hash", renew=("issued", "expires")))
            return True

    def facts(self, mail: ClaimedMail, link: str | None) -> MailFacts:
        """What the mail's template may say; the tied address is masked where the mail goes to another one."""
        with self._context.store.read() as connection:
            row = connection.execute(
                select(voter).join(outbox, outbox.c.voter_id == voter.c.id).where(outbox.c.id == mail.id)
            ).one()
            tied = tied_address(connection, row.id)
            shown = tied if fold_address(tied) == fold_address(mail.to) else mask_address(tied)
            name = current_election(connection).name
        return mail_facts(self._context, row, kind=mail.kind, election_name=name, tied=shown, link=link)

    def record_accepted(self, mail: ClaimedMail, code: str, answer: str) -> bool:
        """The server took the mail; False when the lease was lost meanwhile."""
        now = self._context.clock()
        with self._context.store.write() as connection:
            ended = self._finish(connection, mail, MailFate.ACCEPTED, code, answer, sent_at=now)
            if ended:
                self._audit(connection, mail, Action.MAIL_ACCEPTED, Outcome.DONE, code, now)
            return ended

    def record_permanent(self, mail: ClaimedMail, code: str, answer: str) -> bool:
        """The server refused the mail for good; False when the lease was lost meanwhile."""
        now = self._context.clock()
        with self._context.store.write() as connection:
            ended = self._finish(connection, mail, MailFate.FAILED_PERMANENTLY, code, answer)
            if ended:
                self._audit(connection, mail, Action.MAIL_FAILED, Outcome.FAILED, code, now)
            return ended

    def record_temporary(self, mail: ClaimedMail, code: str, answer: str) -> bool:
        """The server wants it later: tried again after a time that doubles, with some jitter."""
        limits = self._context.limits
        wait = min(limits.retry_first_seconds * 2 ** (mail.attempts - 1), limits.retry_longest_seconds)
        wait *= 1 + random.uniform(-_JITTER, _JITTER)  # noqa: S311 (spreads load, guards nothing)
        retry = self._context.clock() + timedelta(seconds=wait)
        with self._context.store.write() as connection:
            return self._finish(connection, mail, MailFate.FAILED_TEMPORARILY, code, answer, next_attempt_at=retry)

    def supersede(self, mail: ClaimedMail) -> bool:
        """End a mail whose link a newer one replaced before it went out."""
        with self._context.store.write() as connection:
            return self._finish(connection, mail, MailFate.EXPIRED, SUPERSEDED, "")

    def release(self, worker: str) -> int:
        """Give back what a stopping mailer still holds, as if it had never been claimed; how many mails."""
        with self._context.store.write() as connection:
            held = connection.execute(
                update(outbox)
                .where(outbox.c.leased_by == worker, outbox.c.fate == MailFate.SENDING)
                .values(fate=MailFate.QUEUED, leased_by=None, leased_until=None, attempts=outbox.c.attempts - 1)
            )
            return int(held.rowcount)

    def status(self) -> OutboxStatus:
        """How many mails wait, since when, and the newest reason for waiting."""
        with self._context.store.read() as connection:
            waiting = outbox.c.fate.in_(WAITING_FATES)
            count, oldest = connection.execute(select(func.count(), func.min(outbox.c.queued_at)).where(waiting)).one()
            answer = connection.scalar(
                select(outbox.c.answer)
                .where(outbox.c.fate == MailFate.FAILED_TEMPORARILY)
                .order_by(outbox.c.id.desc())
                .limit(1)
            )
            return OutboxStatus(count, oldest, answer or "")

    def next_due(self) -> datetime | None:
        """When the next waiting mail is due, None when none waits."""
        with self._context.store.read() as connection:
            moment = func.min(
                func.coalesce(outbox.c.leased_until, outbox.c.next_attempt_at), type_=outbox.c.queued_at.type
            )
            due: datetime | None = connection.scalar(select(moment).where(outbox.c.fate.in_(WAITING_FATES)))
            return due

    def _end_overdue(self, connection: Connection, now: datetime) -> None:
        idle = outbox.c.fate.in_(WAITING_FATES) & (outbox.c.leased_until.is_(None) | (outbox.c.leased_until <= now))
        connection.execute(
            update(outbox)
            .where(idle, outbox.c.expires_at <= now)
            .values(fate=MailFate.EXPIRED, leased_by=None, leased_until=None)
        )

    def _finish(
        self, connection: Connection, mail: ClaimedMail, fate: MailFate, code: str, answer: str, **more: datetime
    ) -> bool:
        return self._update_held(
            mail,
            connection,
            fate=fate,
            answer_code=code,
            answer=_clean(answer),
            leased_by=None,
            leased_until=None,
            **more,
        )

    def _update_held(self, mail: ClaimedMail, connection: Connection | None = None, **values: Any) -> bool:  # noqa: ANN401
        if connection is None:
            with self._context.store.write() as opened:
                return self._update_held(mail, opened, **values)
        held = (outbox.c.id == mail.id) & (outbox.c.leased_by == mail.worker) & (outbox.c.fate == MailFate.SENDING)
        return bool(connection.execute(update(outbox).where(held).values(values)).rowcount)

    def _audit(
        self, connection: Connection, mail: ClaimedMail, action: Action, outcome: Outcome, code: str, now: datetime
    ) -> None:
        detail = {"message": str(mail.id), "kind": str(mail.kind), "code": code}
        append(connection, at=now, actor=MAILER, action=action, outcome=outcome, voter=mail.voter, detail=detail)


def _claimed(row: Row[Any], worker: str) -> ClaimedMail:
    return ClaimedMail(
        id=row.id,
        message_id=row.message_id,
        kind=MailKind(row.kind),
        to=row.to_address,
        generation=row.generation,
        attempts=row.attempts,
        worker=worker,
        voter=row.number,
    )


def _clean(answer: str) -> str:
    """A server's words on one line, without anything that could be a link or a token echoed back."""
    return _SECRET_LOOKING.sub("…", " ".join(answer.split()))[:_ANSWER_LENGTH]

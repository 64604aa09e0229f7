"""The outbox as the mailer works it: claim, mint the link, send, record the fate."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, func, select, update

from helpdesk.domain.addresses import fold_address, mask_address
from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.mail_pace import slows_domain
from helpdesk.domain.mail_transport import Delivery, Verdict, clean_answer
from helpdesk.domain.ports import MailFacts
from helpdesk.domain.states import LINK_MAILS, MailFate, MailKind, MailPriority
from helpdesk.services.context import ServiceContext
from helpdesk.services.due_mails import any_due, lock_due
from helpdesk.services.elections import current_election
from helpdesk.services.mail_lanes import (
    all_lanes,
    note_answers,
    note_taken,
    open_again,
)
from helpdesk.services.mail_queue import SUPERSEDED, link_lifetime, mail_facts
from helpdesk.services.recent import CLOCKS_APART
from helpdesk.services.standing_wordings import standing_wordings
from helpdesk.store.among import among
from helpdesk.store.audit_chain import Entry, append_all
from helpdesk.store.due_mails import WAITING
from helpdesk.store.engine import lock_voters
from helpdesk.store.rows import update_rows, upsert_rows
from helpdesk.store.schema import account, address, one_time_link, outbox, voter

MAILER = "mailer"
_JITTER = 0.2
_DOUBLINGS = 20  # more than any retry needs to reach the longest pause; keeps the number small


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
    domain: str = ""
    priority: MailPriority = MailPriority.ASKED
    paced: bool = False

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
    """The mailer's side of the outbox; everything here is one short transaction, for one mail or for many.

    Nothing is lost when a mailer dies between two of them: its lease ends, another mailer claims the mail, derives
    the same token from it, and sends it under the same Message-ID.
    """

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def claim(self, worker: str, *, limit: int) -> tuple[ClaimedMail, ...]:
        """Take up to `limit` mails that are due, for `limits.lease_seconds`; nobody else gets them meanwhile.

        Asked mails come before those of campaigns, and every domain gets its share, at its own pace. Takes over
        mails whose mailer died. Due mails past their lifetime, and those whose link a newer one replaced, are
        ended on the way; of those whose lifetime is over, the trail tells.
        """
        now = self._context.clock()
        claimed: list[ClaimedMail] = []
        embedded = self._context.store.path is not None
        while not claimed and (not embedded or any_due(self._context, now)):
            with self._context.store.write() as connection:
                found = lock_due(self._context, connection, now, limit)
                ended = [{"ended": row.id, **values} for row, _ in found if (values := _ended(row, now)) is not None]
                if ended:
                    connection.execute(_END, ended)
                gone = {values["ended"] for values in ended}
                taken = [(row, lane) for row, lane in found if row.id not in gone]
                self._lease(connection, [row.id for row, _ in taken], worker, now)
                note_taken(connection, self._context.limits, now, [lane for _, lane in taken])
                claimed = [_claimed(row, worker, paced=lane.pace is not None) for row, lane in taken]
                given_up = {values["ended"] for values in ended if values["answer_code"] != SUPERSEDED}
                append_all(
                    connection,
                    at=now,
                    actor=MAILER,
                    entries=[_given_up(row) for row, _ in found if row.id in given_up],
                )
            if not found:  # another mailer has its hands on them
                break
        return tuple(claimed)

    def extend_lease(self, mail: ClaimedMail) -> bool:
        """Hold a mail for another lease; False when it is no longer this mailer's."""
        return mail.id in self.extend_leases([mail])

    def extend_leases(self, mails: Sequence[ClaimedMail]) -> frozenset[int]:
        """Hold mails of one mailer for another lease; the ids of those that are still its own."""
        until = self._context.clock() + timedelta(seconds=self._context.limits.lease_seconds)
        with self._context.store.write() as connection:
            held = update(outbox).where(_HELD).values(leased_until=until).returning(outbox.c.id)
            return frozenset(connection.scalars(held, _holding(mails)))

    def mint_link(self, mail: ClaimedMail, token_hash: str) -> bool:
        """Make one mail's link known to the portal; False when there is nothing left to send. See `mint_links`."""
        return mail.id in self.mint_links([(mail, token_hash)])

    def mint_links(self, minted: Sequence[tuple[ClaimedMail, str]]) -> frozenset[int]:
        """Make the links of one mailer's mails known to the portal, before the mails go out.

        The same token is minted once: a mail sent again after a crash finds its link there, with a new term.
        Answers the ids of mails to be sent. The others are ended: a newer link replaced theirs, the account is
        tied to another address by now, or the link was used, so that the mail must have arrived already.
        """
        if not minted:
            return frozenset()
        now = self._context.clock()
        mails = {mail.id: (mail, token_hash) for mail, token_hash in minted}
        with self._context.store.write() as connection:
            # The voters first, as every action of the desk does: in another order, the two could block each other.
            lock_voters(connection, {mail.voter for mail, _ in minted}, now)
            to_send: list[dict[str, object]] = []
            values = _holding([mail for mail, _ in minted]) | {"hashes": [token_hash for _, token_hash in minted]}
            for row in connection.execute(_LINK_STATES, values):
                mail, token_hash = mails[row.id]
                if row.link_generation != mail.generation or fold_address(row.tied) != fold_address(mail.to):
                    connection.execute(_END, [{"ended": mail.id, "fate": MailFate.EXPIRED, "answer_code": SUPERSEDED}])
                elif row.used is not None:
                    came = {"fate": MailFate.DELIVERED, "sent_at": row.issued, "leased_by": None, "leased_until": None}
                    connection.execute(update(outbox).where(outbox.c.id == mail.id).values(came))
                else:
                    to_send.append(self._link(row.voter_id, mail, token_hash, now))
            upsert_rows(connection, one_time_link, to_send, key="token_hash", renew=("issued", "expires"))
            return frozenset(int(str(values["outbox_id"])) for values in to_send)

    def facts(self, mail: ClaimedMail, link: str | None) -> MailFacts | None:
        """What one mail's template may say; None when the voter left the roll meanwhile, and the mail with them."""
        facts = self.facts_of([mail]).get(mail.id)
        return replace(facts, link=link) if facts is not None else None

    def facts_of(self, mails: Collection[ClaimedMail]) -> Mapping[int, MailFacts]:
        """What the templates of some mails may say, without links; mails of voters gone from the roll are left out.

        The tied address is masked where a mail goes to another one.
        """
        kinds = {mail.id: mail for mail in mails}
        facts: dict[int, MailFacts] = {}
        with self._context.store.read() as connection:
            name = current_election(connection).name
            wordings = standing_wordings(connection)
            for row in connection.execute(_FACTS, {"mails": list(kinds)}):
                mail, tied = kinds[row.mail_id], row.tied_address
                shown = tied if fold_address(tied) == fold_address(mail.to) else mask_address(tied)
                made = mail_facts(
                    self._context,
                    row,
                    kind=mail.kind,
                    election_name=name,
                    tied=shown,
                    link=None,
                    wording=wordings.get((mail.kind, mail.language)),
                )
                facts[mail.id] = replace(made, language=mail.language)
        return facts

    def record_accepted(self, mail: ClaimedMail, code: str, answer: str) -> bool:
        """The server took the mail; False when the lease was lost meanwhile."""
        return bool(self.record([(mail, Delivery(Verdict.ACCEPTED, code, answer))]))

    def record_permanent(self, mail: ClaimedMail, code: str, answer: str) -> bool:
        """The server refused the mail for good; False when the lease was lost meanwhile."""
        return bool(self.record([(mail, Delivery(Verdict.PERMANENT, code, answer))]))

    def record_temporary(self, mail: ClaimedMail, code: str, answer: str) -> bool:
        """The server wants it later: tried again after a time that doubles, with some jitter; False as above."""
        return bool(self.record([(mail, Delivery(Verdict.TEMPORARY, code, answer))]))

    def record(self, answers: Sequence[tuple[ClaimedMail, Delivery]]) -> frozenset[int]:
        """What the server said of some mails of one mailer; the ids of those whose lease was not lost meanwhile.

        Refused and delayed mails count for the pace of their domains.
        """
        now = self._context.clock()
        if not answers:
            return frozenset()
        rows = [self._recorded(mail, answer, now) for mail, answer in answers]
        held_by = {"leased_by": answers[0][0].worker, "fate": MailFate.SENDING}
        with self._context.store.write() as connection:
            held = update_rows(connection, outbox, rows, where=held_by)
            kept = [(mail, answer) for mail, answer in answers if mail.id in held]
            slowed = {
                mail.domain: clean_answer(answer.answer)
                for mail, answer in kept
                if answer.verdict is Verdict.TEMPORARY and slows_domain(answer.code, answer.answer)
            }
            took = {mail.domain for mail, answer in kept if mail.paced and answer.verdict is Verdict.ACCEPTED}
            if slowed or took:
                note_answers(connection, self._context.limits, now, slowed=slowed, took=took)
            told = [_entry(mail, answer) for mail, answer in kept if answer.verdict is not Verdict.TEMPORARY]
            append_all(connection, at=now, actor=MAILER, entries=told)
            return held

    def release(self, worker: str, *, keep: Collection[int] = (), only: Collection[int] | None = None) -> int:
        """Give back what a mailer holds, as if it had never been claimed; how many mails.

        Mails in `keep` are left to their lease: the server may have taken them already. With `only`, no others
        are given back.
        """
        answered = outbox.c.answer_code != ""
        chosen = outbox.c.id.in_(sorted(only)) if only is not None else outbox.c.id.not_in(sorted(keep))
        with self._context.store.write() as connection:
            held = connection.execute(
                update(outbox)
                .where(outbox.c.leased_by == worker, outbox.c.fate == MailFate.SENDING, chosen)
                .values(
                    fate=case((answered, MailFate.FAILED_TEMPORARILY), else_=MailFate.QUEUED),
                    leased_by=None,
                    leased_until=None,
                    attempts=outbox.c.attempts - 1,
                )
            )
            return int(held.rowcount)

    def call_back(self) -> int:
        """Make due what is put off, or held, longer than any pause or lease can be; how many mails.

        A computer's clock that was ahead for a while writes such moments: mails would wait until it was right.
        """
        now, limits = self._context.clock(), self._context.limits
        pause = timedelta(seconds=limits.retry_longest_seconds * (1 + _JITTER)) + CLOCKS_APART
        lease = timedelta(seconds=limits.lease_seconds) + CLOCKS_APART
        late = update(outbox).where(WAITING, outbox.c.next_attempt_at > now + pause).values(next_attempt_at=now)
        held = update(outbox).where(WAITING, outbox.c.leased_until > now + lease).values(leased_until=now)
        with self._context.store.write() as connection:
            open_again(connection, later_than=now + pause, now=now)
            return int(connection.execute(late).rowcount + connection.execute(held).rowcount)

    def status(self) -> OutboxStatus:
        """How many mails wait, since when, and the newest reason for waiting."""
        with self._context.store.read() as connection:
            count, oldest = connection.execute(select(func.count(), func.min(outbox.c.queued_at)).where(WAITING)).one()
            answer = connection.scalar(
                select(outbox.c.answer)
                .where(WAITING, outbox.c.fate == MailFate.FAILED_TEMPORARILY)
                .order_by(outbox.c.next_attempt_at.desc())
                .limit(1)
            )
            return OutboxStatus(count, oldest, answer or "")

    def count_fates(self) -> Mapping[MailFate, int]:
        """How many mails have each fate; 0 for those that none has. Reads the whole outbox once."""
        with self._context.store.read() as connection:
            counted = connection.execute(select(outbox.c.fate, func.count()).group_by(outbox.c.fate))
            return dict.fromkeys(MailFate, 0) | {MailFate(fate): count for fate, count in counted}

    def next_due(self) -> datetime | None:
        """When the next waiting mail is due, None when none waits."""
        with self._context.store.read() as connection:
            moments = [lane.due for lane in all_lanes(connection)]
            held = select(func.min(outbox.c.leased_until, type_=outbox.c.queued_at.type)).where(_SENDING)
            waiting = select(outbox.c.id).where(WAITING, outbox.c.fate != MailFate.SENDING).limit(1)
            if moments and connection.scalar(waiting) is None:
                until: datetime | None = connection.scalar(held)
                return until
            return min(moments, default=None)

    def _lease(self, connection: Connection, ids: list[int], worker: str, now: datetime) -> None:
        until = now + timedelta(seconds=self._context.limits.lease_seconds)
        if ids:
            connection.execute(_LEASE, {"mails": ids, "holder": worker, "until": until})

    def _link(self, voter_id: int, mail: ClaimedMail, token_hash: str, now: datetime) -> dict[str, object]:
        purpose = LINK_MAILS[mail.kind]
        return {
            "voter_id": voter_id,
            "outbox_id": mail.id,
            "purpose": purpose,
            "generation": mail.generation,
            "token_hash": token_hash,
            "issued": now,
            "expires": now + timedelta(seconds=link_lifetime(self._context, purpose)),
        }

    def _recorded(self, mail: ClaimedMail, answer: Delivery, now: datetime) -> dict[str, object]:
        fate = {
            Verdict.ACCEPTED: MailFate.ACCEPTED,
            Verdict.TEMPORARY: MailFate.FAILED_TEMPORARILY,
            Verdict.PERMANENT: MailFate.FAILED_PERMANENTLY,
        }[answer.verdict]
        pause = self._pause(mail.attempts) if answer.verdict is Verdict.TEMPORARY else 0
        return {
            "id": mail.id,
            "fate": fate,
            "answer_code": answer.code,
            "answer": clean_answer(answer.answer),
            "sent_at": now if answer.verdict is Verdict.ACCEPTED else None,
            "next_attempt_at": now + timedelta(seconds=pause),
            "leased_by": None,
            "leased_until": None,
        }

    def _pause(self, attempts: int) -> float:
        limits = self._context.limits
        doubled = limits.retry_first_seconds * 2.0 ** min(attempts - 1, _DOUBLINGS)
        spread = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 (spreads load, guards nothing)
        return min(doubled, limits.retry_longest_seconds) * spread


_NAMED = (voter.c.id, voter.c.first_name, voter.c.usage_name, voter.c.family_name, voter.c.language)
_FACTS = (
    select(*[*_NAMED, outbox.c.id.label("mail_id"), address.c.address.label("tied_address")])
    .join(outbox, outbox.c.voter_id == voter.c.id)
    .join(address, (address.c.voter_id == voter.c.id) & address.c.tied)
    .where(among(outbox.c.id, "mails"))
)
_SENDING = outbox.c.fate == bindparam("sending", MailFate.SENDING, literal_execute=True)
_HELD = and_(
    among(outbox.c.id, "mails"),
    outbox.c.leased_by == bindparam("worker"),
    outbox.c.fate == MailFate.SENDING,
)
_USED = one_time_link.alias("used_link")
_LINK_STATES = (
    select(
        outbox.c.id,
        outbox.c.voter_id,
        account.c.link_generation,
        address.c.address.label("tied"),
        _USED.c.used,
        _USED.c.issued,
    )
    .join(account, account.c.voter_id == outbox.c.voter_id)
    .join(address, (address.c.voter_id == outbox.c.voter_id) & address.c.tied)
    .outerjoin(
        _USED,
        (_USED.c.outbox_id == outbox.c.id) & among(_USED.c.token_hash, "hashes") & _USED.c.used.is_not(None),
    )
    .where(_HELD)
)
_LEASE = (
    update(outbox)
    .where(among(outbox.c.id, "mails"))
    .values(
        fate=MailFate.SENDING,
        attempts=outbox.c.attempts + 1,
        leased_by=bindparam("holder"),
        leased_until=bindparam("until", type_=outbox.c.leased_until.type),
    )
)
_END = (
    update(outbox)
    .where(outbox.c.id == bindparam("ended"))
    .values(fate=bindparam("fate"), answer_code=bindparam("answer_code"), leased_by=None, leased_until=None)
)


def _ended(row: Row[Any], now: datetime) -> dict[str, object] | None:
    """What ends a due mail instead of sending it; None if it is to be sent."""
    if row.kind in LINK_MAILS and row.generation != row.link_generation:
        return {"fate": MailFate.EXPIRED, "answer_code": SUPERSEDED}
    return {"fate": MailFate.EXPIRED, "answer_code": row.answer_code} if row.expires_at <= now else None


def _claimed(row: Row[Any], worker: str, *, paced: bool) -> ClaimedMail:
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
        domain=row.domain,
        priority=MailPriority(row.priority),
        paced=paced,
    )


def _holding(mails: Sequence[ClaimedMail]) -> dict[str, object]:
    """The values of `_HELD` for mails that one mailer claimed."""
    return {"mails": [mail.id for mail in mails], "worker": mails[0].worker if mails else ""}


def _given_up(row: Row[Any]) -> Entry:
    detail = {"message": str(row.id), "kind": row.kind, "code": row.answer_code, "attempts": str(row.attempts)}
    return Entry(Action.MAIL_EXPIRED, Outcome.FAILED, voter=row.number, detail=detail)


def _entry(mail: ClaimedMail, answer: Delivery) -> Entry:
    detail = {"message": str(mail.id), "kind": str(mail.kind), "code": answer.code}
    if answer.verdict is Verdict.ACCEPTED:
        return Entry(Action.MAIL_ACCEPTED, Outcome.DONE, voter=mail.voter, detail=detail)
    return Entry(Action.MAIL_FAILED, Outcome.FAILED, voter=mail.voter, detail=detail)

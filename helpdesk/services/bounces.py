"""What came back: tied to its mail, counted against its address, shown to the desk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from helpdesk.domain.addresses import fold_address
from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.mail_transport import clean_answer
from helpdesk.domain.returned_mail import BOUNCES, RecordedReturn, ReturnedMail
from helpdesk.domain.states import MailFate, ReturnedKind
from helpdesk.services.context import ServiceContext
from helpdesk.services.outbox import MAILER
from helpdesk.store.audit_chain import Entry, append_all
from helpdesk.store.engine import lock_voters
from helpdesk.store.schema import address, outbox, returned_mail, voter

_FATES = {
    ReturnedKind.PERMANENT: MailFate.FAILED_PERMANENTLY,
    ReturnedKind.TEMPORARY: MailFate.FAILED_PERMANENTLY,  # the other server has given up: nobody will try again
    ReturnedKind.DELAYED: MailFate.DELAYED,
    ReturnedKind.DELIVERED: MailFate.DELIVERED,
}
_OPEN_FATES = frozenset({MailFate.ACCEPTED, MailFate.DELAYED})
_TOLD = {
    ReturnedKind.PERMANENT: Outcome.FAILED,
    ReturnedKind.TEMPORARY: Outcome.FAILED,
}


class Bounces:
    """The mailer's side of the bounce mailbox."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def record(self, mails: Sequence[ReturnedMail]) -> tuple[RecordedReturn, ...]:
        """Take note of what came back, all of it in one transaction; read twice, it counts once.

        A mail's fate changes only while its server has it: after a bounce it has failed, after a report of delivery
        it has arrived. Bounces count against the address they concern, a delivery clears it.
        """
        now = self._context.clock()
        with self._context.store.write() as connection:
            found = {mail.digest: self._mail(connection, mail) for mail in mails}
            lock_voters(connection, {row.number for row in found.values() if row is not None}, now)
            recorded, told = [], []
            for mail in mails:
                row = self._mail(connection, mail) if found[mail.digest] is not None else None
                repeated = not self._keep(connection, mail, row, now)
                if not repeated and row is not None:
                    if self._apply(connection, mail, row):
                        self._count(connection, mail, row)
                    told.append(_entry(mail, row))
                recorded.append(
                    RecordedReturn(
                        kind=mail.kind,
                        address=row.to_address if row is not None else mail.address,
                        voter=row.number if row is not None else None,
                        message=row.id if row is not None else None,
                        status=mail.status,
                        text=mail.text,
                        repeated=repeated,
                    )
                )
            append_all(connection, at=now, actor=MAILER, entries=told)
        return tuple(recorded)

    def _mail(self, connection: Connection, mail: ReturnedMail) -> Row[Any] | None:
        if mail.message is None:
            return None
        columns = [
            outbox.c.id,
            outbox.c.fate,
            outbox.c.kind,
            outbox.c.to_address,
            outbox.c.voter_id,
            voter.c.number,
        ]
        return connection.execute(
            select(*columns)
            .join(voter, voter.c.id == outbox.c.voter_id)
            .where(outbox.c.message_id == f"{mail.message}@{self._context.mail.domain}")
        ).first()

    def _keep(self, connection: Connection, mail: ReturnedMail, row: Row[Any] | None, now: datetime) -> bool:
        """Keep it for the desk; False when it was kept before."""
        if connection.scalar(select(returned_mail.c.id).where(returned_mail.c.digest == mail.digest)) is not None:
            return False
        connection.execute(
            insert(returned_mail).values(
                digest=mail.digest,
                read_at=now,
                kind=mail.kind,
                voter_id=row.voter_id if row is not None else None,
                outbox_id=row.id if row is not None else None,
                address=row.to_address if row is not None else mail.address,
                status=mail.status,
                subject=mail.subject,
                text=mail.text,
            )
        )
        return True

    def _apply(self, connection: Connection, mail: ReturnedMail, row: Row[Any]) -> bool:
        """Change the mail's fate; False when there is nothing to change."""
        fate = _FATES.get(mail.kind)
        if fate is None or fate == row.fate or row.fate not in _OPEN_FATES:
            return False
        values: dict[str, object] = {"fate": fate}
        if mail.kind is not ReturnedKind.DELIVERED:
            values |= {"answer": _answer(mail), "answer_code": mail.status}
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(values))
        return True

    def _count(self, connection: Connection, mail: ReturnedMail, row: Row[Any]) -> None:
        mine = (address.c.voter_id == row.voter_id) & (address.c.folded == fold_address(row.to_address))
        if mail.kind in BOUNCES:
            connection.execute(update(address).where(mine).values(bounces=address.c.bounces + 1))
        elif mail.kind is ReturnedKind.DELIVERED:
            connection.execute(update(address).where(mine, address.c.bounces > 0).values(bounces=0))


def _answer(mail: ReturnedMail) -> str:
    """The other server's words, with the code in front where they do not hold it: screens explain the code."""
    return clean_answer(mail.text if mail.status in mail.text else f"{mail.status} {mail.text}")


def _entry(mail: ReturnedMail, row: Row[Any]) -> Entry:
    detail = {"message": str(row.id), "kind": str(row.kind), "returned": str(mail.kind), "code": mail.status}
    return Entry(Action.MAIL_RETURNED, _TOLD.get(mail.kind, Outcome.DONE), voter=row.number, detail=detail)

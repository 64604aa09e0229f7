"""The wording of mails, for supervisors: read, tried on a sample voter, saved as a new version, taken back."""

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import Refusal, WordingChanged, WordingRefused
from helpdesk.domain.mail_wording import LANGUAGES, Wording, WordingVersion, WordingView, faults, written
from helpdesk.domain.ports import MailContent, MailFacts
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import LINK_MAILS, LinkPurpose, MailKind
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import operator_at_work, record_refusal
from helpdesk.services.mail_queue import link_lifetime
from helpdesk.services.standing_wordings import stored_wording
from helpdesk.store.audit_chain import append
from helpdesk.store.engine import is_duplicate
from helpdesk.store.schema import mail_wording, operator

SAMPLE_NAME, SAMPLE_ADDRESS = "Hélène Le Goff", "helene.le-goff@ac-rennes.fr"
"""Who a wording is tried on; nobody of this name need exist."""


class MailWordings:
    """Wordings by kind and language. Versions are added, never changed: each is in the table and in the trail.

    Everything here raises RoleRefused and SessionEnded for whom it is not meant for.
    """

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def all(self, actor: Operator) -> tuple[WordingView, ...]:
        """The wording in force of every mail in every language."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.WORD_MAILS)
            return tuple(self._view(connection, kind, language) for kind in MailKind for language in LANGUAGES)

    def read(self, actor: Operator, kind: MailKind, language: str) -> WordingView:
        """The wording in force of one mail."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.WORD_MAILS)
            return self._view(connection, kind, language)

    def history(self, actor: Operator, kind: MailKind, language: str) -> tuple[WordingVersion, ...]:
        """Every version that was ever saved, newest first."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.WORD_MAILS)
            return self._versions(connection, kind, language)

    def preview(self, actor: Operator, kind: MailKind, language: str, wording: Wording) -> MailContent:
        """The mail as a sample voter would get it, without a link. Raises WordingRefused."""
        wording = _fit(kind, wording)
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.WORD_MAILS)
            election_name = current_election(connection).name
        mail = self._context.mail
        lifetime = link_lifetime(self._context, LINK_MAILS.get(kind, LinkPurpose.QUESTION))
        return self._context.renderer.render(
            MailFacts(
                kind=kind,
                language=language,
                greeting_name=SAMPLE_NAME,
                election_name=election_name,
                tied_address=SAMPLE_ADDRESS,
                link=None,
                link_hours=lifetime // 3600,
                desk_phone=mail.desk_phone,
                desk_hours=mail.desk_hours,
                portal_url=mail.portal_url,
                wording=wording,
            )
        )

    def save(self, actor: Operator, kind: MailKind, language: str, wording: Wording, *, seen_version: int) -> int:
        """Have this wording go out from now on; its version. Saving what is in force changes nothing.

        Raises WordingRefused with all that is missing or wrong, WordingChanged when `seen_version` is no longer the
        newest.
        """
        return self._add(actor, kind, language, _fit(kind, wording), seen_version)

    def reset(self, actor: Operator, kind: MailKind, language: str, *, seen_version: int) -> int:
        """Go back to the text that the program ships, also when a later program ships another; raises as `save`."""
        return self._add(actor, kind, language, None, seen_version)

    def _add(self, actor: Operator, kind: MailKind, language: str, wording: Wording | None, seen: int) -> int:
        now = self._context.clock()
        text = wording or Wording("", "")
        try:
            with self._context.store.write() as connection:
                who = operator_at_work(connection, actor, Permission.WORD_MAILS)
                newest = _newest(connection, kind, language)
                if newest != seen:
                    raise WordingChanged
                in_force = self._view(connection, kind, language)
                if text == in_force.wording or (wording is None and in_force.is_shipped):
                    return newest
                row = {
                    "kind": kind,
                    "language": language,
                    "version": newest + 1,
                    "subject": text.subject,
                    "body": text.body,
                    "written_by": who.id,
                    "written_at": now,
                }
                try:
                    connection.execute(insert(mail_wording).values(row))
                except IntegrityError as error:
                    if is_duplicate(error):  # somebody saved this very version since it was looked for
                        raise WordingChanged from None
                    raise
                detail = {"kind": str(kind), "language": language, "version": str(newest + 1)}
                detail |= {"subject": text.subject, "text": text.body} if wording else {"shipped": "yes"}
                append(connection, at=now, actor=who.name, action=Action.MAIL_REWORDED, detail=detail)
                return newest + 1
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.MAIL_REWORDED, refusal)
            raise

    def _view(self, connection: Connection, kind: MailKind, language: str) -> WordingView:
        shipped = self._context.renderer.shipped(kind, language)
        versions = self._versions(connection, kind, language, most=1)
        if not versions:
            return WordingView(kind, language, shipped, shipped)
        (newest,) = versions
        wording = newest.wording
        if wording is None or faults(kind, wording):  # what goes out, as `standing_wordings` has it
            wording = shipped
        return WordingView(kind, language, wording, shipped, newest.version, newest.written_by, newest.written_at)

    def _versions(
        self, connection: Connection, kind: MailKind, language: str, *, most: int | None = None
    ) -> tuple[WordingVersion, ...]:
        query = (
            select(mail_wording, operator.c.name.label("writer"))
            .join(operator, operator.c.id == mail_wording.c.written_by)
            .where(mail_wording.c.kind == kind, mail_wording.c.language == language)
            .order_by(mail_wording.c.version.desc())
            .limit(most)
        )
        return tuple(
            WordingVersion(row.version, stored_wording(row), row.writer, row.written_at)
            for row in connection.execute(query)
        )


def _newest(connection: Connection, kind: MailKind, language: str) -> int:
    query = select(func.max(mail_wording.c.version)).where(
        mail_wording.c.kind == kind, mail_wording.c.language == language
    )
    return connection.scalar(query) or 0


def _fit(kind: MailKind, wording: Wording) -> Wording:
    wording = written(wording.subject, wording.body)
    if found := faults(kind, wording):
        raise WordingRefused(found)
    return wording

"""Keeps the mailer inside the desk running, and the banner telling how the mails fare."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from helpdesk.desk.session import Session
from helpdesk.desk.widgets.banner import Notice, StatusBanner
from helpdesk.domain.errors import HelpdeskError, MailboxUnreachable
from helpdesk.domain.mailer_status import MailerState, MailerStatus
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.errors import error_text
from helpdesk.language.moments import short_moment_text
from helpdesk.language.server_answers import answer_text
from helpdesk.services.outbox import OutboxStatus

_COUNT_EVERY_MS = 3_000


class MailWatch(QObject):
    """Counts waiting mails only while there is something to tell about them."""

    _reported = Signal(object)

    def __init__(self, session: Session, banner: StatusBanner, parent: QObject | None = None) -> None:
        """Nothing runs before `start`."""
        super().__init__(parent)
        self._session, self._banner = session, banner
        self._status: MailerStatus | None = None
        self._waiting = 0
        self._counting = False
        self._starting = self._unwanted = False
        self._reported.connect(self._changed)
        self._timer = QTimer(self)
        self._timer.setInterval(_COUNT_EVERY_MS)
        self._timer.timeout.connect(self._count)

    def start(self) -> None:
        """Have the mailer deliver from now on."""
        if self._session.context.mailer is not None:
            self._starting = True
            job = partial(self._session.context.mailer.start, self._reported.emit)
            self._session.tasks.run(job, self._started, self._not_started)

    def stop(self) -> None:
        """Have the mailer end after the mail in hand, in the background."""
        self._timer.stop()
        self._unwanted = True
        if self._session.context.mailer is not None and not self._starting:
            self._session.tasks.run(self._session.context.mailer.stop, self._stopped, self._session.bugs.report)

    def _started(self, _: None) -> None:
        """Its status tells the rest; it is stopped now where that was asked for while it began."""
        self._starting = False
        if self._unwanted:
            self.stop()

    def _not_started(self, error: Exception) -> None:
        self._starting = False
        self._session.bugs.report(error)

    def _stopped(self, _: None) -> None:
        """Nothing to tell."""

    def _changed(self, status: MailerStatus) -> None:
        if status.state is MailerState.MAILBOX_READ:
            self._banner.clear("bounces")
            return
        if status.state is MailerState.MAILBOX_UNREACHABLE:
            words = partial(error_text, MailboxUnreachable(status.why))
            self._banner.show_notice("bounces", Notice("notice", words))
            return
        self._status = status
        if status.state is MailerState.RUNNING:
            self._timer.stop()
            self._banner.clear("mailer")
            return
        self._timer.start()
        self._count()

    def _count(self) -> None:
        if not self._counting:
            self._counting = True
            status = self._session.services.outbox.status
            self._session.tasks.run(status, self._counted, self._not_counted)

    def _counted(self, outbox: OutboxStatus) -> None:
        self._counting = False
        self._waiting = outbox.waiting
        self._tell()

    def _not_counted(self, error: Exception) -> None:
        self._counting = False
        if not isinstance(error, HelpdeskError):
            self._session.bugs.report(error)
        self._tell()

    def _tell(self) -> None:
        status = self._status
        if status is None or status.state is MailerState.RUNNING:
            return
        words = partial(_words, self._session, status, self._waiting)
        tone = "bad" if status.state is MailerState.NO_LINK_KEY else "notice"
        self._banner.show_notice("mailer", Notice(tone, words))


def _words(session: Session, status: MailerStatus, waiting: int) -> str:
    count = ngettext("{count} mail waits, nothing is lost.", "{count} mails wait, nothing is lost.", waiting)
    sentences = []
    if status.state is MailerState.NO_LINK_KEY:
        sentences.append(_("Mails cannot be sent: the key for their links cannot be read from the keyring."))
    elif status.answer:
        sentences.append(_("Mail server unreachable ({answer}).").format(answer=answer_text(status.answer)))
    else:
        sentences.append(_("Mail server unreachable."))
    sentences.append(count.format(count=waiting))
    if status.next_attempt_at is not None:
        time = short_moment_text(status.next_attempt_at, session.zone, session.now())
        sentences.append(_("Next try at {time}.").format(time=time))
    return " ".join(sentences)

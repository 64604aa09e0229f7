"""What to do when background work fails: banner and another try, log in again, or report a bug."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from helpdesk.desk.bugs import BugReporter
from helpdesk.desk.widgets.banner import Notice, StatusBanner
from helpdesk.domain.errors import CredentialsRefused, HelpdeskError, OutsideFault, SessionEnded
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.errors import error_text

_FIRST_WAIT_MS = 1_000
_LONGEST_WAIT_MS = 30_000


class Troubles(QObject):
    """Faults from outside are tried again by themselves, after 1, 2, 4 … up to 30 seconds."""

    session_ended = Signal()
    password_wanted = Signal()

    def __init__(self, banner: StatusBanner, bugs: BugReporter, zone: str, parent: QObject | None = None) -> None:
        """All is well so far."""
        super().__init__(parent)
        self._banner, self._bugs, self._zone = banner, bugs, zone
        self._wait = _FIRST_WAIT_MS
        self._again: dict[str, Callable[[], None]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.try_now)

    def take(self, source: str, error: Exception, again: Callable[[], None]) -> bool:
        """Deal with what `source` met; `again` asks anew. False for a refusal, which `source` shows itself."""
        if isinstance(error, SessionEnded):
            self.session_ended.emit()
        elif isinstance(error, CredentialsRefused):  # asked once: a directory may lock who tries again and again
            self._again[source] = again
            words = partial(error_text, error, self._zone)
            wanted = self.password_wanted.emit
            self._banner.show_notice("store", Notice("bad", words, button=_enter_password, pressed=wanted))
        elif isinstance(error, OutsideFault):
            self._again[source] = again
            self._banner.show_notice(
                "store",
                Notice("bad", partial(_words, error, self._zone), button=_try_now, pressed=self.try_now),
            )
            if not self._timer.isActive():
                self._timer.start(self._wait)
                self._wait = min(self._wait * 2, _LONGEST_WAIT_MS)
        elif isinstance(error, HelpdeskError):
            return False
        else:
            self._bugs.report(error)
        return True

    def worked(self, source: str) -> None:
        """`source` got its answer: the trouble is over for it."""
        self._again.pop(source, None)
        if not self._again:
            self._timer.stop()
            self._wait = _FIRST_WAIT_MS
            self._banner.clear("store")

    def forget(self, source: str) -> None:
        """`source` no longer wants what it asked for."""
        if source in self._again:
            self.worked(source)

    def try_now(self) -> None:
        """Ask anew, all that failed."""
        self._timer.stop()
        waiting, self._again = self._again, {}
        for again in waiting.values():
            again()


def _words(error: OutsideFault, zone: str) -> str:
    return _("{trouble} The desk keeps trying by itself.").format(trouble=error_text(error, zone))


def _enter_password() -> str:
    return _("Enter the password")


def _try_now() -> str:
    return _("Try now")

"""What every desk watches while it is open: the incident notice, and how many requests wait for approval."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from helpdesk.desk.request import Request
from helpdesk.desk.session import Session
from helpdesk.desk.troubles import Troubles
from helpdesk.domain.roles import Permission
from helpdesk.services.incidents import IncidentView

_EVERY_MS = 10_000


@dataclass(frozen=True, slots=True)
class PulseView:
    """`approvals` counts the requests that this operator may decide on."""

    incident: IncidentView | None
    approvals: int


class Pulse(QObject):
    """Asks every ten seconds, in the background; `felt` carries a PulseView."""

    felt = Signal(object)

    def __init__(self, session: Session, troubles: Troubles, parent: QObject) -> None:
        """Nothing is asked before `start`."""
        super().__init__(parent)
        self._session = session
        self._request = Request(session, troubles, "pulse", self)
        self._request.answered.connect(self.felt)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.ask)

    def start(self) -> None:
        """Ask now and from now on."""
        self._timer.start()
        self.ask()

    def ask(self) -> None:
        """Ask now."""
        self._request.ask(partial(_feel, self._session))

    def rest(self, told: bool) -> None:  # noqa: FBT001 (a signal's argument)
        """Ask by itself only while nobody tells of changes."""
        if told:
            self._timer.stop()
        else:
            self._timer.start()

    def stop(self) -> None:
        """Ask no more."""
        self._timer.stop()
        self._request.forget()


def _feel(session: Session) -> PulseView:
    services, operator = session.services, session.operator
    decides = operator.may(Permission.APPROVE_ADDRESS_CHANGE)
    return PulseView(services.incidents.current(), services.address_changes.count(operator) if decides else 0)

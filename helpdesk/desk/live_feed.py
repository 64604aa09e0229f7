"""What other desks and the mailer change, brought to the GUI thread; and who else is on the voter's page."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from helpdesk.desk.session import Session
from helpdesk.services.live import LiveChange

_SAY_AGAIN_MS = 20_000
_FORGET_AFTER_SECONDS = 50


class LiveFeed(QObject):
    """`voter_changed` and `others_changed` concern the voter that is followed, `notices_changed` everybody.

    `listening` tells whether changes are told by themselves; while they are not, pages ask by themselves.
    """

    voter_changed = Signal()
    notices_changed = Signal()
    others_changed = Signal(object)
    listening = Signal(bool)
    _came = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        """Nothing is heard before `start`."""
        super().__init__(parent)
        self._session = session
        self._live = session.context.live
        self._voter = 0
        self._others: dict[int, tuple[str, float]] = {}
        self._came.connect(self._take)
        self._again = QTimer(self)
        self._again.setInterval(_SAY_AGAIN_MS)
        self._again.timeout.connect(self._say_here)

    def start(self) -> None:
        """Listen from now on, where the store tells of changes."""
        if self._live is not None:
            self._session.tasks.run(partial(self._live.start, self._came.emit), self._said, self._not_said)

    def stop(self) -> None:
        """Listen no more."""
        self.follow(0)
        if self._live is not None:
            self._session.tasks.run(self._live.stop, self._said, self._not_said)

    def follow(self, voter: int) -> None:
        """Follow the voter of this key (`VoterDetail.key`), 0 for none; the other desks are told."""
        if voter == self._voter:
            return
        before, self._voter = self._voter, voter
        self._others.clear()
        self.others_changed.emit(())
        if self._live is None:
            return
        if before:
            self._session.tasks.run(partial(self._live.leave, before), self._said, self._not_said)
        if voter:
            self._again.start()
            self._say_here()
        else:
            self._again.stop()

    def _take(self, change: LiveChange) -> None:
        if change.topic in {"listening", "lost"}:
            self.listening.emit(change.topic == "listening")
            if change.topic == "listening":
                self._say_here()
        if change.topic in {"here", "gone"}:
            self._presence(change)
            return
        if change.topic in {"listening", "all"} or (change.topic == "voter" and change.voter == self._voter):
            self.voter_changed.emit()
        if change.topic != "lost":
            self.notices_changed.emit()

    def _presence(self, change: LiveChange) -> None:
        if change.voter != self._voter or change.who is None or change.who[0] == self._session.operator.id:
            return
        who, name = change.who
        new = change.topic == "here" and who not in self._others
        now = self._session.now().timestamp()
        if change.topic == "here":
            self._others[who] = (name, now)
        else:
            self._others.pop(who, None)
        self._others = {key: each for key, each in self._others.items() if now - each[1] < _FORGET_AFTER_SECONDS}
        self.others_changed.emit(tuple(sorted(name for name, _at in self._others.values())))
        if new:
            self._say_here()  # who came later learns of who was there

    def _say_here(self) -> None:
        if self._live is not None and self._voter:
            self._session.tasks.run(partial(self._live.be_on, self._voter), self._said, self._not_said)

    def _said(self, _: None) -> None:
        """Nothing to show."""

    def _not_said(self, _: Exception) -> None:
        """A courtesy: what is wrong with the store is told by who needs it for more."""

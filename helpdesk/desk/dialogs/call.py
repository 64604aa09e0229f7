"""Logging a call: what it was about is guessed from the page, so that Ctrl+L and Enter end most calls."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.confirm import ConfirmDialog
from helpdesk.desk.dialogs.draft_stores import CallNoteStore
from helpdesk.desk.dialogs.fields import ChoiceField, DayField, NoteField
from helpdesk.desk.session import Session
from helpdesk.domain.contacts import Channel, Contact, ContactOutcome, Motive
from helpdesk.domain.errors import HelpdeskError, NoteHoldsSecret
from helpdesk.domain.likely_call import likely_motive, likely_outcome
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.contacts import channel_text, motive_text, outcome_text
from helpdesk.language.moments import short_moment_text


class CallDialog(ConfirmDialog):
    """The note is kept until it is logged: it comes back with the next dialog about this voter, also after Cancel."""

    cancel_forgets = False

    def __init__(self, session: Session, detail: VoterDetail, parent: QWidget, *, started: datetime) -> None:
        """`started` is when the voter's page opened."""
        super().__init__(session, detail, parent, name="callDialog", icon="phone")
        self._started = started
        today = session.election.local(session.now()).date()
        self._intro = QLabel()
        self._intro.setProperty("tone", "quiet")
        self._motive = ChoiceField("motiveBox", tuple(Motive), motive_text)
        self._outcome = ChoiceField("outcomeBox", tuple(ContactOutcome), outcome_text)
        self._channel = ChoiceField("channelBox", tuple(Channel), channel_text)
        self._note = NoteField("noteEdit")
        self._follow_up = DayField("followUp", first=today, proposed=today + timedelta(days=1))
        choices = QHBoxLayout()
        choices.setSpacing(space(3))
        choices.addWidget(self._outcome, 3)
        choices.addWidget(self._channel, 2)
        self.body.addWidget(self._intro)
        self.body.addWidget(self._motive)
        self.body.addLayout(choices)
        self.body.addWidget(self._note, 1)
        self.body.addWidget(self._follow_up)
        self._motive.choose(likely_motive(detail.findings))
        self._outcome.choose(likely_outcome(detail.timeline, actor=session.operator.name, since=started))
        self._note.edit.installEventFilter(self)
        self._follow_up.check.toggled.connect(self._to_follow)
        self.retranslate()
        self.keep_typed(CallNoteStore(session, detail.number), {"note": self._note.edit})

    def headline(self) -> str:
        """What the dialog does."""
        return _("Log the call")

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Log the call")

    def icon_name(self) -> str:
        """A telephone."""
        return "phone"

    def first_field(self) -> QWidget:
        """The motive."""
        return self._motive.box

    def job(self) -> Callable[[], None]:
        """Log it."""
        call = Contact(
            started=self._started,
            channel=self._channel.chosen,
            motive=self._motive.chosen,
            outcome=self._outcome.chosen,
            note=self._note.edit.toPlainText(),
            follow_up=self._follow_up.day,
        )
        log = self.session.services.contacts.log
        return partial(log, self.session.operator, self.detail.number, call, request=self.request)

    def succeeded(self, result: object) -> None:
        """Close and say so."""
        del result
        self.finish(_("The call is logged."))

    def refused(self, error: HelpdeskError) -> None:
        """A note that holds a secret is corrected where it is."""
        if isinstance(error, NoteHoldsSecret):
            QTimer.singleShot(0, self._note.edit, self._note.edit.setFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Ctrl+Enter in the note logs the call; Enter alone begins a line."""
        if watched is self._note.edit and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            entered = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
            if entered and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.submit()
                return True
        return super().eventFilter(watched, event)

    def _to_follow(self, wanted: bool) -> None:  # noqa: FBT001 (a signal's argument)
        if wanted:
            self._outcome.choose(ContactOutcome.TO_FOLLOW)

    def retranslate(self) -> None:
        """Labels, choices and hints."""
        super().retranslate()
        time = short_moment_text(self._started, self.session.zone, self.session.now())
        self._intro.setText(_("Call begun at {time}. Enter logs it as it stands.").format(time=time))
        self._motive.name_it(_("What the caller wanted"))
        self._outcome.name_it(_("What came of it"))
        self._channel.name_it(_("How they reached you"))
        self._note.name_it(
            _("Note for the next agent (Ctrl+Enter logs the call)"),
            _("Never a password, a code or an answer"),
        )
        self._follow_up.name_it(_("To be followed up on"), _("Day of the follow-up"))

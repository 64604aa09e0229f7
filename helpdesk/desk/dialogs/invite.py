"""Inviting in bulk: choose, count, confirm by the number, watch, pause, stop."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSpinBox, QWidget

from helpdesk.desk.dialogs.action import ActionDialog
from helpdesk.desk.dialogs.draft_stores import FormDraftStore
from helpdesk.desk.dialogs.fields import Field, ReasonField
from helpdesk.desk.session import Session
from helpdesk.desk.widgets.wrapping_button import WrappingCheck
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.domain.invitations import CONFIRM_ABOVE, INVITABLE, CampaignView, Selection
from helpdesk.domain.states import CampaignState
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.words import campaign_state_text, state_text

_LONGEST_DAYS = 3650


class InviteDialog(ActionDialog):
    """The first press counts, the second invites; closing it leaves a campaign to be continued by the same choice."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        """Nothing chosen: every voter never invited."""
        super().__init__(session, parent, name="inviteDialog", icon="send")
        self._count: int | None = None
        self._campaign: CampaignView | None = None
        self._places = {name: Field(f"{name}Edit") for name in ("academy", "department", "establishment", "corps")}
        self._state_label, self._state = QLabel(), QComboBox()
        self._state.setObjectName("stateChoice")
        self._state.addItems([""] * (len(INVITABLE) + 1))
        self._state_label.setBuddy(self._state)
        self._remind = WrappingCheck("remindCheck")
        self._days = QSpinBox()
        self._days.setObjectName("daysEdit")
        self._days.setRange(0, _LONGEST_DAYS)
        self._days.setValue(7)
        self._days.setEnabled(False)
        self._counted = QLabel()
        self._counted.setObjectName("inviteCount")
        self._counted.setProperty("tone", "strong")
        self._counted.setWordWrap(True)
        self._number = Field("numberEdit")
        self.reason = ReasonField(_usual_reasons)
        self._bar = QProgressBar()
        self._bar.setObjectName("inviteProgress")
        self._pause, self._stop = QPushButton(), QPushButton()
        self._pause.setObjectName("pauseButton")
        self._stop.setObjectName("stopButton")
        self._fill()
        self._pause.clicked.connect(self._pause_or_go_on)
        self._stop.clicked.connect(self._stop_it)
        self._show()
        self.retranslate()
        typed = {"reason": self.reason.edit} | {name: field.edit for name, field in self._places.items()}
        self.keep_typed(FormDraftStore(session, FormPlace(Form.INVITE)), typed)

    def _fill(self) -> None:
        for field in self._places.values():
            self.body.addWidget(field)
            field.edit.textChanged.connect(self._changed)
        for widget in (self._state_label, self._state, self._remind, self._days, self._counted):
            self.body.addWidget(widget)
        self._state.currentIndexChanged.connect(self._changed)
        self._days.valueChanged.connect(self._changed)
        self._remind.toggled.connect(self._days.setEnabled)
        self._remind.toggled.connect(self._changed)
        self.body.addWidget(self._number)
        self.body.addWidget(self.reason)
        self.body.addWidget(self._bar)
        row = QHBoxLayout()
        row.addWidget(self._pause)
        row.addWidget(self._stop)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addStretch(1)

    def headline(self) -> str:
        """What the dialog does."""
        return _("Invite voters in bulk")

    def verb(self) -> str:
        """Count first."""
        if self._count is None:
            return _("Count")
        return ngettext("Invite {count} voter", "Invite {count} voters", self._count).format(count=self._count)

    def icon_name(self) -> str:
        """Looking or sending."""
        return "search" if self._count is None else "send"

    def first_field(self) -> QWidget:
        """The académie, or the number to type."""
        return self._number.edit if self._number.isVisible() else self._places["academy"].edit

    def job(self) -> Callable[[], object]:
        """Count, or begin."""
        invitations, operator = self.session.services.invitations, self.session.operator
        if self._count is None:
            return partial(invitations.count, operator, self._selection())
        typed = self._number.edit.text().strip()
        confirmed = int(typed) if typed.isascii() and typed.isdigit() else None
        reason = self.reason.edit.text()
        return partial(invitations.start, operator, self._selection(), reason=reason, confirmed=confirmed)

    def sends(self) -> bool:
        """Counting sends nothing."""
        return self._count is not None

    def succeeded(self, result: object) -> None:
        """Show the number, or begin to queue."""
        if isinstance(result, CampaignView):
            self._take(result)
        elif isinstance(result, int):
            self._count = result
            self._show()
            self.retranslate()
            self.first_field().setFocus()

    def _selection(self) -> Selection:
        chosen = self._state.currentIndex()
        return Selection(
            **{name: field.edit.text().strip() for name, field in self._places.items()},
            state=INVITABLE[chosen - 1] if chosen > 0 else None,
            days=self._days.value() if self._remind.isChecked() else None,
        )

    def _changed(self) -> None:
        self._count = None
        self._show()
        self.retranslate()

    def _take(self, view: CampaignView) -> None:
        """Show how far the campaign is, and queue its next batch while it runs."""
        self._campaign = view
        self._show()
        self.retranslate()
        if view.state is CampaignState.RUNNING:
            advance = partial(self.session.services.invitations.advance, self.session.operator, view.id)
            self.session.tasks.run(advance, self._advanced, self._failed_midway)
        elif view.state is CampaignState.DONE:
            said = ngettext("{count} voter is invited.", "{count} voters are invited.", view.queued)
            self.finish(said.format(count=view.queued))
        elif view.state is CampaignState.STOPPED:
            self.finish(_("The campaign is stopped; its unsent mails are cancelled."))

    def _advanced(self, view: CampaignView) -> None:
        current = self._campaign
        if current is not None and current.state is CampaignState.RUNNING:
            self._take(view)

    def _failed_midway(self, error: Exception) -> None:
        if isinstance(error, HelpdeskError):
            self.show_error(error)
        else:
            self.session.bugs.report(error)

    def _pause_or_go_on(self) -> None:
        self._tell_campaign(pause=self._campaign is not None and self._campaign.state is CampaignState.RUNNING)

    def _tell_campaign(self, *, pause: bool) -> None:
        if self._campaign is None:
            return
        invitations = self.session.services.invitations
        does = invitations.pause if pause else invitations.resume
        job = partial(does, self.session.operator, self._campaign.id)
        self.session.tasks.run(job, self._take, self._failed_midway)

    def _stop_it(self) -> None:
        if self._campaign is not None:
            job = partial(self.session.services.invitations.stop, self.session.operator, self._campaign.id)
            self.session.tasks.run(job, self._take, self._failed_midway)

    def _show(self) -> None:
        running = self._campaign is not None
        many = self._count is not None and self._count > CONFIRM_ABOVE
        self._number.setVisible(many and not running)
        self._counted.setVisible(self._count is not None or running)
        self.reason.setVisible(self._count is not None and not running)
        for widget in (self._bar, self._pause, self._stop):
            widget.setVisible(running)
        for field in self._places.values():
            field.setEnabled(not running)
        self.confirm_button.setVisible(not running)
        self.confirm_button.setEnabled(self._count != 0)
        if self._campaign is not None:
            self._bar.setRange(0, max(1, self._campaign.total))
            self._bar.setValue(min(self._campaign.queued, max(1, self._campaign.total)))

    def retranslate(self) -> None:
        """Labels, count and progress."""
        super().retranslate()
        names = (_("Académie"), _("Department"), _("Establishment (UAI)"), _("Corps"))
        for field, text in zip(self._places.values(), names, strict=True):
            field.name_it(text, _("Leave empty for all"))
        self._state_label.setText(_("State of the account"))
        self._state.setAccessibleName(_("State of the account"))
        self._state.setItemText(0, _("Never invited, or by the age of the last mail"))
        for place, state in enumerate(INVITABLE, start=1):
            self._state.setItemText(place, state_text(state))
        self._remind.say(_("Remind those whose last mail is older than so many days"))
        self._days.setAccessibleName(_("Days since the last mail"))
        self._number.name_it(_("Type the number of voters to confirm"))
        self.reason.name_it(_("Reason (kept in the audit trail)"))
        self._stop.setText(_("Stop"))
        view = self._campaign
        running = view is not None and view.state is CampaignState.RUNNING
        self._pause.setText(_("Pause") if running else _("Go on"))
        for button in (self._pause, self._stop):
            button.setAccessibleName(button.text())
        self._bar.setAccessibleName(_("Voters invited"))
        if view is not None:
            words = _("{state}: {queued} of {total} voters invited")
            self._counted.setText(
                words.format(state=campaign_state_text(view.state), queued=view.queued, total=view.total)
            )
        elif self._count is not None:
            counted = ngettext("{count} voter would get a mail.", "{count} voters would get a mail.", self._count)
            self._counted.setText(counted.format(count=self._count))


def _usual_reasons() -> tuple[str, ...]:
    return (_("Opening of the portal"), _("Reminder before the vote"))

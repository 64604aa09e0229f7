"""Campaigns: who is written to, how far each is, and a way to hold, continue or end one."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget

from helpdesk.desk.dialogs.action import ActionDialog
from helpdesk.desk.icons import line_icon
from helpdesk.desk.session import Session
from helpdesk.desk.signs import CAMPAIGN_SIGNS, Sign
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.empty_state import EmptyState
from helpdesk.desk.widgets.flow import Flow
from helpdesk.desk.widgets.table import Column, Table
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.invitations import CampaignView, Selection
from helpdesk.domain.states import CampaignState
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.moments import short_moment_text
from helpdesk.language.words import campaign_state_text, state_text


class CampaignsDialog(ActionDialog):
    """The newest campaigns; one that runs is carried on while the dialog is open, and can be continued later."""

    steps_wide = 280

    def __init__(self, session: Session, parent: QWidget) -> None:
        """Ask for the list."""
        super().__init__(session, parent, name="campaignsDialog", icon="send")
        self._continued: int | None = None
        columns: tuple[Column[CampaignView], ...] = (
            Column(_state_column, _state_of, _sign_of),
            Column(_when_column, self._when, rank=2),
            Column(_by_column, _by, rank=3),
            Column(_whom_column, _whom, stretch=True),
            Column(_invited_column, _invited, rank=1),
            Column(_sent_column, _sent, rank=5),
            Column(_waiting_column, _waiting, rank=4),
            Column(_failed_column, _failed, rank=4),
        )
        self._table: Table[CampaignView] = Table(columns, name="campaignTable", says=_table_name)
        self._table.setMinimumHeight(self._table.fontMetrics().lineSpacing() * 12)
        self._reason = QLabel()
        self._reason.setObjectName("campaignReason")
        self._reason.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setObjectName("campaignProgress")
        self._hold = self._button("holdCampaignButton", "clock")
        self._go_on = self._button("continueCampaignButton", "send")
        self._end = self._button("stopCampaignButton", "stop")
        row = Flow()
        for button in (self._hold, self._go_on, self._end):
            row.addWidget(button)
        self._empty = EmptyState()
        self._empty.setObjectName("campaignsEmpty")
        self._empty.hide()
        self.body.addWidget(self._table, 1)
        self.body.addWidget(self._empty, 1)
        self.body.addWidget(self._reason)
        self.body.addWidget(self._bar)
        self.body.addLayout(row)
        self._table.selected.connect(self._show)
        self._hold.clicked.connect(self._ask_hold)
        self._go_on.clicked.connect(self._ask_go_on)
        self._end.clicked.connect(self._ask_end)
        self.confirm_button.hide()
        self.retranslate()
        self._show(None)
        self._list()

    def headline(self) -> str:
        """What the dialog shows."""
        return _("Campaigns")

    def verb(self) -> str:
        """Nothing is confirmed here."""
        return _("Close")

    def first_field(self) -> QWidget:
        """The list."""
        return self._table

    def _button(self, name: str, icon: str) -> QPushButton:
        button = QPushButton(line_icon(icon), "")
        button.setObjectName(name)
        button.setAutoDefault(False)
        return button

    def _list(self) -> None:
        self.session.tasks.run(
            partial(self.session.services.invitations.all, self.session.operator), self._listed, self._not_done
        )

    def _listed(self, views: tuple[CampaignView, ...]) -> None:
        self._table.show_values(views)
        self._table.setVisible(bool(views))
        self._empty.setVisible(not views)
        for button in (self._hold, self._go_on, self._end):
            button.setVisible(bool(views))
        self._show(None)
        if not views:
            announce(self, self._empty.headline.text())
            self.cancel_button.setFocus()

    def _ask_hold(self) -> None:
        self._continued = None
        self._ask(self.session.services.invitations.pause)

    def _ask_go_on(self) -> None:
        view = self._table.chosen
        if view is None:
            return
        self._continued = view.id
        if view.state is CampaignState.RUNNING:  # whoever ran it went away
            self._carry_on(view)
        else:
            self._ask(self.session.services.invitations.resume)

    def _ask_end(self) -> None:
        self._continued = None
        self._ask(self.session.services.invitations.stop)

    def _ask(self, does: Callable[..., CampaignView]) -> None:
        view = self._table.chosen
        if view is not None:
            self.clear_error()
            self._enable(None)
            self.session.tasks.run(partial(does, self.session.operator, view.id), self._changed, self._not_done)

    def _changed(self, view: CampaignView) -> None:
        self._list()
        self._carry_on(view)

    def _carry_on(self, view: CampaignView) -> None:
        """Queue the next batch of the campaign that is continued here."""
        if view.id == self._continued and view.state is CampaignState.RUNNING:
            advance = partial(self.session.services.invitations.advance, self.session.operator, view.id)
            self.session.tasks.run(advance, self._changed, self._not_done)

    def _not_done(self, error: Exception) -> None:
        self._continued = None
        self._show(None)
        if isinstance(error, HelpdeskError):
            self.show_error(error)
        else:
            self.session.bugs.report(error)

    def _show(self, _value: object) -> None:
        view = self._table.chosen
        self._enable(view)
        self._bar.setVisible(view is not None)
        self._reason.setVisible(view is not None)
        if view is None:
            return
        self._bar.setRange(0, max(1, view.total))
        self._bar.setValue(min(view.queued, max(1, view.total)))
        self._reason.setText(_("Reason: {reason}").format(reason=view.reason))

    def _enable(self, view: CampaignView | None) -> None:
        """What the campaign's state allows; mails of one that invited everybody can still be held or cancelled."""
        state = view.state if view is not None else None
        waits = view is not None and (state is CampaignState.RUNNING or view.waiting > 0)
        ended = state in {None, CampaignState.STOPPED}
        self._hold.setEnabled(waits and state in {CampaignState.RUNNING, CampaignState.DONE})
        self._go_on.setEnabled(state in {CampaignState.PAUSED, CampaignState.RUNNING})
        self._end.setEnabled(not ended and (waits or state is CampaignState.PAUSED))

    def _when(self, view: CampaignView) -> str:
        return short_moment_text(view.created_at, self.session.zone, self.session.now())

    def retranslate(self) -> None:
        """Columns, buttons, progress."""
        super().retranslate()
        words = ((self._hold, _("Hold")), (self._go_on, _("Go on")), (self._end, _("Stop, and cancel its mails")),
                 (self.cancel_button, _("Close")))  # fmt: skip
        for button, text in words:
            button.setText(text)
            button.setAccessibleName(text)
        self._bar.setAccessibleName(_("Voters invited"))
        self._empty.say("send", _("No campaign yet"), _("“Invite voters” on the page of mails begins one."))
        self._table.retranslate()


def _table_name() -> str:
    return _("Campaigns")


def _state_column() -> str:
    return _("State")


def _state_of(view: CampaignView) -> str:
    return campaign_state_text(view.state)


def _sign_of(view: CampaignView) -> Sign:
    return CAMPAIGN_SIGNS[view.state]


def _when_column() -> str:
    return _("Started")


def _by_column() -> str:
    return _("By")


def _by(view: CampaignView) -> str:
    return view.created_by


def _whom_column() -> str:
    return _("Whom")


def _whom(view: CampaignView) -> str:
    """The filter, in words."""
    chosen: Selection = view.selection
    parts = [chosen.academy, chosen.department, chosen.establishment, chosen.corps]
    if chosen.state is not None:
        parts.append(state_text(chosen.state))
    if chosen.days is not None:
        parts.append(ngettext("last mail {days} day old", "last mail {days} days old", chosen.days).format(
            days=chosen.days))  # fmt: skip
    return " · ".join(filter(None, parts)) or _("everybody never invited")


def _invited_column() -> str:
    return _("Queued")


def _invited(view: CampaignView) -> str:
    return f"{view.queued} / {view.total}"


def _sent_column() -> str:
    return _("Sent")


def _sent(view: CampaignView) -> str:
    return str(view.sent)


def _waiting_column() -> str:
    return _("Waiting")


def _waiting(view: CampaignView) -> str:
    return str(view.waiting)


def _failed_column() -> str:
    return _("Failed")


def _failed(view: CampaignView) -> str:
    return str(view.failed)

"""Changes of address that wait for a second pair of eyes, and what became of the earlier ones."""

from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QFrame, QLabel, QPushButton, QVBoxLayout

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.decide import DecideDialog
from helpdesk.desk.icons import line_icon
from helpdesk.desk.pages.page import Page
from helpdesk.desk.session import Session
from helpdesk.desk.signs import CHANGE_SIGNS, Sign
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.beside import Beside
from helpdesk.desk.widgets.chip import Chip, IconLabel
from helpdesk.desk.widgets.empty_state import EmptyState
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.desk.widgets.table import Column, Table
from helpdesk.domain.address_changes import AddressChangeView, ChangeState
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.contacts import change_state_text
from helpdesk.language.moments import moment_text, short_moment_text


class ApprovalsPage(Page):
    """A list, the request that is looked at, and two buttons."""

    def __init__(self, session: Session, troubles: Troubles) -> None:
        """Ask for nothing before it is shown."""
        super().__init__(session, troubles, name="approvalsPage", icon="approval")
        self._table: Table[AddressChangeView] = Table(
            (
                Column(_state_column, self._state_words, self._sign),
                Column(_voter_column, _voter_of, stretch=True),
                Column(_wanted_column, _wanted_of, stretch=True, rank=1),
                Column(_asked_column, _asked_of, rank=3),
                Column(_until_column, self._until, rank=2),
            ),
            name="approvalsTable",
            says=_list_name,
        )
        self._empty = EmptyState()
        self._empty.setObjectName("approvalsEmpty")
        self._sheet = _ChangeSheet(session)
        self._approve = QPushButton(line_icon("check", "on_accent"), "")
        self._approve.setObjectName("approveButton")
        self._approve.setProperty("weight", "primary")
        self._refuse = QPushButton(line_icon("cross"), "")
        self._refuse.setObjectName("refuseButton")
        self._why_not = IconLabel("info", "quiet")
        self._why_not.setObjectName("approvalWhyNot")
        self._why_not.setProperty("tone", "quiet")
        self._why_not.setWordWrap(True)
        self.buttons.addWidget(self._approve)
        self.buttons.addWidget(self._refuse)
        self._sheet.setMinimumWidth(space(70))
        self._split = Beside(self._table, self._sheet)
        self.body.addWidget(self._why_not)
        self.body.addWidget(self._split, 1)
        self.body.addWidget(self._empty, 1)
        self._table.selected.connect(self._show)
        self._approve.clicked.connect(self._ask_approve)
        self._refuse.clicked.connect(self._ask_refuse)
        self._list = self.question("approvals")
        self._list.answered.connect(self._listed)
        self.begin_at(self._table)
        self._listed(())
        self.retranslate()

    def title(self) -> str:
        """The page's name."""
        return _("Changes of address to approve")

    def hint(self) -> str:
        """Four eyes."""
        return _("Whoever asked cannot decide. A request ends by itself after 48 hours.")

    def shown(self) -> None:
        """List anew."""
        self._list.ask(partial(_read, self.session))

    def end(self) -> None:
        """Ask for nothing any more."""
        self._list.forget()

    def _listed(self, changes: tuple[AddressChangeView, ...]) -> None:
        focused = self.window().focusWidget()
        held = focused is not None and self.isAncestorOf(focused)
        self._table.show_values(changes)
        self._split.setVisible(bool(changes))
        self._empty.setVisible(not changes)
        self.begin_at(self._table if changes else self._empty)
        if held and focused is not None and not focused.isVisible():
            self.setFocus()
        self._show(self._table.chosen)

    def _show(self, change: AddressChangeView | None) -> None:
        self._sheet.show_change(change)
        obstacle = self._obstacle(change)
        self._why_not.setText(obstacle)
        self._why_not.setVisible(bool(obstacle))
        for button in (self._approve, self._refuse):
            button.setEnabled(change is not None and not obstacle)
            button.setVisible(change is not None)
            button.setAccessibleDescription(obstacle)

    def _obstacle(self, change: AddressChangeView | None) -> str:
        if change is None:
            return ""
        state = change.state(self.session.now())
        if state is not ChangeState.WAITING:
            return _("This request is closed: {state}.").format(state=change_state_text(state))
        if change.requested_by == self.session.operator.name:
            return _("You made this request yourself: another supervisor must decide on it.")
        return ""

    def _ask_approve(self) -> None:
        self._decide(approve=True)

    def _ask_refuse(self) -> None:
        self._decide(approve=False)

    def _decide(self, *, approve: bool) -> None:
        change = self._table.chosen
        if change is None:
            return
        self.say_done("")
        dialog = DecideDialog(self.session, change, self, approve=approve)
        dialog.done_with.connect(self.say_done)
        dialog.finished.connect(self._decided)
        dialog.ask()

    def _decided(self, result: int) -> None:
        """On to the list once it is done; the focus is where it was after Cancel."""
        if result == QDialog.DialogCode.Accepted:
            self._table.setFocus()
        self.shown()

    def _state_words(self, change: AddressChangeView) -> str:
        return change_state_text(change.state(self.session.now()))

    def _sign(self, change: AddressChangeView) -> Sign:
        return CHANGE_SIGNS[change.state(self.session.now())]

    def _until(self, change: AddressChangeView) -> str:
        return short_moment_text(change.decided_at or change.expires, self.session.zone, self.session.now())

    def retranslate(self) -> None:
        """Every word again."""
        super().retranslate()
        self._approve.setText(_("Approve…"))
        self._refuse.setText(_("Turn down…"))
        for button in (self._approve, self._refuse):
            button.setAccessibleName(button.text())
        self._empty.say("approval", _("Nothing waits"), _("Requests for another tied address are listed here."))
        self._show(self._table.chosen)


class _ChangeSheet(ContentScroll):
    """One request, everything about it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("changeSheet")
        card = QFrame()
        card.setProperty("surface", "card")
        self._name, self._state = QLabel(), Chip()
        self._name.setProperty("tone", "heading")
        self._name.setWordWrap(True)
        self._form = QFormLayout()
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self._form.setHorizontalSpacing(space(4))
        self._form.setVerticalSpacing(space(2))
        self._rows = [(QLabel(), QLabel()) for _row in range(9)]
        for name, value in self._rows:
            name.setProperty("tone", "quiet")
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._form.addRow(name, value)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(space(4), space(3), space(4), space(4))
        layout.setSpacing(space(2))
        layout.addWidget(self._name)
        layout.addWidget(self._state)
        layout.addLayout(self._form)
        layout.addStretch(1)
        self.setWidget(card)

    def show_change(self, change: AddressChangeView | None) -> None:
        self.setVisible(change is not None)
        self.setAccessibleName(_("The request"))
        if change is None:
            return
        state = change.state(self._session.now())
        self._name.setText(_("{name} · voter {number}").format(name=change.name, number=change.voter))
        self._state.show_sign(CHANGE_SIGNS[state], change_state_text(state))
        facts = (
            (_("Tied now"), change.tied_address),
            (_("Asked for"), change.address),
            (_("Comes from"), _("Known from the roll") if change.known else change.evidence),
            (_("Reason"), change.reason),
            (_("Asked by"), change.requested_by),
            (_("Asked on"), self._moment(change.requested_at)),
            (_("Ends on"), self._moment(change.expires) if change.approved is None else ""),
            (_("Decided by"), change.decided_by or ""),
            (_("Why"), change.decision_reason),
        )
        for (name, value), (word, text) in zip(self._rows, facts, strict=True):
            name.setText(word)
            value.setText(text)
            name.setVisible(bool(text))
            value.setVisible(bool(text))

    def _moment(self, moment: datetime) -> str:
        return moment_text(moment, self._session.zone)


def _read(session: Session) -> tuple[AddressChangeView, ...]:
    changes = session.services.address_changes
    return (*changes.waiting(session.operator), *changes.decided(session.operator))


def _list_name() -> str:
    return _("Requests")


def _state_column() -> str:
    return _("State")


def _voter_column() -> str:
    return _("Voter")


def _voter_of(change: AddressChangeView) -> str:
    return change.name


def _wanted_column() -> str:
    return _("Address asked for")


def _wanted_of(change: AddressChangeView) -> str:
    return change.address


def _asked_column() -> str:
    return _("Asked by")


def _asked_of(change: AddressChangeView) -> str:
    return change.requested_by


def _until_column() -> str:
    return _("Until")

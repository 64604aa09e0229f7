"""The desk's actions: one QAction each, shared by menu, buttons and keys, with the reason while it is not possible."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from helpdesk.desk.icons import line_icon
from helpdesk.desk.session import Session
from helpdesk.domain.errors import ChangeWaiting, RoleRefused, RollFrozen, VerificationClosed, WrongPhase, WrongState
from helpdesk.domain.findings import SuggestedAction
from helpdesk.domain.roles import Permission
from helpdesk.domain.states import AccountState, Phase
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.errors import error_text


class VoterActions(QObject):
    """What can be done for the voter on the page. `whatsThis` of each says why it cannot, if it cannot."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        """All disabled: there is no voter yet."""
        super().__init__(parent)
        self._session = session
        self._detail: VoterDetail | None = None
        self.verify = _action(parent, "shield", "Ctrl+I")
        self.resend = _action(parent, "send", "Ctrl+R")
        self.reset_challenge = _action(parent, "question-reset", "Ctrl+Shift+R")
        self.change_address = _action(parent, "at", "")
        self.log_call = _action(parent, "phone", "Ctrl+L")
        self.copy_summary = _action(parent, "copy", "Ctrl+Shift+C")
        self.call_sheet = _action(parent, "print", "Ctrl+P")
        self.retranslate()

    def all(self) -> tuple[QAction, ...]:
        """Every action, in the order of menu and buttons."""
        return (
            self.verify, self.resend, self.reset_challenge, self.change_address, self.log_call, self.copy_summary,
            self.call_sheet,
        )  # fmt: skip

    def suggested(self, action: SuggestedAction) -> QAction | None:
        """The action that a finding suggests, None where talking or waiting is all."""
        return {
            SuggestedAction.VERIFY: self.verify,
            SuggestedAction.RESEND: self.resend,
            SuggestedAction.RESET_CHALLENGE: self.reset_challenge,
            SuggestedAction.CHANGE_ADDRESS: self.change_address,
        }.get(action)

    def follow(self, detail: VoterDetail | None) -> None:
        """Allow what can be done for this voter now."""
        self._detail = detail
        for action, obstacle in self._obstacles().items():
            action.setWhatsThis(obstacle)
            action.setStatusTip(obstacle)
            action.setToolTip(obstacle or action.text())
            action.setEnabled(detail is not None and not obstacle)

    def obstacles(self) -> tuple[str, ...]:
        """Why what is in the row of buttons cannot be done now: a sentence for each reason, with what it keeps back."""
        row = (self.verify, self.resend, self.reset_challenge, self.change_address, self.log_call)
        reasons = dict.fromkeys(action.whatsThis() for action in row if action.whatsThis())
        told = _("{action}: {why}")
        return tuple(
            told.format(action=", ".join(action.text() for action in row if action.whatsThis() == why), why=why)
            for why in reasons
        )

    def retranslate(self) -> None:
        """Name everything in the language now in use."""
        self.verify.setText(_("Verify the caller"))
        self.resend.setText(_("Resend the mail"))
        self.reset_challenge.setText(_("Reset the question"))
        self.change_address.setText(_("Change the address"))
        self.log_call.setText(_("Log the call"))
        self.copy_summary.setText(_("Copy the masked summary"))
        self.call_sheet.setText(_("Save a call sheet to print…"))
        self.follow(self._detail)

    def _obstacles(self) -> dict[QAction, str]:
        return {
            self.verify: self._against_verify(),
            self.resend: self._against_resend(),
            self.reset_challenge: self._against_reset(),
            self.change_address: self._against_change(),
            self.log_call: self._role(Permission.LOG_CALL),
            self.copy_summary: "",
            self.call_sheet: "",
        }

    def _against_verify(self) -> str:
        if reason := self._role(Permission.VERIFY_CALLER):
            return reason
        closed = self._detail.verification_closed_until if self._detail else None
        if closed is not None and self._session.now() < closed:
            return error_text(VerificationClosed(closed), self._session.zone)
        return ""

    def _against_resend(self) -> str:
        return self._role(Permission.RESEND_LINK) or self._calendar()

    def _against_reset(self) -> str:
        if reason := self._role(Permission.RESET_CHALLENGE) or self._calendar():
            return reason
        if self._detail is None:
            return ""
        if self._detail.stored_state is not AccountState.ACTIVE:
            return error_text(WrongState(self._detail.stored_state), self._session.zone)
        return self._unverified()

    def _against_change(self) -> str:
        if reason := self._role(Permission.REQUEST_ADDRESS_CHANGE):
            return reason
        if self._session.election.phase(self._session.now()) is Phase.VOTE:
            return error_text(RollFrozen(), self._session.zone)
        if self._detail is None:
            return ""
        waiting = self._detail.waiting_change
        if waiting is not None and self._session.now() < waiting.expires:
            return error_text(ChangeWaiting(waiting.expires), self._session.zone)
        return self._unverified()

    def _unverified(self) -> str:
        until = self._detail.verified_until if self._detail else None
        if until is None or self._session.now() >= until:
            return _("Verify the caller first.")
        return ""

    def _role(self, permission: Permission) -> str:
        if self._session.operator.may(permission):
            return ""
        return error_text(RoleRefused(permission), self._session.zone)

    def _calendar(self) -> str:
        election, now = self._session.election, self._session.now()
        phase = election.phase(now)
        if phase in {Phase.ACTIVATION, Phase.VOTE}:
            return ""
        opens = election.portal_opens if phase is Phase.BEFORE_OPENING else None
        return error_text(WrongPhase(phase, opens), self._session.zone)


def _action(parent: QWidget, icon: str, keys: str) -> QAction:
    action = QAction(line_icon(icon), "", parent)
    if keys:
        action.setShortcut(QKeySequence(keys))
    action.setEnabled(False)
    return action

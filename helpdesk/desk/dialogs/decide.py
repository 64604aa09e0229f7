"""Deciding on a change of the tied address: approve it or turn it down, with a reason."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from helpdesk.desk.dialogs.action import ActionDialog
from helpdesk.desk.dialogs.draft_stores import FormDraftStore
from helpdesk.desk.dialogs.fields import ReasonField
from helpdesk.desk.session import Session
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.domain.address_changes import AddressChangeView
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.language.catalogue import gettext as _


class DecideDialog(ActionDialog):
    """The second pair of eyes; approving is the dangerous way."""

    def __init__(self, session: Session, change: AddressChangeView, parent: QWidget, *, approve: bool) -> None:
        """Nothing typed yet."""
        self._change, self._approve = change, approve
        name = "approveDialog" if approve else "refuseDialog"
        super().__init__(session, parent, name=name, icon="check" if approve else "cross", dangerous=approve)
        self._lines = [IconLabel(icon, "quiet") for icon, _text in _consequences(change, approve=approve)]
        for line in self._lines:
            line.setWordWrap(True)
            self.body.addWidget(line)
        self.reason = ReasonField(partial(_usual_reasons, approve))
        self.body.addWidget(self.reason)
        self.body.addStretch(1)
        self.retranslate()
        self.keep_typed(
            FormDraftStore(
                session,
                FormPlace(Form.APPROVE if approve else Form.TURN_DOWN, about=str(change.id), voter=change.voter),
            ),
            {"reason": self.reason.edit},
        )

    def headline(self) -> str:
        """What the dialog does."""
        return _("Approve the change of address") if self._approve else _("Turn down the change of address")

    def about(self) -> str:
        """The voter."""
        return _("{name} · voter {number}").format(name=self._change.name, number=self._change.voter)

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Approve: tie this address") if self._approve else _("Turn it down")

    def icon_name(self) -> str:
        """Yes or no."""
        return "check" if self._approve else "cross"

    def first_field(self) -> QWidget:
        """The reason."""
        return self.reason.edit

    def job(self) -> Callable[[], None]:
        """Decide."""
        changes = self.session.services.address_changes
        decide = changes.approve if self._approve else changes.refuse
        return partial(
            decide, self.session.operator, self._change.id, reason=self.reason.edit.text(), request=self.request
        )

    def succeeded(self, result: object) -> None:
        """Close and say what was done."""
        del result
        words = (
            _("{name}: the account is tied to {address} now; both addresses are told.")
            if self._approve
            else _("{name}: the request is turned down; {tied} stays tied.")
        )
        change = self._change
        self.finish(words.format(name=change.name, address=change.address, tied=change.tied_address))

    def retranslate(self) -> None:
        """What will happen, labels and hints."""
        super().retranslate()
        texts = _consequences(self._change, approve=self._approve)
        for line, (_icon, text) in zip(self._lines, texts, strict=True):
            line.setText(text)
        self.reason.name_it(_("Reason (kept in the audit trail)"), _("What you checked"))


def _consequences(change: AddressChangeView, *, approve: bool) -> tuple[tuple[str, str], ...]:
    if not approve:
        return (("tied", _("The account stays tied to {address}.").format(address=change.tied_address)),)
    return (
        ("tied", _("The account will be tied to {address}.").format(address=change.address)),
        ("not-tied", _("{address} stays known, no longer tied.").format(address=change.tied_address)),
        ("lock", _("Every earlier link stops working, and open sessions on the portal end.")),
        ("mail", _("A notice of the change goes to both addresses.")),
    )


def _usual_reasons(approve: bool) -> tuple[str, ...]:  # noqa: FBT001 (bound by partial)
    if approve:
        return (_("Checked in the directory"), _("Confirmed by human resources"))
    return (_("Not in the directory"), _("Unknown to human resources"), _("The tied address works"))

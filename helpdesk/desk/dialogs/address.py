"""Asking for another tied address: one of those known, or a new one with evidence; somebody else approves."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.confirm import ConfirmDialog
from helpdesk.desk.dialogs.draft_stores import FormDraftStore
from helpdesk.desk.dialogs.fields import Field, ReasonField
from helpdesk.desk.session import Session
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _


class AddressDialog(ConfirmDialog):
    """Nothing changes when it closes: the request waits for a supervisor."""

    def __init__(self, session: Session, detail: VoterDetail, parent: QWidget) -> None:
        """The first known address is chosen, or a new one where none is known."""
        super().__init__(session, detail, parent, name="addressDialog", icon="at")
        self._intro = QLabel()
        self._intro.setWordWrap(True)
        self._tied = IconLabel("tied", "good")
        self._tied.setWordWrap(True)
        self._known = [address.address for address in detail.addresses if not address.tied]
        self._group = QButtonGroup(self)
        choices = QVBoxLayout()
        choices.setSpacing(space(1))
        for place, address in enumerate(self._known):
            choice = QRadioButton(address)
            choice.setObjectName(f"knownAddress{place}")
            choice.setAccessibleName(address)
            self._group.addButton(choice, place)
            choices.addWidget(choice)
        self._other = QRadioButton()
        self._other.setObjectName("newAddressChoice")
        self._group.addButton(self._other, len(self._known))
        choices.addWidget(self._other)
        self._address, self._evidence = Field("newAddressEdit"), Field("evidenceEdit")
        self.reason = ReasonField(_usual_reasons)
        self._next = IconLabel("approval", "quiet")
        self._next.setProperty("tone", "quiet")
        self._next.setWordWrap(True)
        self.body.addWidget(self._intro)
        self.body.addWidget(self._tied)
        self.body.addLayout(choices)
        self.body.addWidget(self._address)
        self.body.addWidget(self._evidence)
        self.body.addWidget(self.reason)
        self.body.addWidget(self._next)
        self.body.addStretch(1)
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._chosen)
        self._chosen()
        self.retranslate()
        typed = {"reason": self.reason.edit, "address": self._address.edit, "evidence": self._evidence.edit}
        self.keep_typed(FormDraftStore(session, FormPlace(Form.ASK_ADDRESS, voter=detail.number)), typed)

    def headline(self) -> str:
        """What the dialog does."""
        return _("Ask for another tied address")

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Ask for approval")

    def icon_name(self) -> str:
        """Two people."""
        return "approval"

    def first_field(self) -> QWidget:
        """The first choice, or the new address where there is no choice."""
        return self._group.button(0) if self._known else self._address.edit

    def job(self) -> Callable[[], None]:
        """Ask."""
        new = self._other.isChecked()
        return partial(
            self.session.services.address_changes.request,
            self.session.operator,
            self.detail.number,
            wanted=self._address.edit.text() if new else self._known[self._group.checkedId()],
            reason=self.reason.edit.text(),
            evidence=self._evidence.edit.text() if new else "",
            request=self.request,
        )

    def succeeded(self, result: object) -> None:
        """Close and say what happens next."""
        del result
        self.finish(_("The request waits for a supervisor. Until then mails go to the address tied now."))

    def typed_before(self) -> None:
        """A new address of before is the choice of before."""
        super().typed_before()
        if self._address.edit.text():
            self._other.setChecked(True)

    def _chosen(self) -> None:
        for field in (self._address, self._evidence):
            field.setVisible(self._other.isChecked())

    def retranslate(self) -> None:
        """Labels and hints."""
        super().retranslate()
        self._intro.setText(
            _(
                "The caller never dictates an address: it comes from the roll, or from the directory or "
                "human resources, with evidence."
            )
        )
        self._tied.setText(_("Tied now: {address}").format(address=self.detail.tied_address))
        self._other.setText(_("Another address, with evidence"))
        self._other.setAccessibleName(self._other.text())
        self._address.name_it(_("New professional address"), _("first.last@ac-rennes.fr"))
        self._evidence.name_it(_("Evidence: where the address comes from"), _("Directory, human resources, date"))
        self.reason.name_it(_("Reason (kept in the audit trail)"), _("What the caller reports"))
        self._next.setText(
            _(
                "A supervisor who is not you approves or refuses within 48 hours. "
                "Then every older link stops working, and both addresses are told."
            )
        )


def _usual_reasons() -> tuple[str, ...]:
    return (_("Mailbox closed"), _("Change of name"), _("Change of académie"))

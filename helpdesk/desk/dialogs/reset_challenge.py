"""Resetting the challenge question: says what will happen, and asks for the tied address to be typed."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.confirm import ConfirmDialog
from helpdesk.desk.dialogs.draft_stores import FormDraftStore
from helpdesk.desk.dialogs.fields import Field, ReasonField
from helpdesk.desk.session import Session
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.domain.voters import QueuedMail, VoterDetail
from helpdesk.language.catalogue import gettext as _


class ResetChallengeDialog(ConfirmDialog):
    """Cancel is the default; the verb on the other button says what it does."""

    def __init__(self, session: Session, detail: VoterDetail, parent: QWidget) -> None:
        """Nothing typed yet."""
        super().__init__(session, detail, parent, name="resetChallengeDialog", icon="question-reset", dangerous=True)
        self._what = QLabel()
        self._what.setProperty("tone", "strong")
        self._what.setWordWrap(True)
        consequences = QVBoxLayout()
        consequences.setSpacing(space(1.5))
        consequences.addWidget(self._what)
        self._consequences = [IconLabel(icon, "quiet") for icon, _text in _consequences()]
        for label in self._consequences:
            label.setWordWrap(True)
            consequences.addWidget(label)
        self.body.addLayout(consequences)
        self._address = Field("confirmAddressEdit")
        self.reason = ReasonField(_usual_reasons)
        self.body.addWidget(self._address)
        self.body.addWidget(self.reason)
        self.body.addStretch(1)
        self.retranslate()
        self.keep_typed(
            FormDraftStore(session, FormPlace(Form.RESET_CHALLENGE, voter=detail.number)), {"reason": self.reason.edit}
        )

    def headline(self) -> str:
        """What the dialog does."""
        return _("Reset the challenge question")

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Reset the question")

    def icon_name(self) -> str:
        """A question starting over."""
        return "question-reset"

    def first_field(self) -> QWidget:
        """The address to type."""
        return self._address.edit

    def job(self) -> Callable[[], QueuedMail]:
        """Reset the question."""
        return partial(
            self.session.services.challenge.reset,
            self.session.operator,
            self.detail.number,
            reason=self.reason.edit.text(),
            confirmed_address=self._address.edit.text(),
            seen_generation=self.detail.link_generation,
            request=self.request,
        )

    def succeeded(self, result: object) -> None:
        """Close and tell where the mail goes."""
        assert isinstance(result, QueuedMail)  # noqa: S101 (what `job` returns)
        self.finish(
            _("The question is reset. The mail to choose another one goes to {address}.").format(
                address=result.to_masked
            )
        )

    def retranslate(self) -> None:
        """What will happen, labels and hints."""
        super().retranslate()
        self._what.setText(_("What will happen:"))
        for label, (_icon, text) in zip(self._consequences, _consequences(), strict=True):
            label.setText(text)
        self._address.name_it(_("To confirm, type the address tied to the account"), _("first.last@ac-rennes.fr"))
        self.reason.name_it(_("Reason (kept in the audit trail)"), _("What the caller reports"))


def _consequences() -> tuple[tuple[str, str], ...]:
    return (
        ("question", _("The question and its answer are forgotten; nobody at the desk ever sees them.")),
        ("lock", _("Until another question is chosen, no new voter code can be issued.")),
        ("tied", _("Every earlier link stops working, and open sessions on the portal end.")),
        ("send", _("A mail with a new link goes to the tied address; the voter also needs their password.")),
        ("mail", _("A notice of the change goes to every known address of the voter.")),
    )


def _usual_reasons() -> tuple[str, ...]:
    return (_("Answer forgotten"), _("Answer refused by the portal"))

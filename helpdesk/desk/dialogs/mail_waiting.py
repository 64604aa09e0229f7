"""A mail that waits: try it again now, or cancel it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from helpdesk.desk.dialogs.action import ActionDialog
from helpdesk.desk.dialogs.draft_stores import FormDraftStore
from helpdesk.desk.dialogs.fields import ReasonField
from helpdesk.desk.session import Session
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.domain.mail_desk import OutboxLine
from helpdesk.language.catalogue import gettext as _


class MailWaitingDialog(ActionDialog):
    """Asks for the reason; cancelling is the dangerous way."""

    def __init__(self, session: Session, mail: OutboxLine, parent: QWidget, *, cancel: bool) -> None:
        """Nothing typed yet."""
        self._mail, self._cancel_mail = mail, cancel
        name = "cancelMailDialog" if cancel else "retryDialog"
        super().__init__(session, parent, name=name, icon="cross" if cancel else "clock", dangerous=cancel)
        self.reason = ReasonField(partial(_usual_reasons, cancel))
        self.body.addWidget(self.reason)
        self.body.addStretch(1)
        self.retranslate()
        self.keep_typed(
            FormDraftStore(
                session,
                FormPlace(Form.CANCEL_MAIL if cancel else Form.RETRY_MAIL, about=str(mail.id), voter=mail.voter),
            ),
            {"reason": self.reason.edit},
        )

    def headline(self) -> str:
        """What the dialog does."""
        return _("Cancel the mail") if self._cancel_mail else _("Try the mail again now")

    def about(self) -> str:
        """The voter and the address."""
        mail = self._mail
        return _("{name} · voter {number} · {address}").format(name=mail.name, number=mail.voter, address=mail.to)

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Cancel this mail") if self._cancel_mail else _("Try again now")

    def icon_name(self) -> str:
        """What happens."""
        return "cross" if self._cancel_mail else "send"

    def first_field(self) -> QWidget:
        """The reason."""
        return self.reason.edit

    def job(self) -> Callable[[], None]:
        """Do it."""
        desk = self.session.services.mail_desk
        does = desk.cancel if self._cancel_mail else desk.hurry
        mail = self._mail
        return partial(does, self.session.operator, mail.voter, mail.id, reason=self.reason.edit.text())

    def succeeded(self, result: object) -> None:
        """Close and say what was done."""
        del result
        said = (
            _("The mail to {address} is cancelled.")
            if self._cancel_mail
            else _("The mail to {address} is tried again now.")
        )
        self.finish(said.format(address=self._mail.to))

    def retranslate(self) -> None:
        """Labels and hints."""
        super().retranslate()
        self.reason.name_it(_("Reason (kept in the audit trail)"))


def _usual_reasons(cancel: bool) -> tuple[str, ...]:  # noqa: FBT001 (bound by partial)
    if cancel:
        return (_("Asked by mistake"), _("Wrong address"))
    return (_("The mailbox works again"), _("The voter made room"))

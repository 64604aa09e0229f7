"""Resending the mail that helps a voter onwards."""

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget

from helpdesk.desk.dialogs.confirm import ConfirmDialog
from helpdesk.desk.dialogs.draft_stores import FormDraftStore
from helpdesk.desk.dialogs.fields import ReasonField
from helpdesk.desk.dialogs.mail_preview import PreviewPane
from helpdesk.desk.session import Session
from helpdesk.desk.widgets.wrapping_button import WrappingCheck
from helpdesk.domain.errors import HelpdeskError, OutsideFault, ResendThrottled
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.domain.voters import QueuedMail, VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.words import mail_kind_text
from helpdesk.services.activation import MailPreview

_ASK_AGAIN_MS = 2_000


class ResendDialog(ConfirmDialog):
    """The mail to be sent, and why."""

    def __init__(self, session: Session, detail: VoterDetail, parent: QWidget) -> None:
        """Nothing typed yet; the preview comes in the background."""
        super().__init__(session, detail, parent, name="resendDialog", icon="send")
        self._intro = QLabel()
        self._intro.setWordWrap(True)
        self.reason = ReasonField(_usual_reasons)
        self._override = WrappingCheck("overrideCheck")
        self._override.hide()
        self._pane = PreviewPane()
        self.body.addWidget(self._intro)
        self.body.addWidget(self.reason)
        self.body.addWidget(self._override)
        self.body.addWidget(self._pane, 1)
        self.confirm_button.setEnabled(False)
        self.retranslate()
        self.keep_typed(
            FormDraftStore(session, FormPlace(Form.RESEND, voter=detail.number)), {"reason": self.reason.edit}
        )
        session.tasks.take_steps(self, self._ask_first_preview())

    def headline(self) -> str:
        """What the dialog does."""
        return _("Resend the mail")

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Send")

    def icon_name(self) -> str:
        """A paper plane."""
        return "send"

    def first_field(self) -> QWidget:
        """The reason."""
        return self.reason.edit

    def job(self) -> Callable[[], QueuedMail]:
        """Queue the mail."""
        return partial(
            self.session.services.activation.resend,
            self.session.operator,
            self.detail.number,
            reason=self.reason.edit.text(),
            seen_generation=self.detail.link_generation,
            request=self.request,
            override=self._override.isVisible() and self._override.isChecked(),
        )

    def succeeded(self, result: object) -> None:
        """Close and tell where the mail goes."""
        assert isinstance(result, QueuedMail)  # noqa: S101 (what `job` returns)
        words = (
            _("{mail}: one is already waiting to be sent to {address}; no second one was made.")
            if result.repeated
            else _("{mail}: in the outbox, to {address}. Older links no longer work.")
        )
        self.finish(words.format(mail=mail_kind_text(result.kind), address=result.to_masked))

    def refused(self, error: HelpdeskError) -> None:
        """Offer the override to whom it is allowed."""
        if isinstance(error, ResendThrottled) and error.overridable:
            self._override.show()

    def _ask_first_preview(self) -> Iterator[None]:
        """In a turn of its own, once the dialog stands."""
        self._ask_preview()
        yield

    def _ask_preview(self) -> None:
        preview = partial(self.session.services.activation.preview, self.session.operator, self.detail.number)
        self.session.tasks.run(preview, self._preview_ready, self._no_preview)

    def _preview_ready(self, preview: MailPreview) -> None:
        self._pane.show_preview(preview)
        self.clear_error()
        self.confirm_button.setEnabled(True)

    def _no_preview(self, error: Exception) -> None:
        if not isinstance(error, HelpdeskError):
            self.session.bugs.report(error)
            return
        self.show_error(error)
        if isinstance(error, OutsideFault):
            QTimer.singleShot(_ASK_AGAIN_MS, self, self._ask_preview)

    def retranslate(self) -> None:
        """Labels and hints."""
        super().retranslate()
        self._intro.setText(
            _(
                "The mail goes to the address tied to the account and nowhere else. "
                "Its new link replaces all older ones."
            )
        )
        self.reason.name_it(_("Reason (kept in the audit trail)"), _("What the caller reports"))
        self._override.say(_("Send it all the same: I take the responsibility, with the reason above"))
        self._pane.retranslate()


def _usual_reasons() -> tuple[str, ...]:
    return (_("Mail not received"), _("Link expired"), _("Link already used"), _("Mail deleted"))

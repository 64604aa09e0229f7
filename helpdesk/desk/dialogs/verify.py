"""Verifying a caller: what they say is compared, nothing stored is shown."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QLabel, QWidget

from helpdesk.desk.dialogs.confirm import ConfirmDialog
from helpdesk.desk.dialogs.fields import Field
from helpdesk.desk.session import Session
from helpdesk.domain.errors import HelpdeskError, VerificationClosed
from helpdesk.domain.verification import Claim
from helpdesk.domain.voters import VerificationResult, VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.moments import short_moment_text
from helpdesk.language.words import claim_text

_NAMES = {
    Claim.BIRTH_DATE: "claimBirthDate",
    Claim.ESTABLISHMENT: "claimEstablishment",
    Claim.FAMILY_NAME: "claimFamilyName",
    Claim.VOTER_NUMBER: "claimVoterNumber",
    Claim.CORPS: "claimCorps",
}


class VerifyDialog(ConfirmDialog):
    """One field for each thing a caller can be asked for."""

    def __init__(self, session: Session, detail: VoterDetail, parent: QWidget) -> None:
        """Nothing typed yet."""
        super().__init__(session, detail, parent, name="verifyDialog", icon="shield")
        self._intro = QLabel()
        self._intro.setWordWrap(True)
        self.body.addWidget(self._intro)
        self._fields = {claim: Field(name) for claim, name in _NAMES.items()}
        for field in self._fields.values():
            self.body.addWidget(field)
        self.body.addStretch(1)
        self._left: int | None = None
        self.retranslate()

    def headline(self) -> str:
        """What the dialog does."""
        return _("Verify the caller")

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Compare")

    def icon_name(self) -> str:
        """A shield that says yes."""
        return "shield-check"

    def first_field(self) -> QWidget:
        """The birth date comes first."""
        return self._fields[Claim.BIRTH_DATE].edit

    def job(self) -> Callable[[], VerificationResult]:
        """Compare what was typed."""
        claims = {claim: field.edit.text() for claim, field in self._fields.items()}
        verify = self.session.services.verification.verify
        return partial(verify, self.session.operator, self.detail.number, claims)

    def succeeded(self, result: object) -> None:
        """Matched: close. Not matched: say how many tries are left, never which answer was wrong."""
        assert isinstance(result, VerificationResult)  # noqa: S101 (what `job` returns)
        if result.matched and result.until is not None:
            time = short_moment_text(result.until, self.session.zone, self.session.now())
            self.finish(_("The answers match: the caller is verified until {time}.").format(time=time))
            return
        self._left = result.failures_left
        self._tell_mismatch()
        self.outdated.emit()
        self.first_field().setFocus()

    def refused(self, error: HelpdeskError) -> None:
        """A closed verification takes no further answers."""
        self._left = None
        if isinstance(error, VerificationClosed):
            self.confirm_button.setEnabled(False)
            self.outdated.emit()

    def _tell_mismatch(self) -> None:
        if self._left is None:
            return
        if self._left <= 0:
            self.say_refusal(
                _("The answers do not match. There were too many wrong answers: verification is closed for now.")
            )
            return
        words = ngettext(
            "The answers do not match. {count} more try is left for this voter, for all agents together.",
            "The answers do not match. {count} more tries are left for this voter, for all agents together.",
            self._left,
        )
        self.say_refusal(words.format(count=self._left))

    def retranslate(self) -> None:
        """Labels, hints and what was answered."""
        super().retranslate()
        self._intro.setText(
            _(
                "Ask for two of these or more and type what the caller says; leave empty what you did not ask. "
                "The stored values are not shown, and nobody learns which answer was wrong."
            )
        )
        hints = {
            Claim.BIRTH_DATE: _("day/month/year; never enough alone"),
            Claim.ESTABLISHMENT: _("name, or code such as 0350001L"),
            Claim.FAMILY_NAME: _("the name at birth, not the name in use"),
        }
        for claim, field in self._fields.items():
            field.name_it(claim_text(claim), hints.get(claim, ""))
        self._tell_mismatch()

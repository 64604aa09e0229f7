"""Setting the incident notice that all desks show, or taking it down."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QLabel, QWidget

from helpdesk.desk.dialogs.action import ActionDialog
from helpdesk.desk.dialogs.draft_stores import FormDraftStore
from helpdesk.desk.dialogs.fields import NoteField
from helpdesk.desk.session import Session
from helpdesk.desk.widgets.wrapping_button import WrappingCheck
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.language.catalogue import gettext as _
from helpdesk.services.incidents import IncidentView


class IncidentDialog(ActionDialog):
    """The text; and while a notice stands, a box to end it."""

    def __init__(self, session: Session, current: IncidentView | None, parent: QWidget) -> None:
        """Begin with the text that stands."""
        super().__init__(session, parent, name="incidentDialog", icon="incident")
        self._intro = QLabel()
        self._intro.setWordWrap(True)
        self._text = NoteField("incidentEdit")
        self._end = WrappingCheck("endIncidentCheck")
        self._end.setVisible(current is not None)
        self._end.toggled.connect(self._text.setDisabled)
        self._end.toggled.connect(self._renamed)
        if current is not None:
            self._text.edit.setPlainText(current.text)
        self.body.addWidget(self._intro)
        self.body.addWidget(self._text, 1)
        self.body.addWidget(self._end)
        self.retranslate()
        self.keep_typed(FormDraftStore(session, FormPlace(Form.INCIDENT)), {"text": self._text.edit})

    def headline(self) -> str:
        """What the dialog does."""
        return _("Incident notice")

    def verb(self) -> str:
        """What the confirm button says."""
        return _("End the notice") if self._end.isChecked() else _("Show on all desks")

    def icon_name(self) -> str:
        """A megaphone."""
        return "incident"

    def first_field(self) -> QWidget:
        """The text."""
        return self._text.edit

    def job(self) -> Callable[[], None]:
        """Set or end it."""
        incidents, operator = self.session.services.incidents, self.session.operator
        if self._end.isChecked():
            return partial(incidents.end, operator)
        return partial(incidents.set, operator, self._text.edit.toPlainText())

    def succeeded(self, result: object) -> None:
        """Close; the banner tells the rest."""
        del result
        self.finish("")

    def _renamed(self, _: bool) -> None:  # noqa: FBT001 (a signal's argument)
        self.confirm_button.setText(self.verb())
        self.confirm_button.setAccessibleName(self.verb())

    def retranslate(self) -> None:
        """Labels and hints."""
        super().retranslate()
        self._intro.setText(
            _("All desks show it at the top of the window until it is ended, with your name and the time.")
        )
        self._text.name_it(_("What is the matter, and what to tell callers"), _("Portal slow since 9 a.m.; try later"))
        self._end.say(_("The incident is over: take the notice down"))

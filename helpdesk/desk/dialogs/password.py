"""Entering the new password when the database server no longer takes the one of the login; nothing open is lost."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from helpdesk.desk.dialogs.action import ActionDialog
from helpdesk.desk.dialogs.fields import Field
from helpdesk.desk.session import Session
from helpdesk.domain.roles import Operator
from helpdesk.language.catalogue import gettext as _


class PasswordDialog(ActionDialog):
    """Logs the same operator in again."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        """Nothing typed yet."""
        super().__init__(session, parent, name="passwordDialog", icon="key")
        self._intro = QLabel()
        self._intro.setWordWrap(True)
        self._password = Field("newPassword")
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.body.addWidget(self._intro)
        self.body.addWidget(self._password)
        self.body.addStretch(1)
        self.retranslate()

    def headline(self) -> str:
        """What the dialog does."""
        return _("Log in again")

    def about(self) -> str:
        """The operator."""
        return self.session.operator.name

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Log in")

    def icon_name(self) -> str:
        """A key."""
        return "key"

    def first_field(self) -> QWidget:
        """The password."""
        return self._password.edit

    def job(self) -> Callable[[], Operator]:
        """Log in with what was typed."""
        log_in = self.session.services.operators.log_in
        return partial(log_in, self.session.operator.name, self._password.edit.text())

    def succeeded(self, result: object) -> None:  # noqa: ARG002 (the same operator)
        """Go on where the work was."""
        self.finish("")

    def retranslate(self) -> None:
        """Label and reason."""
        super().retranslate()
        self._intro.setText(
            _("The database server does not take your password any more. Enter the new one: what is open stays open.")
        )
        self._password.name_it(_("Password"))

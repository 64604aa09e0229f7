"""Dialogs about operators: adding one, their scope, their password, closing and opening their access."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from helpdesk.desk.dialogs.action import ActionDialog
from helpdesk.desk.dialogs.draft_stores import FormDraftStore
from helpdesk.desk.dialogs.fields import ChoiceField, Field
from helpdesk.desk.session import Session
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.domain.roles import Role, Scope
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.words import role_text
from helpdesk.services.operators import OperatorView


class AddOperatorDialog(ActionDialog):
    """Name, role, scope and a first password."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        """Nothing typed yet."""
        super().__init__(session, parent, name="addOperatorDialog", icon="person")
        self._name = Field("operatorName")
        self._role = ChoiceField("operatorRole", tuple(Role), role_text)
        self._password = Field("operatorPassword")
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._academies, self._departments = Field("operatorAcademies"), Field("operatorDepartments")
        self._number = Field("operatorVoter")
        for field in (self._name, self._role, self._password, self._academies, self._departments, self._number):
            self.body.addWidget(field)
        self.body.addStretch(1)
        typed = {
            "name": self._name.edit,
            "academies": self._academies.edit,
            "departments": self._departments.edit,
            "number": self._number.edit,
        }  # the password is kept nowhere
        self.keep_typed(FormDraftStore(session, FormPlace(Form.ADD_OPERATOR)), typed)
        self.retranslate()

    def headline(self) -> str:
        """What the dialog does."""
        return _("Add an operator")

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Add")

    def first_field(self) -> QWidget:
        """The name."""
        return self._name.edit

    def job(self) -> Callable[[], object]:
        """Add them."""
        return partial(
            self.session.services.operators.add,
            self.session.operator,
            self._name.edit.text(),
            role=self._role.chosen,
            password=self._password.edit.text(),
            scope=_scope(self._academies, self._departments),
            voter_number=self._number.edit.text().strip() or None,
        )

    def succeeded(self, result: object) -> None:
        """Close and say so."""
        del result
        self._password.edit.clear()
        self.finish(_("{name} can log in now.").format(name=self._name.edit.text().strip()))

    def retranslate(self) -> None:
        """Labels and hints."""
        super().retranslate()
        self._name.name_it(_("First and family name"))
        self._role.name_it(_("Role"))
        self._password.name_it(_("First password"), _("12 characters or more, not a common word"))
        _name_scope(self._academies, self._departments)
        self._number.name_it(_("Their own voter number, if they vote too"), _("They cannot act on their own record"))


class OperatorScopeDialog(ActionDialog):
    """The académies and departments that an operator serves."""

    def __init__(self, session: Session, view: OperatorView, parent: QWidget) -> None:
        """The scope as it is now."""
        self._view = view
        super().__init__(session, parent, name="operatorScopeDialog", icon="building")
        self._academies, self._departments = Field("operatorAcademies"), Field("operatorDepartments")
        self._academies.edit.setText(", ".join(sorted(view.scope.academies)))
        self._departments.edit.setText(", ".join(sorted(view.scope.departments)))
        self.body.addWidget(self._academies)
        self.body.addWidget(self._departments)
        self.body.addStretch(1)
        typed = {"academies": self._academies.edit, "departments": self._departments.edit}
        self.keep_typed(FormDraftStore(session, FormPlace(Form.OPERATOR_SCOPE, about=view.name)), typed)
        self.retranslate()

    def headline(self) -> str:
        """What the dialog does."""
        return _("Change the scope")

    def about(self) -> str:
        """The operator."""
        return self._view.name

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Change the scope")

    def first_field(self) -> QWidget:
        """The académies."""
        return self._academies.edit

    def job(self) -> Callable[[], None]:
        """Set it."""
        scope = _scope(self._academies, self._departments)
        return partial(self.session.services.operators.set_scope, self.session.operator, self._view.name, scope)

    def succeeded(self, result: object) -> None:
        """Close and say so."""
        del result
        self.finish(_("The scope of {name} is changed.").format(name=self._view.name))

    def retranslate(self) -> None:
        """Labels and hints."""
        super().retranslate()
        _name_scope(self._academies, self._departments)


class OperatorPasswordDialog(ActionDialog):
    """A new password, typed twice."""

    def __init__(self, session: Session, view: OperatorView, parent: QWidget) -> None:
        """Nothing typed yet."""
        self._view = view
        super().__init__(session, parent, name="operatorPasswordDialog", icon="key")
        self._password, self._again = Field("operatorPassword"), Field("operatorPassword2")
        for field in (self._password, self._again):
            field.edit.setEchoMode(QLineEdit.EchoMode.Password)
            field.edit.textChanged.connect(self._typed)
            self.body.addWidget(field)
        self.body.addStretch(1)
        self._typed()
        self.retranslate()

    def headline(self) -> str:
        """What the dialog does."""
        return _("Give a new password")

    def about(self) -> str:
        """The operator."""
        return self._view.name

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Set the password")

    def first_field(self) -> QWidget:
        """The password."""
        return self._password.edit

    def job(self) -> Callable[[], None]:
        """Set it."""
        set_password = self.session.services.operators.set_password
        return partial(set_password, self.session.operator, self._view.name, self._password.edit.text())

    def succeeded(self, result: object) -> None:
        """Close and say so."""
        del result
        for field in (self._password, self._again):
            field.edit.clear()
        self.finish(_("{name} has a new password.").format(name=self._view.name))

    def _typed(self) -> None:
        typed = self._password.edit.text()
        self.confirm_button.setEnabled(bool(typed) and typed == self._again.edit.text())

    def retranslate(self) -> None:
        """Labels and hints."""
        super().retranslate()
        self._password.name_it(_("New password"), _("12 characters or more, not a common word"))
        self._again.name_it(_("The same again"))


class ToggleDialog(ActionDialog):
    """Closing an operator's access, or opening it again."""

    def __init__(self, session: Session, view: OperatorView, parent: QWidget) -> None:
        """What will happen."""
        self._view = view
        closing = view.disabled is None
        super().__init__(session, parent, name="operatorToggleDialog", icon="lock", dangerous=closing)
        self._what = QLabel()
        self._what.setWordWrap(True)
        self.body.addWidget(self._what)
        self.body.addStretch(1)
        self.retranslate()

    def headline(self) -> str:
        """What the dialog does."""
        return _("Close the access") if self._view.disabled is None else _("Open the access again")

    def about(self) -> str:
        """The operator."""
        return self._view.name

    def verb(self) -> str:
        """What the confirm button says."""
        return self.headline()

    def icon_name(self) -> str:
        """A lock, or a tick."""
        return "lock" if self._view.disabled is None else "check"

    def first_field(self) -> QWidget:
        """The button itself: there is nothing to type."""
        return self.confirm_button

    def job(self) -> Callable[[], None]:
        """Do it."""
        operators = self.session.services.operators
        change = operators.disable if self._view.disabled is None else operators.enable
        return partial(change, self.session.operator, self._view.name)

    def succeeded(self, result: object) -> None:
        """Close and say so."""
        del result
        words = (
            _("The access of {name} is closed.")
            if self._view.disabled is None
            else _("The access of {name} is open again.")
        )
        self.finish(words.format(name=self._view.name))

    def retranslate(self) -> None:
        """What will happen."""
        super().retranslate()
        self._what.setText(
            _("They cannot log in any more, and what they have open refuses to act, at once.")
            if self._view.disabled is None
            else _("They can log in again, with the same role, scope and password.")
        )


def _scope(academies: Field, departments: Field) -> Scope:
    return Scope(
        academies=frozenset(_listed(academies.edit.text())),
        departments=frozenset(each.upper() for each in _listed(departments.edit.text())),
    )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _name_scope(academies: Field, departments: Field) -> None:
    academies.name_it(_("Académies, separated by commas"), _("Empty together with the departments: everything"))
    departments.name_it(_("Departments, separated by commas"), "35, 2A, 971")

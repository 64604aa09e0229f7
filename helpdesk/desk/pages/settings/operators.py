"""Who works at the desk: adding operators, closing and opening their access, their scopes and passwords."""

from functools import partial

from PySide6.QtWidgets import QDialog, QPushButton

from helpdesk.desk.dialogs.action import ActionDialog
from helpdesk.desk.dialogs.operator import AddOperatorDialog, OperatorPasswordDialog, OperatorScopeDialog, ToggleDialog
from helpdesk.desk.icons import line_icon
from helpdesk.desk.pages.page import Page
from helpdesk.desk.pages.settings.section import Section
from helpdesk.desk.signs import OPERATOR_CLOSED, OPERATOR_OPEN, Sign
from helpdesk.desk.widgets.flow import Flow
from helpdesk.desk.widgets.table import Column, Table
from helpdesk.domain.roles import Scope
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.moments import moment_text
from helpdesk.language.words import role_text
from helpdesk.services.operators import OperatorView


class OperatorsSection(Section):
    """A list, and buttons for the operator chosen in it."""

    def __init__(self, page: Page) -> None:
        """Nobody listed before it is shown."""
        super().__init__(page, name="operatorsSection")
        self._add = QPushButton(line_icon("plus", "on_accent"), "")
        self._add.setObjectName("addOperatorButton")
        self._add.setProperty("weight", "primary")
        self._scope, self._password, self._toggle = QPushButton(), QPushButton(), QPushButton()
        self._scope.setObjectName("operatorScopeButton")
        self._password.setObjectName("operatorPasswordButton")
        self._toggle.setObjectName("operatorToggleButton")
        row = Flow()
        for button in (self._add, self._scope, self._password, self._toggle):
            row.addWidget(button)
        self._table: Table[OperatorView] = Table(
            (
                Column(_name_column, _name_of, stretch=True),
                Column(_role_column, _role_of, rank=1),
                Column(_scope_column, _scope_of, stretch=True, rank=2),
                Column(_state_column, self._state_of, _sign_of),
            ),
            name="operatorTable",
            says=_table_name,
        )
        self._table.setMinimumHeight(self._table.fontMetrics().lineSpacing() * 16)
        self.content.addLayout(row)
        self.content.addWidget(self._table, 1)
        parent = self.content.parentWidget()
        if parent is not None:
            parent.setMaximumWidth(16_777_215)
        self._list = page.question("operators")
        self._list.answered.connect(self._table.show_values)
        self._table.selected.connect(self._show)
        self._add.clicked.connect(self._ask_add)
        self._scope.clicked.connect(self._ask_scope)
        self._password.clicked.connect(self._ask_password)
        self._toggle.clicked.connect(self._ask_toggle)
        self._show(None)
        self.retranslate()

    def title(self) -> str:
        """The tab's name."""
        return _("Operators")

    def shown(self) -> None:
        """List anew."""
        self._list.ask(partial(self.session.services.operators.list_all, self.session.operator))

    def end(self) -> None:
        """Ask for nothing any more."""
        self._list.forget()

    def _show(self, chosen: OperatorView | None) -> None:
        for button in (self._scope, self._password, self._toggle):
            button.setEnabled(chosen is not None)
        closed = chosen is not None and chosen.disabled is not None
        self._toggle.setText(_("Open the access again…") if closed else _("Close the access…"))
        self._toggle.setIcon(line_icon("check" if closed else "lock"))
        self._toggle.setAccessibleName(self._toggle.text())

    def _ask_add(self) -> None:
        self._ask(AddOperatorDialog(self.session, self.page))

    def _ask_scope(self) -> None:
        if self._table.chosen is not None:
            self._ask(OperatorScopeDialog(self.session, self._table.chosen, self.page))

    def _ask_password(self) -> None:
        if self._table.chosen is not None:
            self._ask(OperatorPasswordDialog(self.session, self._table.chosen, self.page))

    def _ask_toggle(self) -> None:
        if self._table.chosen is not None:
            self._ask(ToggleDialog(self.session, self._table.chosen, self.page))

    def _ask(self, dialog: ActionDialog) -> None:
        self.page.say_done("")
        dialog.done_with.connect(self.page.say_done)
        dialog.finished.connect(self._asked)
        dialog.ask()

    def _asked(self, result: int) -> None:
        """On to the list once it is done; the focus is where it was after Cancel."""
        if result == QDialog.DialogCode.Accepted:
            self._table.setFocus()
        self.shown()

    def _state_of(self, view: OperatorView) -> str:
        if view.disabled is None:
            return _("Open")
        return _("Closed since {time}").format(time=moment_text(view.disabled, self.session.zone))

    def retranslate(self) -> None:
        """Words."""
        self._add.setText(_("Add an operator…"))
        self._scope.setText(_("Change the scope…"))
        self._scope.setIcon(line_icon("building"))
        self._password.setText(_("New password…"))
        self._password.setIcon(line_icon("key"))
        for button in (self._add, self._scope, self._password):
            button.setAccessibleName(button.text())
        self._show(self._table.chosen)


def scope_text(scope: Scope) -> str:
    """What limits an operator."""
    parts = [*sorted(scope.academies), *sorted(scope.departments)]
    return ", ".join(parts) or _("everything")


def _table_name() -> str:
    return _("Operators")


def _name_column() -> str:
    return _("Name")


def _name_of(view: OperatorView) -> str:
    return view.name


def _role_column() -> str:
    return _("Role")


def _role_of(view: OperatorView) -> str:
    return role_text(view.role)


def _scope_column() -> str:
    return _("Scope")


def _scope_of(view: OperatorView) -> str:
    return scope_text(view.scope)


def _state_column() -> str:
    return _("Access")


def _sign_of(view: OperatorView) -> Sign:
    return OPERATOR_OPEN if view.disabled is None else OPERATOR_CLOSED

"""The base of dialogs that do something for the voter on the page."""

from PySide6.QtWidgets import QWidget

from helpdesk.desk.dialogs.action import ActionDialog
from helpdesk.desk.session import Session
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _


class ConfirmDialog(ActionDialog):
    """An action on one voter."""

    def __init__(
        self,
        session: Session,
        detail: VoterDetail,
        parent: QWidget,
        *,
        name: str,
        icon: str,
        dangerous: bool = False,
    ) -> None:
        """About this voter, as the page shows them."""
        self.detail = detail
        super().__init__(session, parent, name=name, icon=icon, dangerous=dangerous)

    def about(self) -> str:
        """The voter."""
        return _("{name} · voter {number}").format(name=self.detail.name, number=self.detail.number)

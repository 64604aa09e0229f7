"""How a mail looks as it is worded: as a letter, as plain text, and what is in force if somebody else was quicker."""

from PySide6.QtWidgets import QPlainTextEdit, QTabWidget, QWidget

from helpdesk.desk.dialogs.mail_preview import PreviewPane
from helpdesk.domain.mail_wording import Wording
from helpdesk.domain.ports import MailContent
from helpdesk.domain.states import MailKind
from helpdesk.language.catalogue import gettext as _
from helpdesk.services.activation import MailPreview
from helpdesk.services.mail_wording import SAMPLE_ADDRESS

_IN_FORCE = 2  # the last tab


class WordingTabs(QTabWidget):
    """The tab with the text in force is there only while it differs from what was begun with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing shown yet."""
        super().__init__(parent)
        self.setObjectName("wordingPreview")
        self._preview = PreviewPane()
        self._plain, self._in_force = _read_only("wordingPlain"), _read_only("wordingTheirs")
        for tab in (self._preview, self._plain, self._in_force):
            self.addTab(tab, "")
        self.show_in_force(None)

    def show_mail(self, kind: MailKind, content: MailContent) -> None:
        """Show the whole mail, as a voter would get it."""
        self._preview.show_preview(MailPreview(kind, SAMPLE_ADDRESS, content))
        self._plain.setPlainText(content.text)

    def show_in_force(self, wording: Wording | None) -> None:
        """Show what is in force, in front; None to stop."""
        self.setTabVisible(_IN_FORCE, wording is not None)
        if wording is not None:
            self._in_force.setPlainText(f"{wording.subject}\n\n{wording.body}")
            self.setCurrentIndex(_IN_FORCE)

    def retranslate(self) -> None:
        """The tabs' names; the mail is in its own language."""
        for place, name in enumerate((_("Preview"), _("As plain text"), _("In force now"))):
            self.setTabText(place, name)
        self.setAccessibleName(_("Preview"))
        self._plain.setAccessibleName(_("As plain text"))
        self._in_force.setAccessibleName(_("In force now"))
        self._preview.retranslate()


def _read_only(name: str) -> QPlainTextEdit:
    text = QPlainTextEdit()
    text.setObjectName(name)
    text.setReadOnly(True)
    text.setTabChangesFocus(True)
    return text

"""A mail as the voter will read it; nothing in it can be opened, nothing is fetched."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QLabel, QTextBrowser, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.language.catalogue import gettext as _
from helpdesk.services.activation import MailPreview


class _Letter(QTextBrowser):
    """Shows HTML; loads neither files nor addresses, opens no link."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 (Qt's name)
        """Nothing: a preview is its text."""
        del kind, name
        return None


class PreviewPane(QWidget):
    """To whom, about what, and the mail."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty until there is a preview."""
        super().__init__(parent)
        self._preview: MailPreview | None = None
        self._to, self._subject = QLabel(), QLabel()
        self._to.setObjectName("previewTo")
        self._subject.setObjectName("previewSubject")
        for label in (self._to, self._subject):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._subject.setProperty("tone", "strong")
        self._letter = _Letter()
        self._letter.setObjectName("mailPreview")
        self._letter.setOpenLinks(False)
        self._letter.setOpenExternalLinks(False)
        self._letter.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._letter.setTabChangesFocus(True)
        self._letter.setMinimumHeight(self._letter.fontMetrics().lineSpacing() * 9)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(1))
        layout.addWidget(self._to)
        layout.addWidget(self._subject)
        layout.addWidget(self._letter, 1)
        self.retranslate()

    def show_preview(self, preview: MailPreview) -> None:
        """Show this mail."""
        self._preview = preview
        self._letter.setHtml(preview.content.html)
        self.retranslate()

    def retranslate(self) -> None:
        """Labels only: the mail is in the voter's language."""
        self._letter.setAccessibleName(_("The mail, as the voter will read it"))
        if self._preview is None:
            self._to.setText(_("Preparing the mail…"))
            self._subject.setText("")
            return
        self._to.setText(_("To: {address}").format(address=self._preview.to))
        self._subject.setText(_("Subject: {subject}").format(subject=self._preview.content.subject))

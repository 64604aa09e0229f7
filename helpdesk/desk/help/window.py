"""The guide's window: F1 opens it beside the work, typing finds a topic."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QListWidget, QTextBrowser, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.fields import Field
from helpdesk.desk.help.guide import Topic, found_topics, read_guide
from helpdesk.desk.session import Session
from helpdesk.desk.speech import Translated
from helpdesk.language.catalogue import current_language
from helpdesk.language.catalogue import gettext as _


class HelpWindow(Translated, QDialog):
    """Topics on the left, the chosen one on the right; it does not block the desk."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        """Read the guide in the background."""
        super().__init__(parent)
        self._session = session
        self.setObjectName("helpWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._topics: tuple[Topic, ...] = ()
        self._shown: tuple[Topic, ...] = ()
        self._search = Field("helpSearch")
        self._list = QListWidget()
        self._list.setObjectName("helpTopics")
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._none = QLabel()
        self._none.setProperty("tone", "quiet")
        self._none.setWordWrap(True)
        self._text = QTextBrowser()
        self._text.setObjectName("helpText")
        self._text.setOpenLinks(False)
        left = QVBoxLayout()
        left.setSpacing(space(2))
        left.addWidget(self._search)
        left.addWidget(self._list, 1)
        left.addWidget(self._none)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space(4), space(4), space(4), space(4))
        layout.setSpacing(space(3))
        layout.addLayout(left, 2)
        layout.addWidget(self._text, 5)
        room = parent.window().size()
        self.resize(min(space(230), room.width() - space(8)), min(space(150), room.height() - space(8)))
        self._search.edit.textChanged.connect(self._find)
        self._list.currentRowChanged.connect(self._show)
        self.retranslate()

    def _read(self, topics: tuple[Topic, ...]) -> None:
        self._topics = topics
        self._find(self._search.edit.text())

    def _find(self, wanted: str) -> None:
        self._shown = found_topics(self._topics, wanted)
        self._list.clear()
        self._list.addItems([topic.title for topic in self._shown])
        self._none.setVisible(bool(self._topics) and not self._shown)
        if self._shown:
            self._list.setCurrentRow(0)

    def _show(self, row: int) -> None:
        if 0 <= row < len(self._shown):
            self._text.setMarkdown(self._shown[row].text)

    def retranslate(self) -> None:
        """Words, and the guide in the language now in use."""
        self.setWindowTitle(_("User guide"))
        self._search.name_it(_("Search in the guide"), _("A word or two"))
        self._list.setAccessibleName(_("Topics"))
        self._text.setAccessibleName(_("The chosen topic"))
        self._none.setText(_("No topic has these words."))
        self._session.tasks.run(partial(read_guide, current_language()), self._read, self._session.bugs.report)

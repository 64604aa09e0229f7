"""One section of the settings page."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.draft_keeper import DraftKeeper, Edit
from helpdesk.desk.dialogs.draft_stores import FormDraftStore
from helpdesk.desk.icons import line_icon
from helpdesk.desk.pages.page import Page
from helpdesk.desk.speech import Translated
from helpdesk.domain.form_drafts import FormPlace
from helpdesk.language.catalogue import gettext as _

_WIDTH = 150  # steps of `space`: lines of forms that can still be read across


class Section(Translated, QWidget):
    """A column of settings; a subclass fills `content` and calls `retranslate`.

    What is typed stays until it is sent or undone, whatever is looked at meanwhile, and comes back after a crash.
    """

    def __init__(self, page: Page, *, name: str) -> None:
        """An empty section of this page."""
        super().__init__()
        self.setObjectName(name)
        self.page, self.session = page, page.session
        inner = QWidget()
        inner.setMaximumWidth(space(_WIDTH))
        self.content = QVBoxLayout(inner)
        self.content.setContentsMargins(space(2), space(3), space(2), space(3))
        self.content.setSpacing(space(3))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(inner, 1)
        self._keeper: DraftKeeper | None = None
        self.undo_button = QPushButton(line_icon("back"), "", self)
        self.undo_button.setObjectName(f"undo_{name}")
        self.undo_button.clicked.connect(self._undo)
        self.undo_button.hide()

    def title(self) -> str:
        """The tab's name."""
        raise NotImplementedError

    def shown(self) -> None:
        """The section comes into view: ask for what it shows."""

    def end(self) -> None:
        """Ask for nothing any more; keep what was typed last."""
        if self._keeper is not None:
            self._keeper.keep_last()

    def draft(self) -> tuple[FormPlace, Mapping[str, Edit]] | None:
        """What is typed into these fields is kept in this place; None where nothing is to be."""
        return None

    def fill(self, show: Callable[[], None]) -> None:
        """Show what is in force, but over nothing that is typed and not sent yet."""
        if self._keeper is not None and self._keeper.typed:
            return
        show()
        draft = self.draft()
        if self._keeper is not None:
            self._keeper.begin()
        elif draft is not None:
            place, edits = draft
            self._keeper = DraftKeeper(self.session, FormDraftStore(self.session, place), edits, self)
            self._keeper.came_back.connect(self._came_back)
            self._keeper.judged.connect(self._offer_undo)

    def sending(self, job: Callable[[], object]) -> Callable[[], object]:
        """The job, and after it nothing is left of what it sends."""
        return self._keeper.until_done(job) if self._keeper is not None else job

    def sent(self) -> None:
        """Nothing that stands here is typed any more: show what is in force."""
        if self._keeper is not None:
            self._keeper.deleteLater()
            self._keeper = None
        self.undo_button.hide()
        self.shown()

    def _came_back(self) -> None:
        self._offer_undo()
        self.page.say_done(_("What you had typed before is back."))

    def _offer_undo(self) -> None:
        self.undo_button.setVisible(self._keeper is not None and bool(self._keeper.typed))

    def _undo(self) -> None:
        self.page.say_done("")
        self.session.tasks.run(self.sending(_nothing), self._undone, self.session.bugs.report)

    def _undone(self, _nothing_told: object) -> None:
        self.sent()
        self.page.setFocus()  # the button that had it is gone

    def retranslate(self) -> None:
        """The words of the button; subclasses add their own."""
        self.undo_button.setText(_("Undo what is typed"))
        self.undo_button.setAccessibleName(self.undo_button.text())


def _nothing() -> None:
    """Only what was kept is forgotten."""

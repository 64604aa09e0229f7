"""Wording a mail: what it says on the left, the whole mail as a voter would get it on the right, as one types."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.action import ActionDialog
from helpdesk.desk.dialogs.draft_keeper import DraftKeeper
from helpdesk.desk.dialogs.draft_stores import WordingDraftStore
from helpdesk.desk.dialogs.fields import Field, NoteField
from helpdesk.desk.dialogs.wording_tabs import WordingTabs
from helpdesk.desk.session import Session
from helpdesk.desk.widgets.flow import Flow
from helpdesk.domain.errors import HelpdeskError, WordingChanged
from helpdesk.domain.mail_wording import (
    LANGUAGES,
    SUBJECT_LENGTH,
    Placeholder,
    Wording,
    WordingView,
    allowed_placeholders,
    faults,
    written,
)
from helpdesk.domain.ports import MailContent
from helpdesk.domain.states import MailKind
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.mail_wording import placeholder_text, wording_fault_text
from helpdesk.language.moments import moment_text
from helpdesk.language.words import mail_kind_text

Answer = TypeVar("Answer")

_TYPING_PAUSE_MS = 250
_LINES = 12
_KINDS = tuple(MailKind)


class WordingDialog(ActionDialog):
    """One mail at a time; what was typed for another is kept while the dialog is open."""

    steps_wide = 280  # two columns

    def __init__(self, session: Session, parent: QWidget) -> None:
        """Begin with the activation mail, in the first language."""
        super().__init__(session, parent, name="wordingDialog", icon="note")
        self._view: WordingView | None = None
        self._drafts: dict[tuple[MailKind, str], tuple[WordingView, Wording]] = {}
        self._keepers: dict[tuple[MailKind, str], tuple[DraftKeeper, WordingDraftStore]] = {}
        self._asked = 0
        self._kind, self._language = QComboBox(), QComboBox()
        self._kind.setObjectName("wordingKind")
        self._kind.addItems([""] * len(_KINDS))
        self._language.setObjectName("wordingLanguage")
        self._language.addItems([""] * len(LANGUAGES))
        self._state = QLabel()
        self._state.setObjectName("wordingState")
        self._state.setProperty("tone", "quiet")
        self._state.setWordWrap(True)
        self._subject = Field("wordingSubject")
        self._subject.edit.setMaxLength(SUBJECT_LENGTH[1] + 20)
        self._text = NoteField("wordingText")
        self._text.edit.setMinimumHeight(self._text.edit.fontMetrics().lineSpacing() * _LINES)
        self._inserts = {each: QPushButton() for each in Placeholder}
        self._faults = QLabel()
        self._faults.setObjectName("wordingFaults")
        self._faults.setProperty("tone", "strong")
        self._faults.setWordWrap(True)
        self._shipped, self._take_theirs = _text_button("shippedWordingButton"), _text_button("takeTheirsButton")
        self._tabs = WordingTabs()
        self._take_theirs.hide()
        self._tabs.setMinimumHeight(self._tabs.fontMetrics().lineSpacing() * (_LINES + 8))
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_PAUSE_MS)
        self._fill()
        self._typing.timeout.connect(self._try)
        self._subject.edit.textChanged.connect(self._typed)
        self._text.edit.textChanged.connect(self._typed)
        self._shipped.clicked.connect(self._take_shipped)
        self._take_theirs.clicked.connect(self._take_in_force)
        self._kind.currentIndexChanged.connect(self._choose)
        self._language.currentIndexChanged.connect(self._choose)
        self.retranslate()
        self._choose()

    def _fill(self) -> None:
        choose, insert = Flow(), Flow()
        insert.setSpacing(space(1))
        choose.addWidget(self._kind)
        choose.addWidget(self._language)
        for placeholder, button in self._inserts.items():
            button.setObjectName(f"insert_{placeholder}")
            button.setProperty("weight", "plain")
            button.setAutoDefault(False)
            button.clicked.connect(self._insert)
            insert.addWidget(button)
        left, both = QVBoxLayout(), QHBoxLayout()
        left.setSpacing(space(2))
        for widget in (self._subject, self._text):
            left.addWidget(widget)
        left.setStretch(1, 1)
        left.addLayout(insert)
        left.addWidget(self._faults)
        left.addWidget(self._shipped)
        left.addWidget(self._take_theirs)
        both.setSpacing(space(3))
        both.addLayout(left, 1)
        both.addWidget(self._tabs, 1)
        self.body.addLayout(choose)
        self.body.addWidget(self._state)
        self.body.addLayout(both, 1)

    def headline(self) -> str:
        """What the dialog does."""
        return _("Wording of mails")

    def about(self) -> str:
        """What is not to be worded here."""
        return _("Greeting, phone of the desk and signature stand in every mail. Write plain text: an empty line "
                 "parts paragraphs, “## ” begins a heading, “- ” an item of a list.")  # fmt: skip

    def verb(self) -> str:
        """What the confirm button says."""
        return _("Send mails like this from now on")

    def first_field(self) -> QWidget:
        """The text."""
        return self._text.edit

    def job(self) -> Callable[[], object]:
        """Save it; the shipped text is gone back to rather than copied."""
        assert self._view is not None  # noqa: S101 (the button is off until it is there)
        view, wording, wordings = self._view, self._typed_wording(), self.session.services.mail_wordings
        common = (self.session.operator, view.kind, view.language)
        if wording == view.shipped:
            return partial(wordings.reset, *common, seen_version=view.version)
        return partial(wordings.save, *common, wording, seen_version=view.version)

    def succeeded(self, result: object) -> None:
        """Close and say what goes out."""
        assert self._view is not None  # noqa: S101
        said = _("{mail}: version {version} goes out from now on.")
        self.finish(said.format(mail=mail_kind_text(self._view.kind), version=result))

    def refused(self, error: HelpdeskError) -> None:
        """Somebody else was quicker: read what they wrote, to be shown beside what was typed."""
        if isinstance(error, WordingChanged) and self._view is not None:
            self.confirm_button.setEnabled(False)
            key = (self._view.kind, self._view.language)
            read = partial(self.session.services.mail_wordings.read, self.session.operator, *key)
            self.session.tasks.run(read, self._read_theirs, self._not_read)

    def _read_theirs(self, view: WordingView) -> None:
        """Nothing typed is lost: it can be sent on in place of theirs, or theirs be taken."""
        if self._view is None or (view.kind, view.language) != (self._view.kind, self._view.language):
            return  # another mail is looked at by now
        self._view = view
        self._keepers[view.kind, view.language][1].replaces(view)
        self._show_theirs(view.wording)
        self._say_state()
        self._judge()

    def _show_theirs(self, wording: Wording | None) -> None:
        self._tabs.show_in_force(wording)
        self._take_theirs.setVisible(wording is not None)

    def _take_in_force(self) -> None:
        if self._view is not None:
            self._subject.edit.setText(self._view.wording.subject)
            self._text.edit.setPlainText(self._view.wording.body)
            self._show_theirs(None)
            self.clear_error()

    def _choose(self) -> None:
        """Show another mail: what was typed for it, else what is in force."""
        self._keep_draft()
        self._pause_keeping()
        self._show_theirs(None)
        key = (_KINDS[self._kind.currentIndex()], LANGUAGES[self._language.currentIndex()])
        self._view = None
        self.clear_error()
        if key in self._drafts:
            self._show(*self._drafts[key])
            return
        self.confirm_button.setEnabled(False)
        self._asked += 1
        read = partial(self.session.services.mail_wordings.read, self.session.operator, *key)
        self.session.tasks.run(partial(_numbered, self._asked, read), self._read, self._not_read)

    def _read(self, found: tuple[int, WordingView]) -> None:
        number, view = found
        if number == self._asked:
            self._show(view, view.wording)

    def _not_read(self, error: Exception) -> None:
        if isinstance(error, HelpdeskError):
            self.show_error(error)
        else:
            self.session.bugs.report(error)

    def _show(self, view: WordingView, wording: Wording) -> None:
        self._subject.edit.setText(wording.subject)
        self._text.edit.setPlainText(wording.body)
        self._view = view
        self._keep_from_now_on(view)
        allowed = allowed_placeholders(view.kind)
        for placeholder, button in self._inserts.items():
            button.setVisible(placeholder in allowed)
        self._say_state()
        self._judge()
        self._try()

    def _keep_from_now_on(self, view: WordingView) -> None:
        """What is typed from now on is about this mail."""
        key = (view.kind, view.language)
        if key in self._keepers:
            self._keeper = self._keepers[key][0]
            self._keeper.resume()
        else:
            store = WordingDraftStore(self.session, view)
            keeper = self.keep_typed(store, {"subject": self._subject.edit, "text": self._text.edit})
            self._keepers[key] = (keeper, store)

    def _pause_keeping(self) -> None:
        if self._keeper is not None:
            self._keeper.pause()
        self._keeper = None
        self._back.hide()

    def typed_before(self) -> None:
        """Where somebody else has reworded the mail since, what they wrote is shown beside."""
        super().typed_before()
        view = self._view
        if view is not None and self._keepers[view.kind, view.language][1].outdated:
            self._show_theirs(view.wording)

    def reject(self) -> None:
        """Leave, and forget what was typed for any mail."""
        if not self._running:
            for keeper, _store in self._keepers.values():
                if keeper is not self._keeper:
                    keeper.forget()
        super().reject()

    def _keep_draft(self) -> None:
        if self._view is not None:
            self._drafts[self._view.kind, self._view.language] = (self._view, self._typed_wording())

    def _typed_wording(self) -> Wording:
        return written(self._subject.edit.text(), self._text.edit.toPlainText())

    def _typed(self) -> None:
        if self._view is not None:
            self._judge()
            self._typing.start()

    def _judge(self) -> None:
        """Say what is missing at once; only what is fit can be saved."""
        if self._view is None:
            return
        wording = self._typed_wording()
        found = faults(self._view.kind, wording)
        self._faults.setText("\n".join(map(wording_fault_text, found)))
        self._faults.setVisible(bool(found))
        self.confirm_button.setEnabled(not found and wording != self._view.wording)
        self._shipped.setEnabled(wording != self._view.shipped)

    def _try(self) -> None:
        """Have the mail rendered; of several answers the newest question's is shown."""
        if self._view is None or faults(self._view.kind, wording := self._typed_wording()):
            return
        self._asked += 1
        view, wordings = self._view, self.session.services.mail_wordings
        preview = partial(wordings.preview, self.session.operator, view.kind, view.language, wording)
        self.session.tasks.run(partial(_numbered, self._asked, preview), self._tried, self._not_read)

    def _tried(self, found: tuple[int, MailContent]) -> None:
        number, content = found
        if number == self._asked and self._view is not None:
            self._tabs.show_mail(self._view.kind, content)

    def _insert(self) -> None:
        for placeholder, button in self._inserts.items():
            if button is self.sender():
                self._text.edit.insertPlainText(f"{{{placeholder}}}")
                self._text.edit.setFocus()

    def _take_shipped(self) -> None:
        if self._view is not None:
            self._subject.edit.setText(self._view.shipped.subject)
            self._text.edit.setPlainText(self._view.shipped.body)

    def _say_state(self) -> None:
        view = self._view
        if view is None:
            self._state.setText("")
        elif view.is_shipped or view.written_at is None:
            self._state.setText(_("In force: the text that the program comes with."))
        else:
            words = _("In force: version {version}, by {name} on {when}.")
            when = moment_text(view.written_at, self.session.zone)
            self._state.setText(words.format(version=view.version, name=view.written_by, when=when))

    def retranslate(self) -> None:
        """Labels, choices and faults; the mail itself is in its own language."""
        super().retranslate()
        for place, kind in enumerate(_KINDS):
            self._kind.setItemText(place, mail_kind_text(kind))
        for place, text in enumerate((_("In French"), _("In English"))):
            self._language.setItemText(place, text)
        self._kind.setAccessibleName(_("Which mail"))
        self._language.setAccessibleName(_("In which language"))
        self._subject.name_it(_("Subject, after the name of the election"))
        self._text.name_it(_("Text"))
        for placeholder, button in self._inserts.items():
            button.setText(f"{{{placeholder}}}")
            button.setToolTip(placeholder_text(placeholder))
            button.setAccessibleName(_("Insert: {what}").format(what=placeholder_text(placeholder)))
        self._shipped.setText(_("Take the text that the program comes with"))
        self._shipped.setAccessibleName(self._shipped.text())
        self._tabs.retranslate()
        self._take_theirs.setText(_("Take the text that is in force now"))
        self._take_theirs.setAccessibleName(self._take_theirs.text())
        self._tabs.setAccessibleName(_("Preview"))
        self._say_state()
        self._judge()


def _text_button(name: str) -> QPushButton:
    button = QPushButton()
    button.setObjectName(name)
    button.setAutoDefault(False)
    return button


def _numbered(number: int, job: Callable[[], Answer]) -> tuple[int, Answer]:
    """An answer with the number of its question."""
    return number, job()

"""The base of every dialog that does something: asked once, done once, refusals told without losing what was typed."""

import uuid
from collections.abc import Callable, Iterator, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.draft_keeper import DraftKeeper, Edit
from helpdesk.desk.dialogs.draft_stores import DraftStore
from helpdesk.desk.dialogs.held_keys import HeldKeys
from helpdesk.desk.icons import line_icon
from helpdesk.desk.session import Session
from helpdesk.desk.speech import Translated
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.busy_bar import BusyBar
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.desk.widgets.refusal_line import RefusalLine
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.domain.errors import ChangedMeanwhile, CredentialsRefused, HelpdeskError, NoteHoldsSecret
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.errors import error_text

_WIDTH = 170  # steps of `space`


class ActionDialog(Translated, QDialog):
    """Runs its action in the background, once at a time, under one request id for all tries.

    `done_with` carries what to tell the operator; `outdated` says that the page behind shows an old state.
    """

    steps_wide = _WIDTH
    cancel_forgets = True
    """Whether what was typed goes when the dialog is left without doing anything; a crash loses it in no case."""
    done_with = Signal(str)
    outdated = Signal()

    def __init__(
        self,
        session: Session,
        parent: QWidget,
        *,
        name: str,
        icon: str,
        dangerous: bool = False,
    ) -> None:
        """An empty dialog; a subclass fills `body` and calls `retranslate`."""
        super().__init__(parent.window())
        self._behind = parent.window()
        self.session = session
        self.request = str(uuid.uuid4())
        self._dangerous = dangerous
        self._running = False
        self._last_error: HelpdeskError | None = None
        self._keeper: DraftKeeper | None = None
        self._known_as = name
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self._headline = IconLabel(icon, "bad" if dangerous else "accent")
        self._headline.setProperty("tone", "title")
        self._headline.setWordWrap(True)
        self._about = QLabel()
        self._about.setProperty("tone", "quiet")
        self._about.setWordWrap(True)
        self._back = QLabel()
        self._back.setObjectName("typedBefore")
        self._back.setProperty("tone", "strong")
        self._back.setWordWrap(True)
        self._back.hide()
        self.body = QVBoxLayout()
        self.body.setSpacing(space(3))
        self._refusal, self._progress = RefusalLine(5), BusyBar()
        self.confirm_button = QPushButton()
        self.confirm_button.setObjectName("confirmButton")
        self.confirm_button.setProperty("weight", "danger" if dangerous else "primary")
        self.cancel_button = QPushButton()
        self.cancel_button.setObjectName("cancelButton")
        self._lay_out()
        self.confirm_button.clicked.connect(self.submit)
        self.cancel_button.clicked.connect(self.reject)
        (self.cancel_button if dangerous else self.confirm_button).setDefault(True)

    def _lay_out(self) -> None:
        content = QWidget()
        self._content = QVBoxLayout(content)
        self._content.setContentsMargins(space(5), space(4), space(5), space(4))
        self._content.setSpacing(space(2))
        self._content.addWidget(self._headline)
        self._content.addWidget(self._about)
        self._content.addWidget(self._back)
        self._content.addSpacing(space(1))
        self._content.addLayout(self.body, 1)
        foot = QFrame()
        foot.setProperty("surface", "foot")
        buttons = QHBoxLayout(foot)
        buttons.setContentsMargins(space(5), space(3), space(5), space(3))
        buttons.setSpacing(space(2))
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.confirm_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._refusal)
        layout.addWidget(self._progress)
        layout.addWidget(foot)
        self._foot = foot
        self._scroll, self._whole = ContentScroll(content), layout

    # --- what a subclass says

    def headline(self) -> str:
        """What the dialog does."""
        raise NotImplementedError

    def about(self) -> str:
        """Whom or what it concerns; empty where the headline says it all."""
        return ""

    def verb(self) -> str:
        """What the confirm button says."""
        raise NotImplementedError

    def first_field(self) -> QWidget:
        """Where typing starts."""
        raise NotImplementedError

    def job(self) -> Callable[[], object]:
        """The action with what has been typed, to be run in the background."""
        raise NotImplementedError

    def sends(self) -> bool:
        """Whether the action sends what is typed, which then is no draft any more."""
        return True

    def succeeded(self, result: object) -> None:
        """Take the action's result; the usual end is `finish`."""
        raise NotImplementedError

    def refused(self, error: HelpdeskError) -> None:
        """Change what a refusal changes besides the sentence shown."""

    # --- what the base does

    def ask(self) -> None:
        """Show the dialog, as large as it needs and the window allows; what is typed from now on is for it."""
        held = HeldKeys(self._behind, self)
        self.session.tasks.take_steps(self, self._appear(held), ahead=True)

    def _appear(self, held: HeldKeys) -> Iterator[None]:
        """Making it took a step already; so does dressing it, with all its fields: one by one takes longer."""
        with held:
            self._whole.insertWidget(0, self._scroll, 1)
            yield
            self.setObjectName(self._known_as)  # whoever finds it by its name finds all of it
            self._fit()
            self.open()
            (self.cancel_button if self._dangerous else self.first_field()).setFocus()

    def _fit(self) -> None:
        self.ensurePolished()
        room = self._behind.size()
        width = min(space(self.steps_wide), room.width() - space(8))
        for widget in (self, *self.findChildren(QWidget)):
            widget.ensurePolished()
        high = self._content.totalHeightForWidth(width - space(1))
        if high < 0:
            high = self._content.totalSizeHint().height()
        height = high + self._foot.sizeHint().height() + self._progress.sizeHint().height() + space(3)
        self.resize(width, min(height, room.height() - space(8)))

    def submit(self) -> None:
        """Do it, unless it is being done."""
        if self._running or not self.confirm_button.isEnabled():
            return
        self._run(True)
        self.clear_error()
        job = self.job()
        if self._keeper is not None and self.sends():
            job = self._keeper.until_done(job)
        self.session.tasks.run(job, self._done, self._failed)

    def keep_typed(self, store: DraftStore, edits: Mapping[str, Edit]) -> DraftKeeper:
        """Keep what is typed into these fields in `store` until it is sent, and give back what was typed before."""
        self._keeper = DraftKeeper(self.session, store, edits, self)
        self._keeper.came_back.connect(self.typed_before)
        self._keeper.judged.connect(self._judge_typed)
        return self._keeper

    def typed_before(self) -> None:
        """Say that texts of before stand in the fields again."""
        self._back.show()
        self._fit()
        announce(self, self._back.text())

    def _judge_typed(self, kept: bool) -> None:  # noqa: FBT001 (a signal's argument)
        """What looks like a secret is told before it is sent."""
        if not kept:
            self.show_error(NoteHoldsSecret())
        elif isinstance(self._last_error, NoteHoldsSecret):
            self.clear_error()

    def finish(self, words: str) -> None:
        """Close, and have the page tell what was done."""
        self.done_with.emit(words)
        self.accept()

    def say_refusal(self, text: str) -> None:
        """Show why it was not done; empty to show nothing."""
        self._refusal.say(text)

    def reject(self) -> None:
        """Close, unless the action is under way: its outcome must be told."""
        if self._running:
            return
        if self._keeper is not None and self.cancel_forgets:
            self._keeper.forget()
        super().reject()

    def done(self, result: int) -> None:
        """Close, and keep what was typed last unless it is sent or not wanted."""
        if self._keeper is not None:
            self._keeper.keep_last()
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Enter in a field of a dangerous dialog goes to the next field: it neither does nor cancels."""
        entered = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if self._dangerous and entered and isinstance(self.focusWidget(), QLineEdit):
            self.focusNextChild()
            return
        super().keyPressEvent(event)

    def _run(self, running: bool) -> None:  # noqa: FBT001 (one private switch)
        self._running = running
        self.confirm_button.setEnabled(not running)
        self.cancel_button.setEnabled(not running)
        self._progress.setVisible(running)

    def _done(self, result: object) -> None:
        self._run(False)
        self.succeeded(result)

    def _failed(self, error: Exception) -> None:
        self._run(False)
        if not isinstance(error, HelpdeskError):
            self.session.bugs.report(error)
            return
        self.show_error(error)
        self.refused(error)
        if isinstance(error, ChangedMeanwhile):
            self.confirm_button.setEnabled(False)
            self.outdated.emit()
        self.first_field().setFocus()
        if isinstance(error, CredentialsRefused):
            self._ask_password()

    def _ask_password(self) -> None:
        """Have the operator log in again, over this dialog: what was typed stays, and is sent when they say so."""
        from helpdesk.desk.dialogs.password import PasswordDialog  # noqa: PLC0415 (it is such a dialog itself)

        dialog = PasswordDialog(self.session, self)
        dialog.accepted.connect(self.clear_error)
        dialog.ask()

    def show_error(self, error: HelpdeskError) -> None:
        """Show a refusal or fault in words, again after a change of language."""
        self._last_error = error
        self.say_refusal(error_text(error, self.session.zone))

    def clear_error(self) -> None:
        """Show no refusal any more."""
        self._last_error = None
        self.say_refusal("")

    def retranslate(self) -> None:
        """Title, subject, buttons and refusal again; subclasses add their own."""
        self.setWindowTitle(self.headline())
        self._headline.setText(self.headline())
        self._about.setText(self.about())
        self._about.setVisible(bool(self.about()))
        self.confirm_button.setText(self.verb())
        self.confirm_button.setAccessibleName(self.verb())
        self._back.setText(_("What you had typed before is back."))
        self.cancel_button.setText(_("Cancel"))
        self.cancel_button.setAccessibleName(_("Cancel"))
        if self._last_error is not None:
            self._refusal.say_again(error_text(self._last_error, self.session.zone))
        self.confirm_button.setIcon(line_icon(self.icon_name(), "on_bad" if self._dangerous else "on_accent"))

    def icon_name(self) -> str:
        """The icon on the confirm button."""
        return "check"

"""What is typed into a form is kept while it is typed, and comes back with the next form about the same thing."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from PySide6.QtCore import QDateTime, QObject, QTimer, Signal, SignalInstance
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDateTimeEdit, QLineEdit, QPlainTextEdit

from helpdesk.desk.dialogs.draft_stores import DraftStore
from helpdesk.desk.session import Session
from helpdesk.domain.errors import HelpdeskError

Edit = QLineEdit | QPlainTextEdit | QDateTimeEdit
_KEEP_AFTER_MS = 700
_MOMENT = "yyyy-MM-dd HH:mm"


class DraftKeeper(QObject):
    """Keeps the texts of some fields in a store of drafts.

    `came_back` tells that texts of before stand in the fields again, `judged` whether what is typed can be kept: what
    looks like a secret cannot. Faults of the store are passed over: the next key tries again.
    """

    came_back = Signal()
    judged = Signal(bool)

    def __init__(self, session: Session, store: DraftStore, edits: Mapping[str, Edit], parent: QObject) -> None:
        """The fields as they stand hold nothing typed yet; ask the store for what was typed before."""
        super().__init__(parent)
        self._session, self._edits = session, edits
        self._untyped = {name: text_of(edit) for name, edit in edits.items()}
        self._kept = _Kept(store)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)
        self.resume()
        session.tasks.take_steps(self, self._ask_store())

    def _ask_store(self) -> Iterator[None]:
        """In a turn of its own, once the dialog stands: what a thread begins with holds this one up."""
        self._session.tasks.run(self._kept.read, self._read, self._failed)
        yield

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields and stood not there before anybody typed."""
        texts = {name: text_of(edit) for name, edit in self._edits.items()}
        return {name: text for name, text in texts.items() if text != self._untyped[name]}

    def begin(self) -> None:
        """The fields have been filled with something else, and hold nothing typed."""
        self._timer.stop()
        self._untyped = {name: text_of(edit) for name, edit in self._edits.items()}

    def keep(self) -> None:
        """Keep what is typed by now."""
        self._timer.stop()
        self._session.tasks.run(partial(self._kept.keep, self.typed), self._judge, self._failed)

    def keep_last(self) -> None:
        """Keep what was typed since it was kept last, for a dialog that closes."""
        if self._timer.isActive():
            self.keep()

    def until_done(self, job: Callable[[], object]) -> Callable[[], object]:
        """The job, and after it nothing is left of what it sends."""
        self._timer.stop()
        return partial(_do_and_forget, job, self._kept)

    def forget(self) -> None:
        """Nothing of what is typed is wanted any more."""
        self._timer.stop()
        self._session.tasks.run(self._kept.forget, self._forgotten, self._failed)

    def pause(self) -> None:
        """Something else is typed into these fields from now on; what is kept stays kept."""
        self.keep_last()
        for edit in self._edits.values():
            _changed(edit).disconnect(self._typed)

    def resume(self) -> None:
        """What is typed into these fields is to be kept here."""
        for edit in self._edits.values():
            _changed(edit).connect(self._typed)

    def _typed(self) -> None:
        """Keep it soon, however long somebody goes on typing."""
        if not self._timer.isActive():
            self._timer.start()

    def _read(self, texts: Mapping[str, str]) -> None:
        """Nothing that has been typed meanwhile is lost."""
        back = {name: text for name, text in texts.items() if name in self._edits}
        if back and not self.typed:
            for name, text in back.items():
                _write(self._edits[name], text)
            self._timer.stop()
            self.came_back.emit()

    def _judge(self, kept: bool) -> None:  # noqa: FBT001 (a job's result)
        self.judged.emit(kept)

    def _forgotten(self, _nothing: None) -> None:
        """Nobody has to be told."""

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, HelpdeskError):
            self._session.bugs.report(error)


class _Kept:
    """The store, behind a lock: what is being kept while the form is sent is not left behind.

    Where nothing was kept there is nothing to forget, and the store is not asked to.
    """

    def __init__(self, store: DraftStore) -> None:
        self._store = store
        self._one_at_a_time = threading.Lock()
        self._over = self._holds = False

    def read(self) -> Mapping[str, str]:
        with self._one_at_a_time:
            texts = self._store.read()
            self._holds = self._holds or bool(texts)
            return texts

    def keep(self, texts: Mapping[str, str]) -> bool:
        with self._one_at_a_time:
            if self._over:
                return True
            self._holds = True
            return self._store.keep(texts)

    def forget(self) -> None:
        with self._one_at_a_time:
            self._over = True
            if self._holds:
                self._store.forget()


def _do_and_forget(job: Callable[[], object], kept: _Kept) -> object:
    """It is done, whatever becomes of the draft."""
    done = job()
    with contextlib.suppress(HelpdeskError):
        kept.forget()
    return done


def _write(edit: Edit, text: str) -> None:
    """Typing goes on at the end."""
    if isinstance(edit, QLineEdit):
        edit.setText(text)
    elif isinstance(edit, QDateTimeEdit):
        edit.setDateTime(QDateTime.fromString(text, _MOMENT))
    else:
        edit.setPlainText(text)
        edit.moveCursor(QTextCursor.MoveOperation.End)


def text_of(edit: Edit) -> str:
    """What stands in a field; a moment in digits, whatever language it is shown in."""
    if isinstance(edit, QDateTimeEdit):
        return edit.dateTime().toString(_MOMENT)
    return edit.text() if isinstance(edit, QLineEdit) else edit.toPlainText()


def _changed(edit: Edit) -> SignalInstance:
    return edit.dateTimeChanged if isinstance(edit, QDateTimeEdit) else edit.textChanged

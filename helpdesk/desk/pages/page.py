"""The frame of a page: its title, a row of buttons, what was just done, and its content."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.request import Request
from helpdesk.desk.session import Session
from helpdesk.desk.speech import Translated
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.busy_bar import BusyBar
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.desk.widgets.flow import Flow
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.domain.errors import HelpdeskError
from helpdesk.language.errors import error_text


class Page(Translated, QWidget):
    """One entry of the navigation. `shown` is called each time it comes into view, `end` when the window closes."""

    def __init__(
        self, session: Session, troubles: Troubles, *, name: str, icon: str, parent: QWidget | None = None
    ) -> None:
        """An empty page; a subclass fills `body`, and calls `retranslate` at the end."""
        super().__init__(parent)
        self.setObjectName(name)
        self.session, self.troubles = session, troubles
        self._first: QWidget | None = None
        self.furnished = False
        """Whether a page that is made in steps has all that its words go to."""
        self._title = IconLabel(icon, "accent")
        self._title.setProperty("tone", "title")
        self._hint = QLabel()
        self._hint.setProperty("tone", "quiet")
        self._hint.setWordWrap(True)
        self._done = IconLabel("check", "good")
        self._done.setObjectName("pageDone")
        self._done.setWordWrap(True)
        self._done.setProperty("tone", "strong")
        self._done.hide()
        self._busy = BusyBar()
        self._waiting = 0
        self.buttons = Flow()
        bar = QFrame()
        bar.setProperty("surface", "bar")
        head = QVBoxLayout(bar)
        head.setContentsMargins(space(4), space(3), space(4), space(2))
        head.setSpacing(space(2))
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        head.addLayout(top)
        head.addWidget(self._hint)
        head.addLayout(self.buttons)
        head.addWidget(self._done)
        inside = QWidget()
        self.body = QVBoxLayout()
        self.body.setContentsMargins(space(4), space(3), space(4), space(4))
        self.body.setSpacing(space(3))
        whole = QVBoxLayout(inside)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(bar)
        whole.addWidget(self._busy)
        whole.addLayout(self.body, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(ContentScroll(inside))

    def title(self) -> str:
        """The page's name in the language in use."""
        raise NotImplementedError

    def hint(self) -> str:
        """One sentence on what the page is for; empty for none."""
        return ""

    def furnish(self) -> Iterator[None]:
        """Make what takes long, in the window but out of sight, in steps; most pages are small enough without."""
        return iter(())

    def shown(self) -> None:
        """The page comes into view: ask for what it shows."""

    def end(self) -> None:
        """The window closes: ask for nothing any more."""

    def begin_at(self, control: QWidget) -> None:
        """The control that has the focus first. No focus proxy: Tab would jump to it from the rail, past others."""
        self._first = control

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:  # noqa: N802 (Qt's name)
        """Give the focus to the first control.

        Not by way of the page: Qt tells screen readers of the one that was asked to take it last, and they would look
        for the focus where it no longer is.
        """
        if self._first is not None:
            self._first.setFocus(reason)
        else:
            super().setFocus(reason)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        """Hand the focus to the first control."""
        super().focusInEvent(event)
        if self._first is not None:
            self._first.setFocus(event.reason())

    def question(self, source: str) -> Request:
        """A question of this page; a bar under the title moves while its answer is awaited."""
        request = Request(self.session, self.troubles, source, self)
        request.busy.connect(self._count_waiting)
        request.refused.connect(self.say_refusal)
        return request

    def say_done(self, text: str) -> None:
        """Tell what was done; empty to stop."""
        self._say(text, "check", "good")

    def say_refusal(self, error: HelpdeskError) -> None:
        """Tell why something was not done."""
        self._say(error_text(error, self.session.zone), "warning", "bad")

    def _say(self, text: str, icon: str, tone: str) -> None:
        self._done.set_icon(icon, tone)
        self._done.setText(text)
        self._done.setVisible(bool(text))
        announce(self, text)

    def _count_waiting(self, busy: bool) -> None:  # noqa: FBT001 (a signal's argument)
        self._waiting += 1 if busy else -1
        self._busy.setVisible(self._waiting > 0)

    def retranslate(self) -> None:
        """Title, hint and names; subclasses add their own."""
        self._title.setText(self.title())
        self._hint.setText(self.hint())
        self._hint.setVisible(bool(self.hint()))
        self.setAccessibleName(self.title())

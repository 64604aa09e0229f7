"""What the voters page shows before anything is typed: whom to call back, what was begun, who was here last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.icons import line_icon
from helpdesk.desk.request import Request
from helpdesk.desk.session import Session
from helpdesk.desk.signs import STATE_SIGNS
from helpdesk.desk.speech import Translated
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.desk.widgets.columns import Columns
from helpdesk.desk.widgets.line_button import LineButton
from helpdesk.desk.widgets.rows import Row, Rows
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.domain.contacts import FollowUp
from helpdesk.domain.roles import Permission
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.contacts import motive_text
from helpdesk.language.moments import date_text, short_moment_text
from helpdesk.language.words import state_text
from helpdesk.services.drafts import DraftView
from helpdesk.services.shortlist import ListedVoter, ShortlistView


@dataclass(frozen=True, slots=True)
class StartView:
    """Everything the panel shows."""

    follow_ups: tuple[FollowUp, ...]
    drafts: tuple[DraftView, ...]
    lists: ShortlistView


@dataclass(frozen=True, slots=True)
class _Line:
    voter: str
    icon: str
    tone: str
    name: str
    more: str


class StartPanel(Translated, ContentScroll):
    """`opened` carries the number of the voter that was chosen."""

    opened = Signal(str)

    def __init__(self, session: Session, troubles: Troubles, parent: QWidget | None = None) -> None:
        """Empty until `ask`."""
        super().__init__(parent)
        self.setObjectName("startPanel")
        self._session = session
        self._view: StartView | None = None
        self._cards = {
            "followUps": _ListCard("clock", "followUps", self.opened.emit),
            "drafts": _ListCard("note", "drafts", self.opened.emit),
            "pinned": _ListCard("pin", "pinnedVoters", self.opened.emit),
            "recent": _ListCard("history", "recentVoters", self.opened.emit),
        }
        first, second = (
            (self._cards["followUps"], self._cards["drafts"]),
            (self._cards["pinned"], self._cards["recent"]),
        )
        columns = Columns(wide=first, narrow=second, reading=(*first, *second))
        columns.setContentsMargins(0, 0, space(2), space(2))
        for _card in columns.take_in():
            """A title each: they are in their places at once."""
        self.setWidget(columns)
        self._request = Request(session, troubles, "start", self)
        self._request.answered.connect(self.show_view)
        self._request.refused.connect(self._refused)
        self.retranslate()

    @property
    def is_empty(self) -> bool:
        """True while there is nothing to show."""
        view = self._view
        return view is None or not (view.follow_ups or view.drafts or view.lists.pinned or view.lists.recent)

    def ask(self) -> None:
        """Read everything anew, in the background."""
        if self._session.operator.may(Permission.SEARCH_VOTERS) and self._session.operator.may(Permission.LOG_CALL):
            self._request.ask(partial(_read, self._session))

    def end(self) -> None:
        """Ask for nothing any more."""
        self._request.forget()

    def show_view(self, view: StartView) -> None:
        """Show this."""
        self._view = view
        zone, now = self._session.zone, self._session.now()
        self._cards["followUps"].show_lines(
            [
                _Line(each.voter, "phone", "notice", each.name, f"{date_text(each.day)} · {motive_text(each.motive)}")
                for each in view.follow_ups
            ]
        )
        self._cards["drafts"].show_lines(
            [
                _Line(each.voter, "note", "told", each.name, short_moment_text(each.saved_at, zone, now))
                for each in view.drafts
            ]
        )
        self._cards["pinned"].show_lines([_voter_line(each) for each in view.lists.pinned])
        self._cards["recent"].show_lines([_voter_line(each) for each in view.lists.recent])
        self.viewport().update()
        self.changed.emit()

    changed = Signal()

    def _refused(self, _error: object) -> None:
        """The search itself tells of roles and sessions."""

    def retranslate(self) -> None:
        """Titles and lines again."""
        self.setAccessibleName(_("To begin with"))
        self._cards["followUps"].name_it(_("To call back today"))
        self._cards["drafts"].name_it(_("Notes begun, not logged"))
        self._cards["pinned"].name_it(_("Pinned voters"))
        self._cards["recent"].name_it(_("Voters opened last"))
        if self._view is not None:
            self.show_view(self._view)


class _ListCard(QFrame):
    """A title and one button a voter; gone while there is nobody."""

    def __init__(self, icon: str, name: str, opens: Callable[[str], object]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("surface", "card")
        self._opens = opens
        self._title = IconLabel(icon, "quiet")
        self._title.setProperty("tone", "heading")
        self._rows: Rows[_Line] = Rows(self._make_row, gap=0.5)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(4), space(3), space(4), space(3))
        layout.setSpacing(space(2))
        layout.addWidget(self._title)
        layout.addWidget(self._rows)
        self.hide()

    def name_it(self, title: str) -> None:
        self._title.setText(title)
        self.setAccessibleName(title)

    def show_lines(self, lines: Sequence[_Line]) -> None:
        self._rows.show_values(lines)
        self.setVisible(bool(lines))

    def _make_row(self) -> Row[_Line]:
        return _LineRow(self._opens)


class _LineRow(Row[_Line]):
    def __init__(self, opens: Callable[[str], object]) -> None:
        super().__init__()
        self._opens, self._voter = opens, ""
        self._button = LineButton()
        self._button.clicked.connect(self._open)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._button)

    def show_value(self, value: _Line) -> None:
        self._voter = value.voter
        self._button.setIcon(line_icon(value.icon, value.tone))
        words = f"{value.name}  ·  {value.more}" if value.more else value.name
        self._button.say(words, spoken=f"{value.name}, {value.more}")

    def _open(self) -> None:
        self._opens(self._voter)


def _voter_line(listed: ListedVoter) -> _Line:
    sign = STATE_SIGNS[listed.state]
    return _Line(
        listed.voter, sign.icon, sign.tone, listed.name, f"{state_text(listed.state)} · {listed.establishment}"
    )


def _read(session: Session) -> StartView:
    services, operator = session.services, session.operator
    return StartView(
        services.contacts.follow_ups(operator), services.drafts.unfinished(operator), services.shortlist.shown(operator)
    )

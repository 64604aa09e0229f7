"""The call log of a voter: what they called for before, and the call under way."""

from collections.abc import Iterator
from datetime import datetime

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.session import Session
from helpdesk.desk.widgets.card import DetailCard
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.desk.widgets.rows import Row, Rows
from helpdesk.domain.contacts import ContactView
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.contacts import channel_text, motive_text, outcome_text
from helpdesk.language.moments import date_text, moment_text, short_moment_text


class CallCard(DetailCard[tuple[ContactView, ...]]):
    """One row a call, the newest first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """No call yet."""
        super().__init__("phone", parent)
        self._session = session
        self._started: datetime | None = None
        self.setObjectName("callLog")
        self._under_way = IconLabel("clock", "told")
        self._under_way.setObjectName("callUnderWay")
        self._under_way.setWordWrap(True)
        self._rows: Rows[ContactView] = Rows(self._make_row)
        self._none = QLabel()
        self._none.setProperty("tone", "quiet")
        self._none.setWordWrap(True)
        self.content.addWidget(self._under_way)
        self.content.addWidget(self._rows)
        self.content.addWidget(self._none)
        self.retranslate()

    def title(self) -> str:
        """What the card is for."""
        return _("Calls")

    def part_of(self, detail: VoterDetail) -> tuple[ContactView, ...]:
        """The call log."""
        return detail.contacts

    def begin(self, started: datetime | None) -> None:
        """The call under way began then; None while none is."""
        self._started = started
        self._tell_under_way()

    def redraw(self, part: tuple[ContactView, ...]) -> Iterator[None]:
        """One row a call."""
        self._rows.setVisible(bool(part))
        yield from self._rows.take_values(part)
        self._none.setText(_("No call has been logged before."))
        self._none.setVisible(not part)
        self._tell_under_way()

    def _tell_under_way(self) -> None:
        self._under_way.setVisible(self._started is not None)
        if self._started is not None:
            time = short_moment_text(self._started, self._session.zone, self._session.now())
            self._under_way.setText(_("This call began at {time} and is not logged yet (Ctrl+L).").format(time=time))

    def _make_row(self) -> Row[ContactView]:
        return _CallRow(self._session)


class _CallRow(Row[ContactView]):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setProperty("surface", "row")
        self._what, self._note, self._who = QLabel(), QLabel(), QLabel()
        self._what.setProperty("tone", "strong")
        self._who.setProperty("tone", "label")
        self._follow_up = IconLabel("clock", "notice")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(3), space(2), space(3), space(2))
        layout.setSpacing(space(1))
        for label in (self._what, self._note, self._follow_up, self._who):
            label.setWordWrap(True)
            layout.addWidget(label)

    def show_value(self, value: ContactView) -> None:
        self._what.setText(f"{motive_text(value.motive)} → {outcome_text(value.outcome)}")
        self._note.setText(value.note)
        self._note.setVisible(bool(value.note))
        self._follow_up.setVisible(value.follow_up is not None)
        if value.follow_up is not None:
            self._follow_up.setText(_("To be followed up on {day}").format(day=date_text(value.follow_up)))
        when = moment_text(value.started, self._session.zone)
        self._who.setText(f"{when} · {channel_text(value.channel)} · {value.operator}")

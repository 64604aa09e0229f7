"""The election's calendar: when the portal opens, the vote opens and closes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, QTime
from PySide6.QtWidgets import QDateTimeEdit, QLabel, QPushButton, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.draft_keeper import Edit
from helpdesk.desk.dialogs.fields import Field
from helpdesk.desk.icons import line_icon
from helpdesk.desk.pages.page import Page
from helpdesk.desk.pages.settings.section import Section
from helpdesk.domain.calendar import Election
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.language.catalogue import gettext as _

_TIMES = ("portal_opens", "lists_published", "codes_from", "codes_until", "vote_opens", "vote_closes")


class CalendarSection(Section):
    """One line a moment, in the election's zone; a reason goes into the trail."""

    def __init__(self, page: Page) -> None:
        """Nothing known before it is shown."""
        super().__init__(page, name="calendarSection")
        self._election: Election | None = None
        self._intro = QLabel()
        self._intro.setWordWrap(True)
        self._name, self._url = Field("electionName"), Field("electionUrl")
        self._moments = {key: _Moment(f"election_{key}") for key in _TIMES}
        self._reason = Field("calendarReason")
        self._save = QPushButton(line_icon("check", "on_accent"), "")
        self._save.setObjectName("saveCalendarButton")
        self._save.setProperty("weight", "primary")
        self.content.addWidget(self._intro)
        self.content.addWidget(self._name)
        for moment in self._moments.values():
            self.content.addWidget(moment)
        self.content.addWidget(self._url)
        self.content.addWidget(self._reason)
        self.content.addWidget(self._save)
        self.content.addWidget(self.undo_button)
        self.content.addStretch(1)
        self._read = page.question("calendar")
        self._read.answered.connect(self._known)
        self._save.clicked.connect(self._save_it)
        self.retranslate()

    def title(self) -> str:
        """The tab's name."""
        return _("Election calendar")

    def shown(self) -> None:
        """Read it anew."""
        self._read.ask(self.session.services.elections.current)

    def end(self) -> None:
        """Ask for nothing any more."""
        super().end()
        self._read.forget()

    def draft(self) -> tuple[FormPlace, Mapping[str, Edit]]:
        """Names, moments and the reason."""
        moments = {key: moment.edit for key, moment in self._moments.items()}
        texts = {"name": self._name.edit, "url": self._url.edit, "reason": self._reason.edit}
        return FormPlace(Form.CALENDAR), {**texts, **moments}

    def _known(self, election: Election) -> None:
        self._election = election
        self.fill(partial(self._show_values, election))
        self.retranslate()

    def _show_values(self, election: Election) -> None:
        self._reason.edit.clear()
        self._name.edit.setText(election.name)
        self._url.edit.setText(election.voting_url)
        for key, moment in self._moments.items():
            moment.show_moment(getattr(election, key), election.zone)

    def _save_it(self) -> None:
        if self._election is None:
            return
        zone = self._election.zone
        times = {key: moment.read(zone) for key, moment in self._moments.items()}
        wanted = Election(
            name=self._name.edit.text().strip(), zone=zone, voting_url=self._url.edit.text().strip(), **times
        )
        self._save.setEnabled(False)
        change = self.session.services.calendar.change
        job = partial(change, self.session.operator, wanted, reason=self._reason.edit.text())
        self.session.tasks.run(self.sending(job), self._saved, self._not_saved)

    def _saved(self, _done: object) -> None:
        self._save.setEnabled(True)
        self.page.say_done(_("The calendar is changed. Desks that are open take it at their next log-in."))
        self.sent()

    def _not_saved(self, error: Exception) -> None:
        self._save.setEnabled(True)
        if isinstance(error, HelpdeskError):
            self.page.say_refusal(error)
        else:
            self.session.bugs.report(error)

    def retranslate(self) -> None:
        """Words."""
        super().retranslate()
        zone = self._election.zone if self._election else self.session.zone
        self._intro.setText(_("Times are those of {zone}.").format(zone=zone))
        self._name.name_it(_("Name of the election"))
        self._url.name_it(_("Address of the voting site"), "https://")
        self._reason.name_it(_("Reason (kept in the audit trail)"), _("What made it change"))
        names = (
            _("The portal opens"),
            _("Candidate lists are published"),
            _("Voter codes are handed out from"),
            _("Voter codes are handed out until"),
            _("The vote opens"),
            _("The vote closes"),
        )
        for moment, name in zip(self._moments.values(), names, strict=True):
            moment.name_it(name)
        self._save.setText(_("Change the calendar"))
        self._save.setAccessibleName(self._save.text())


class _Moment(QWidget):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._label, self.edit = QLabel(), QDateTimeEdit()
        self.edit.setObjectName(name)
        self.edit.setCalendarPopup(True)
        self._label.setBuddy(self.edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(1))
        layout.addWidget(self._label)
        layout.addWidget(self.edit)

    def show_moment(self, moment: datetime, zone: str) -> None:
        local = moment.astimezone(ZoneInfo(zone))
        day, clock = QDate(local.year, local.month, local.day), QTime(local.hour, local.minute)
        self.edit.setDateTime(QDateTime(day, clock))

    def read(self, zone: str) -> datetime:
        shown = self.edit.dateTime()
        day, clock = shown.date(), shown.time()
        local = datetime(day.year(), day.month(), day.day(), clock.hour(), clock.minute(), tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC)

    def name_it(self, name: str) -> None:
        self._label.setText(name)
        self.edit.setAccessibleName(name)

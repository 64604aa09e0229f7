"""The audit trail: looking for what was done, proving that nothing was changed, taking a copy."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.fields import DayField, Field
from helpdesk.desk.icons import line_icon
from helpdesk.desk.long_job import LongJob, Work
from helpdesk.desk.pages.page import Page
from helpdesk.desk.session import Session
from helpdesk.desk.signs import OUTCOME_SIGNS, Sign
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.choice import Choice
from helpdesk.desk.widgets.empty_state import EmptyState
from helpdesk.desk.widgets.flow import Flow
from helpdesk.desk.widgets.progress import ProgressStrip
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.desk.widgets.table import Column, Table
from helpdesk.domain.audit import Action, AuditEvent, ChainHead, Outcome
from helpdesk.domain.audit_search import TrailFilter
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.progress import Progress
from helpdesk.language.audit import action_name, detail_text, outcome_name
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.moments import moment_text
from helpdesk.language.numbers import number_text

_PAGE = 200
_GROUP = 8


class AuditPage(Page):
    """Filters on top, the rows below, the chosen row in full beside them."""

    def __init__(self, session: Session, troubles: Troubles) -> None:
        """Ask for nothing before it is shown."""
        super().__init__(session, troubles, name="auditPage", icon="audit")
        self.retranslate()

    def furnish(self) -> Iterator[None]:
        """Filters, buttons, the table and the sheet beside it; words and size once all of it is there."""
        yield from self._make_filters()
        self.body.addLayout(self._filters)
        yield
        self._make_buttons()
        yield
        self._make_table()
        yield
        self._make_sheet()
        yield
        self.body.addWidget(self._count)
        self.body.addWidget(self._split, 1)
        self.body.addWidget(self._empty, 1)
        yield
        self._connect()
        self._found(())
        self.furnished = True
        yield
        self.retranslate()

    def _make_buttons(self) -> None:
        self._verify = QPushButton(line_icon("shield-check"), "")
        self._verify.setObjectName("verifyTrailButton")
        self._export = QPushButton(line_icon("export"), "")
        self._export.setObjectName("exportTrailButton")
        self.buttons.addWidget(self._verify)
        self.buttons.addWidget(self._export)
        self._job = LongJob(self.session.tasks, self.session.long_jobs, self)
        self._strip = ProgressStrip(self._job)
        self.body.insertWidget(0, self._strip)

    def _connect(self) -> None:
        self._search = self.question("audit")
        self._search.answered.connect(self._found)
        self._older = self.question("audit-older")
        self._older.answered.connect(self._found_older)
        self._names = self.question("audit-actors")
        self._names.answered.connect(self._actors_known)
        self._find.clicked.connect(self.shown)
        self._more.clicked.connect(self._ask_older)
        self._verify.clicked.connect(self._start_verifying)
        self._export.clicked.connect(self._choose_file)
        self._job.done.connect(self._worked)
        self._job.failed.connect(self._not_worked)
        self._table.selected.connect(self._show)
        self.begin_at(self._voter.edit)

    def _make_filters(self) -> Iterator[None]:
        today = self.session.election.local(self.session.now()).date()
        first = today - timedelta(days=3650)
        self._voter = Field("auditVoter")
        self._voter.edit.returnPressed.connect(self.shown)
        self._actor, self._action, self._outcome = (
            Choice("auditActor"),
            Choice("auditAction"),
            Choice("auditOutcome"),
        )
        self._since = DayField("auditSince", first=first, proposed=today - timedelta(days=7))
        self._until = DayField("auditUntil", first=first, proposed=today)
        self._find = QPushButton(line_icon("search", "on_accent"), "")
        self._find.setObjectName("auditSearchButton")
        self._find.setProperty("weight", "primary")
        yield
        self._filters = Flow()
        for widget in (self._voter, self._actor, self._action, self._outcome, self._since, self._until, self._find):
            self._filters.addWidget(widget)
        self._action.offer(tuple((str(action), "") for action in Action))
        self._outcome.offer(tuple((str(outcome), "") for outcome in Outcome))

    def _make_table(self) -> None:
        self._count = QLabel()
        self._count.setObjectName("auditCount")
        self._count.setProperty("tone", "quiet")
        self._table: Table[AuditEvent] = Table(
            (
                Column(_number_column, _number_of, number=True, rank=5),
                Column(_when_column, self._when),
                Column(_who_column, _who_of, rank=2),
                Column(_what_column, _what_of, stretch=True),
                Column(_outcome_column, _outcome_of, _sign_of, rank=1),
                Column(_voter_column, _voter_of, rank=3),
                Column(_reason_column, _reason_of, stretch=True, rank=4),
            ),
            name="auditTable",
            says=_table_name,
        )

    def _make_sheet(self) -> None:
        self._more = QPushButton()
        self._more.setObjectName("auditMoreButton")
        self._more.setProperty("weight", "plain")
        self._sheet = QLabel()
        self._sheet.setObjectName("auditDetail")
        self._sheet.setWordWrap(True)
        self._sheet.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._sheet.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        scroll = ContentScroll(self._sheet)
        scroll.setMinimumHeight(space(16))
        listed = QWidget()
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._table, 1)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignHCenter)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(listed)
        self._split.addWidget(scroll)
        self._split.setSizes([space(110), space(36)])
        self._empty = EmptyState()

    def title(self) -> str:
        """The page's name."""
        return _("Audit trail")

    def hint(self) -> str:
        """What it is."""
        return _("Who did what, refused or not. Searching it is itself recorded.")

    def shown(self) -> None:
        """Search anew."""
        self._names.ask(partial(self.session.services.trail.actors, self.session.operator))
        self._wanted = self._filter()
        search = self.session.services.trail.search
        self._search.ask(partial(search, self.session.operator, self._wanted, limit=_PAGE))

    def end(self) -> None:
        """Ask for nothing any more."""
        for question in (self._search, self._older, self._names):
            question.forget()

    def _filter(self) -> TrailFilter:
        zone = ZoneInfo(self.session.zone)
        since, until = self._since.day, self._until.day
        return TrailFilter(
            voter=self._voter.edit.text().strip(),
            actor=self._actor.chosen,
            action=self._action.chosen,
            outcome=self._outcome.chosen,
            since=datetime.combine(since, time.min, zone).astimezone(UTC) if since else None,
            until=datetime.combine(until + timedelta(days=1), time.min, zone).astimezone(UTC) if until else None,
        )

    def _ask_older(self) -> None:
        rows = self._table.content.values
        if rows:
            search = self.session.services.trail.search
            older = partial(search, self.session.operator, self._wanted, before=rows[-1].seq, limit=_PAGE)
            self._older.ask(older)

    def _found(self, events: tuple[AuditEvent, ...]) -> None:
        self._table.show_values(events)
        self._tell(more=len(events) >= _PAGE)

    def _found_older(self, events: tuple[AuditEvent, ...]) -> None:
        self._table.content.add_values(events)
        self._tell(more=len(events) >= _PAGE)

    def _tell(self, *, more: bool) -> None:
        count = len(self._table.content.values)
        self._more.setVisible(more)
        self._split.setVisible(count > 0)
        self._empty.setVisible(count == 0)
        words = ngettext("{count} row", "{count} rows", count).format(count=number_text(count))
        self._count.setText(_("{rows}, older ones below").format(rows=words) if more else words)
        self._show(self._table.chosen)

    def _actors_known(self, names: tuple[str, ...]) -> None:
        self._actor.offer(tuple((name, name) for name in names))

    def _show(self, event: AuditEvent | None) -> None:
        if event is None:
            self._sheet.setText("")
            return
        zone = self.session.zone
        lines = [
            _("Row {seq}, {when}, {actor}: {action}, {outcome}").format(
                seq=event.seq,
                when=moment_text(event.at, zone),
                actor=event.actor,
                action=action_name(event.action),
                outcome=outcome_name(event.outcome),
            )
        ]
        if event.voter:
            lines.append(_("Voter {number}").format(number=event.voter))
        if event.reason:
            lines.append(_("Reason: {reason}").format(reason=event.reason))
        if event.detail:
            lines.append(detail_text(event))
        lines.append(_("Seal: {hash}").format(hash=_in_groups(event.hash)))
        self._sheet.setText("\n".join(lines))

    def _start_verifying(self) -> None:
        self.say_done("")
        self._run(partial(_verify, self.session))

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, _("Export the trail"), "helpdesk-audit.csv", "CSV (*.csv)")
        dialog.setObjectName("exportTrailDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, path: str) -> None:
        """Write what is looked for to a file."""
        self.say_done("")
        self._run(partial(_export, self.session, Path(path), self._filter()))

    def _run(self, work: Work) -> None:
        self._verify.setEnabled(False)
        self._export.setEnabled(False)
        self._strip.begin()
        self._job.start(work)

    def _worked(self, result: ChainHead | int) -> None:
        self._rest()
        if isinstance(result, ChainHead):
            self.say_done(_("The trail is whole: {count} rows, none changed.").format(count=number_text(result.seq)))
        else:
            self.say_done(
                ngettext("{count} row written.", "{count} rows written.", result).format(count=number_text(result))
            )

    def _not_worked(self, error: Exception) -> None:
        self._rest()
        if isinstance(error, HelpdeskError):
            self.say_refusal(error)
        else:
            self.session.bugs.report(error)

    def _rest(self) -> None:
        self._verify.setEnabled(True)
        self._export.setEnabled(True)

    def _when(self, event: AuditEvent) -> str:
        return moment_text(event.at, self.session.zone)

    def retranslate(self) -> None:
        """Every word again."""
        super().retranslate()
        if not self.furnished:
            return
        self._voter.name_it(_("Voter number"))
        self._actor.name_it(_("Who"), _("Everybody"))
        self._action.name_it(_("What"), _("Everything"), action_name)
        self._outcome.name_it(_("Outcome"), _("Any"), outcome_name)
        self._since.name_it(_("From"), _("First day"))
        self._until.name_it(_("To"), _("Last day"))
        self._find.setText(_("Search"))
        self._verify.setText(_("Verify the whole trail"))
        self._export.setText(_("Export…"))
        self._more.setText(_("Older rows"))
        for button in (self._find, self._verify, self._export, self._more):
            button.setAccessibleName(button.text())
        self._sheet.setAccessibleDescription(_("The chosen row"))
        self._empty.say("audit", _("No such row"), _("Ask for less: another day, anybody, anything."))
        self._tell(more=self._more.isVisibleTo(self))


def _in_groups(digits: str) -> str:
    """A long number as a person compares it, and as it can be wrapped."""
    return " ".join(digits[place : place + _GROUP] for place in range(0, len(digits), _GROUP))


def _verify(session: Session, progress: Progress) -> ChainHead:
    return session.services.trail.verify(session.operator, progress=progress)


def _export(session: Session, path: Path, wanted: TrailFilter, progress: Progress) -> int:
    return session.services.trail.export(session.operator, path, wanted=wanted, progress=progress)


def _table_name() -> str:
    return _("Rows of the trail")


def _number_column() -> str:
    return _("Row")


def _number_of(event: AuditEvent) -> str:
    return str(event.seq)


def _when_column() -> str:
    return _("When")


def _who_column() -> str:
    return _("Who")


def _who_of(event: AuditEvent) -> str:
    return event.actor


def _what_column() -> str:
    return _("What")


def _what_of(event: AuditEvent) -> str:
    return action_name(event.action)


def _outcome_column() -> str:
    return _("Outcome")


def _outcome_of(event: AuditEvent) -> str:
    return outcome_name(event.outcome)


def _sign_of(event: AuditEvent) -> Sign:
    return OUTCOME_SIGNS[Outcome(event.outcome)]


def _voter_column() -> str:
    return _("Voter")


def _voter_of(event: AuditEvent) -> str:
    return event.voter or ""


def _reason_column() -> str:
    return _("Reason")


def _reason_of(event: AuditEvent) -> str:
    return event.reason or ""

"""The voters page: search as you type, then the voter; Esc goes back."""

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from helpdesk.desk.actions import VoterActions
from helpdesk.desk.appearance import space
from helpdesk.desk.icons import line_icon
from helpdesk.desk.live_feed import LiveFeed
from helpdesk.desk.pages.filter_bar import FilterBar
from helpdesk.desk.pages.result_row import ResultRow
from helpdesk.desk.pages.search_box import SearchBox
from helpdesk.desk.pages.search_results import SearchResults
from helpdesk.desk.pages.search_run import Reply, SearchRun
from helpdesk.desk.pages.start_panel import StartPanel
from helpdesk.desk.pages.voter import VoterPage
from helpdesk.desk.request import Request
from helpdesk.desk.session import Session
from helpdesk.desk.speech import Translated
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.empty_state import EmptyState
from helpdesk.domain.addresses import is_address, read_pasted
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.roles import Permission
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.errors import error_text

_LIMIT = 50
TYPING_RESTS_MS = 600
"""So long after the last key and its reply, a screen reader is told what was found: once, not at each key."""


class _ResultList(QListView):
    """Enter opens; what is typed goes to the search box, which has the focus again then."""

    def __init__(self, box: SearchBox) -> None:
        super().__init__()
        self._box = box

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._box.chosen.emit()
        elif event.text().isprintable() and event.text():
            self._box.setFocus()
            self._box.insert(event.text())
        else:
            super().keyPressEvent(event)


class VotersPage(Translated, QWidget):
    """Search box and filters on top; below them the results, or the voter that was opened."""

    def __init__(
        self, session: Session, actions: VoterActions, troubles: Troubles, live: LiveFeed, parent: QWidget | None = None
    ) -> None:
        """What searches; the bar, and what is below it, come with `furnish`."""
        super().__init__(parent)
        self.setObjectName("votersPage")
        self._session, self._troubles = session, troubles
        self._warmed = False
        self._error: HelpdeskError | None = None
        self._opening: str | None = None
        self._given_address = ""
        self._open_when_found = False
        self.search_box = SearchBox()
        self._count = QLabel()
        self._count.setObjectName("resultCount")
        self._count.setProperty("tone", "quiet")
        self._model = SearchResults(self)
        self._empty = EmptyState()
        self._empty.setObjectName("searchEmpty")
        self._results = QStackedWidget()
        self._voter = VoterPage(session, actions, troubles, live)
        self._places = QStackedWidget()
        search = partial(session.services.search.search, session.operator, limit=_LIMIT)
        self._run = SearchRun(session.tasks, search, self)
        self._choices = Request(session, troubles, "filters", self)
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(TYPING_RESTS_MS)
        self._resting.timeout.connect(self._tell_found)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setFocusProxy(self.search_box)

    def furnish(self) -> Iterator[None]:
        """Make it ready for a search, step by step."""
        self._filters = FilterBar()
        yield
        self._filters.hide()
        self._filter_button = QPushButton(line_icon("filter"), "")
        self._filter_button.setObjectName("filterButton")
        self._filter_button.setCheckable(True)
        self._lay_out_bar()
        yield
        self._list = _ResultList(self.search_box)
        self._start = StartPanel(self._session, self._troubles)
        yield
        self._lay_out_results()
        self._connect()
        self.retranslate()

    def furnish_more(self) -> Iterator[None]:
        """Make what the search box does not need: the first rows' look, and the voter's page."""
        yield from self._rows.rehearse(self._list)
        yield
        yield from self._voter.furnish()

    def _lay_out_bar(self) -> None:
        bar = QFrame()
        bar.setProperty("surface", "bar")
        top = QVBoxLayout(bar)
        top.setContentsMargins(space(4), space(3), space(4), space(3))
        line = QHBoxLayout()
        line.addWidget(self.search_box, 1)
        line.addWidget(self._filter_button)
        top.addLayout(line)
        top.addWidget(self._filters)
        self._layout.addWidget(bar)

    def _lay_out_results(self) -> None:
        self._list.setObjectName("searchResults")
        self._list.setModel(self._model)
        self._rows = ResultRow(self._list)
        self._list.setItemDelegate(self._rows)
        self._list.setUniformItemSizes(True)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._results.addWidget(self._empty)
        self._results.addWidget(self._list)
        self._results.addWidget(self._start)
        found = QWidget()
        inner = QVBoxLayout(found)
        inner.setContentsMargins(space(4), space(2), space(4), space(4))
        inner.setSpacing(space(2))
        inner.addWidget(self._count)
        inner.addWidget(self._results, 1)
        self._places.addWidget(found)
        self._places.addWidget(self._voter)
        self._places.setMinimumHeight(space(24))  # with large text, filters are shown whole and results give room
        self._layout.addWidget(self._places, 1)

    def _connect(self) -> None:
        self.search_box.textEdited.connect(self._typed)
        self.search_box.textChanged.connect(self._changed)
        self.search_box.stepped.connect(self._step)
        self.search_box.chosen.connect(self._choose)
        self._list.activated.connect(self._activated)
        self._run.found.connect(self._found)
        self._run.failed.connect(self._failed)
        self._start.opened.connect(self.open_voter)
        self._start.changed.connect(self._show_state)
        self._voter.left.connect(self.back)
        self._voter.refused.connect(self._voter_refused)
        self._filter_button.toggled.connect(self._filters.setVisible)
        self._filter_button.clicked.connect(self._filters_asked_for)
        self._filters.changed.connect(self._filters_changed)
        self._choices.answered.connect(self._filters.offer)
        self._choices.refused.connect(self._no_choices)

    @property
    def shows_voter(self) -> bool:
        """True while a voter is open."""
        return self._places.currentWidget() is self._voter

    def focus_search(self) -> None:
        """Put the cursor into the search box, its text selected for the next caller."""
        self.search_box.setFocus()
        self.search_box.selectAll()

    def focus_filters(self) -> None:
        """Show the filters and go to the first; back to the search box from there, and they go if none is set."""
        focused = self.window().focusWidget()
        if focused is None or not self._filters.isAncestorOf(focused):
            self._filter_button.setChecked(True)
            self._filters.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self._filter_button.setChecked(bool(self._filters.filters))
        self.focus_search()

    def clear_filters(self) -> None:
        """Filter nothing any more."""
        self._filters.clear()

    def back(self) -> None:
        """From the voter to the results, from them to the search box, to an empty one, to no filters."""
        if self.shows_voter:
            self._voter.close_voter()
            self._places.setCurrentIndex(0)
            self._start.ask()
        elif self.search_box.hasFocus() and self.search_box.text():
            self.search_box.clear()
        elif self.search_box.hasFocus():
            self._filters.clear()
        self.focus_search()

    def end(self) -> None:
        """Ask for nothing any more."""
        self._resting.stop()
        self._run.forget()
        self._choices.forget()
        self._voter.close_voter()
        self._start.end()

    def shown(self) -> None:
        """The page comes into view."""
        self._start.ask()
        if self._session.operator.may(Permission.SEARCH_VOTERS):
            self._choices.ask(partial(self._session.services.search.choices, self._session.operator))
            self._warm_up()

    def _warm_up(self) -> None:
        """Once after the login, so that the first key is as quick as the next; nobody waits for it."""
        if not self._warmed:
            self._warmed = True
            job = partial(self._session.services.search.warm_up, self._session.operator)
            self._session.tasks.run(job, self._warm, self._not_warm)

    def _warm(self, _: None) -> None:
        """Nothing to tell."""

    def _not_warm(self, _: Exception) -> None:
        """The search itself will tell what the matter is."""

    def open_voter(self, number: str, given_address: str = "") -> None:
        """Open a voter's page; the view is audited, so it is asked for once."""
        if self._opening is not None:
            return
        self._resting.stop()
        self._opening, self._given_address = number, given_address
        self._show_state()
        opened = self._session.services.voters.open
        job = partial(opened, self._session.operator, number, given_address=given_address)
        self._session.tasks.run(job, self._opened, self._not_opened)

    def _typed(self) -> None:
        if self.shows_voter:
            self._voter.close_voter()
            self._places.setCurrentIndex(0)

    def _changed(self, text: str) -> None:
        self._open_when_found = False
        self._error = None
        self._resting.stop()
        if text.strip():
            self._run.ask(text, self._filters.filters)
        else:
            self._run.forget()
            self._troubles.forget("search")
            self._model.show_hits("", ())
        self._show_state()

    def _found(self, reply: Reply) -> None:
        self._troubles.worked("search")
        self._model.show_hits(reply.text, reply.hits)
        if reply.hits:
            self._list.setCurrentIndex(self._model.index(0, 0))
        self._show_state()
        self._resting.start()
        if self._open_when_found:
            self._choose()

    def _tell_found(self) -> None:
        announce(self.search_box, self._count.text() or self._empty.headline.text())

    def _failed(self, error: Exception) -> None:
        if not self._troubles.take("search", error, self._search_again) and isinstance(error, HelpdeskError):
            self._error = error
            self._model.show_hits("", ())
        self._show_state()

    def _search_again(self) -> None:
        if self.search_box.text().strip():
            self._run.ask(self.search_box.text(), self._filters.filters)

    def _filters_asked_for(self, shown: bool) -> None:  # noqa: FBT001 (Qt's signal)
        if shown:
            self._filters.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _filters_changed(self) -> None:
        self._typed()
        self._changed(self.search_box.text())
        self._name_filter_button()
        announce(self.search_box, self._filters.summary() or _("No filter"))

    def _no_choices(self, _error: object) -> None:
        """The search itself tells of roles and sessions."""

    def _step(self, rows: int) -> None:
        self._resting.stop()  # the voter stepped to is told of instead
        if self._model.rowCount():
            wanted = max(0, min(self._list.currentIndex().row() + rows, self._model.rowCount() - 1))
            self._list.setCurrentIndex(self._model.index(wanted, 0))
            announce(self.search_box, str(self._hit_words(wanted)))

    def _hit_words(self, row: int) -> object:
        return self._model.data(self._model.index(row, 0), Qt.ItemDataRole.AccessibleTextRole)

    def _activated(self, _: QModelIndex) -> None:
        self._choose()

    def _choose(self) -> None:
        if self._run.waiting:
            self._open_when_found = True  # what is listed answers an older text
            return
        self._open_when_found = False
        hit = self._model.hit(self._list.currentIndex().row())
        if hit is not None:
            said = read_pasted(self.search_box.text())
            self.open_voter(hit.voter, said if is_address(said) else "")

    def _opened(self, detail: VoterDetail) -> None:
        self._troubles.worked("open")
        self._session.tasks.take_steps(self, self._show_opened(detail))

    def _show_opened(self, detail: VoterDetail) -> Iterator[None]:
        yield from self._voter.show_voter(detail, self._given_address)
        yield
        self._opening = None
        self._show_state()
        if self._voter.detail is detail:
            self._places.setCurrentWidget(self._voter)
            yield
            yield from self._voter.appear()

    def _not_opened(self, error: Exception) -> None:
        number, self._opening = self._opening or "", None
        again = partial(self.open_voter, number, self._given_address)
        if not self._troubles.take("open", error, again) and isinstance(error, HelpdeskError):
            self._error = error
        self._show_state()

    def _voter_refused(self, error: HelpdeskError) -> None:
        self.back()
        self._error = error
        self._show_state()

    def _show_state(self) -> None:
        """One of: an error, results with their count, nothing found, searching, or what to type."""
        text, rows = self.search_box.text().strip(), self._model.rowCount()
        self._count.setText("")
        self._results.setCurrentIndex(1 if rows and self._error is None else 0)
        summary = self._filters.summary()
        only = _("only {filters}").format(filters=summary) if summary else ""
        if self._error is not None:
            self._empty.say("warning", _("This is not possible"), error_text(self._error, self._session.zone))
        elif self._opening is not None and rows:
            self._count.setText(_("Opening…"))
        elif rows:
            counted = ngettext("{count} voter found", "{count} voters found", rows)
            if rows >= _LIMIT:
                counted = _("The {count} best matches; type more to narrow them down")
            self._count.setText(" · ".join(part for part in (counted.format(count=rows), only) if part))
        elif text and self._run.waiting:
            self._empty.say("search", _("Searching…"), "")
        elif text and only:
            self._empty.say(
                "filter",
                _("No voter found with these filters"),
                _("Looked for {filters}. Ctrl+0 takes all filters away.").format(filters=only),
            )
        elif text:
            self._empty.say(
                "search",
                _("No voter found"),
                _(
                    "Try the family name and the first letters of the first name, the birth name, the voter number "
                    "or the establishment's code. Voters of other académies may be outside your scope."
                ),
            )
        elif not self._start.is_empty and not only:
            self._results.setCurrentWidget(self._start)
        else:
            self._count.setText(only)
            self._empty.say(
                "voters",
                _("Who is calling?"),
                _("Type or paste an address, a name, a voter number or an establishment: results come as you type."),
            )

    def _name_filter_button(self) -> None:
        count = self._filters.count
        self._filter_button.setText(_("Filters ({count})").format(count=count) if count else _("Filters"))
        summary = self._filters.summary()
        self._filter_button.setAccessibleName(self._filter_button.text())
        self._filter_button.setAccessibleDescription(summary)
        self._filter_button.setToolTip(_("Show or hide the filters (Ctrl+F)"))

    def retranslate(self) -> None:
        """Names, states and results again."""
        self._name_filter_button()
        self._list.setAccessibleName(_("Voters found"))
        self._model.retranslate()
        self._show_state()

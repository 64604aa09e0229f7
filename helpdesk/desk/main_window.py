"""The desk's window: menu, banner, rail of pages, and the page chosen."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from helpdesk.desk.actions import VoterActions
from helpdesk.desk.appearance import dress, space
from helpdesk.desk.context import Preferences, ThemeChoice
from helpdesk.desk.dialogs.held_keys import HeldKeys
from helpdesk.desk.dialogs.incident import IncidentDialog
from helpdesk.desk.dialogs.password import PasswordDialog
from helpdesk.desk.help.window import HelpWindow
from helpdesk.desk.icons import line_icon
from helpdesk.desk.live_feed import LiveFeed
from helpdesk.desk.mail_watch import MailWatch
from helpdesk.desk.navigation import Navigation
from helpdesk.desk.pages.catalogue import APPROVALS, VOTERS, as_page, permitted_pages
from helpdesk.desk.pages.settings.look import theme_text
from helpdesk.desk.pages.voters import VotersPage
from helpdesk.desk.pulse import Pulse, PulseView
from helpdesk.desk.session import Session
from helpdesk.desk.speech import Translated
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.banner import Notice, StatusBanner
from helpdesk.domain.roles import Permission
from helpdesk.language.catalogue import current_language
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.moments import short_moment_text
from helpdesk.language.words import role_text
from helpdesk.services.incidents import IncidentView

_LANGUAGES = {"fr": "Français", "en": "English"}
_DRESSED_AT_ONCE = 12


class MainWindow(Translated, QMainWindow):
    """`preferred` carries new Preferences; `logged_out` asks for another login; `closed` comes when it is gone."""

    preferred = Signal(object)
    logged_out = Signal()
    closed = Signal()

    def __init__(self, session: Session, preferences: Preferences) -> None:
        """A bare window; `furnish` puts in everything for one operator's work."""
        super().__init__()
        self.setObjectName("mainWindow")
        dress(self)
        self._session, self._preferences = session, preferences
        self._closing = False
        self._incident: IncidentView | None = None
        self._made: dict[int, QWidget] = {}
        self._making: set[int] = set()
        self._chosen = VOTERS

    def furnish(self) -> Iterator[None]:
        """Make the window ready for a search, step by step: no key has to wait for more than one of them."""
        session = self._session
        self.banner = StatusBanner()
        self._troubles = Troubles(self.banner, session.bugs, session.zone, self)
        self._troubles.session_ended.connect(self.log_out)
        self._troubles.password_wanted.connect(self._ask_password)
        self.voter_actions = VoterActions(session, self)
        self._live = LiveFeed(session, self)
        yield
        self.voters_page = VotersPage(session, self.voter_actions, self._troubles, self._live)
        entries = permitted_pages(session, self._troubles, voters=self.voters_page, settings=self._make_settings)
        self._entries = {entry.number: entry for entry in entries}
        yield
        navigation = Navigation(entries, self)  # in the window before it measures itself
        yield
        self._lay_out(navigation)
        yield
        self._pages.addWidget(self.voters_page)  # out of sight until it is chosen; auditors never get it
        self._made |= {number: self.voters_page for number in self._entries if number == VOTERS}
        yield
        yield from self.voters_page.furnish()
        yield
        self._pulse = Pulse(session, self._troubles, self)
        self._pulse.felt.connect(self._felt)
        self._live.notices_changed.connect(self._pulse.ask)
        self._live.listening.connect(self._pulse.rest)
        self._mail_watch = MailWatch(session, self.banner, self)
        self._make_menus()
        self.retranslate()
        self.resize(space(320), space(200))
        self._show_page(entries[0].number)
        yield

    def furnish_more(self) -> Iterator[None]:
        """Start what runs behind the search, and make what comes after it; nothing of it once the window closes."""
        if self._closing:
            return
        self._mail_watch.start()
        self._pulse.start()
        self._live.start()
        for _step in self.voters_page.furnish_more():
            yield
            if self._closing:
                return

    def take_down(self) -> Iterator[None]:
        """Delete the closed window page by page, with all the operator saw: whoever logs in next may type already."""
        for page in {*self._made.values(), self.voters_page}:
            page.deleteLater()
            yield
        self.deleteLater()
        yield

    def _lay_out(self, navigation: Navigation) -> None:
        self._navigation, self._pages = navigation, QStackedWidget()
        navigation.chosen.connect(self._show_page)
        middle = QWidget(self)
        page_area = QVBoxLayout()
        page_area.setContentsMargins(0, 0, 0, 0)
        page_area.setSpacing(0)
        layout = QHBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(navigation)
        layout.addLayout(page_area, 1)
        page_area.addWidget(self.banner)
        page_area.addWidget(self._pages, 1)
        self.setCentralWidget(middle)

    def _make_menus(self) -> None:
        self._desk_menu, self._voter_menu = QMenu(self), QMenu(self)
        self._view_menu, self._help_menu = QMenu(self), QMenu(self)
        self._language_menu, self._theme_menu = QMenu(self), QMenu(self)
        for menu in (self._desk_menu, self._voter_menu, self._view_menu, self._help_menu):
            self.menuBar().addMenu(menu)
        self._search = self._action("search", "Ctrl+K", self._focus_search)
        self._filter = self._action("filter", "Ctrl+F", self._focus_filters)
        self._no_filter = self._action("", "Ctrl+0", self.voters_page.clear_filters)
        for action in (self._filter, self._no_filter):
            action.setVisible(self._session.operator.may(Permission.SEARCH_VOTERS))
        self._back = self._action("back", "Esc", self.voters_page.back)
        self._set_incident = self._action("incident", "", self._ask_incident)
        self._set_incident.setVisible(self._session.operator.may(Permission.SET_INCIDENT))
        self._log_out = self._action("leave", "", self.log_out)
        self._quit = self._action("", "Ctrl+Q", self.close)
        self._guide = self._action("help", "F1", self._show_guide)
        self._desk_menu.addActions([self._search, self._filter, self._no_filter, self._back])
        self._desk_menu.addAction(self._set_incident)
        self._desk_menu.addSeparator()
        self._desk_menu.addActions([self._log_out, self._quit])
        self._voter_menu.addActions(self.voter_actions.all())
        self._view_menu.addActions(self._navigation.actions_of_pages)
        self._view_menu.addSeparator()
        self._view_menu.addMenu(self._language_menu)
        self._view_menu.addMenu(self._theme_menu)
        self._help_menu.addAction(self._guide)
        self._languages = self._choices(self._language_menu, tuple(_LANGUAGES), current_language())
        self._languages.triggered.connect(self._language_chosen)
        self._themes = self._choices(self._theme_menu, tuple(ThemeChoice), self._preferences.theme)
        self._themes.triggered.connect(self._theme_chosen)

    def _action(self, icon: str, keys: str, does: Callable[[], object]) -> QAction:
        action = QAction(self)
        if icon:
            action.setIcon(line_icon(icon))
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(does)
        self.addAction(action)
        return action

    def _choices(self, menu: QMenu, values: tuple[str, ...], chosen: str) -> QActionGroup:
        group = QActionGroup(self)
        for value in values:
            action = QAction(self)
            action.setCheckable(True)
            action.setChecked(value == chosen)
            action.setData(str(value))
            group.addAction(action)
            menu.addAction(action)
        return group

    def log_out(self) -> None:
        """End this operator's session; somebody else may log in."""
        if not self._closing:
            self.logged_out.emit()
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        """Close when all that is under way has ended: an action that was asked for is told or done, never lost.

        Long work is asked about first: it can be waited for, or stopped.
        """
        if self._session.long_jobs.running and not self._closing:
            event.ignore()
            self._ask_about_long_work()
            return
        if not self._closing:
            self._closing = True
            self.setEnabled(False)
            for page in (self.voters_page, *self._made.values()):
                as_page(page).end()
            self._pulse.stop()
            self._live.stop()
            self._mail_watch.stop()
        if self._session.tasks.running:
            self.banner.show_notice("closing", Notice("told", _closing_words))
            self._session.tasks.idle.connect(self.close)
            event.ignore()
            return
        event.accept()
        self.closed.emit()

    def _ask_about_long_work(self) -> None:
        box = QMessageBox(self)
        box.setObjectName("longWorkDialog")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(_("Work is under way"))
        box.setText(_("Long work is under way. Stop it and close?"))
        box.setInformativeText(_("Stopped work changes nothing: it can be begun again."))
        stay = box.addButton(_("Keep working"), QMessageBox.ButtonRole.RejectRole)
        stop = box.addButton(_("Stop and close"), QMessageBox.ButtonRole.DestructiveRole)
        stay.setObjectName("keepWorkingButton")
        stop.setObjectName("stopAndCloseButton")
        box.setDefaultButton(stay)
        stop.clicked.connect(self._stop_and_close)
        box.open()

    def _stop_and_close(self) -> None:
        self._session.long_jobs.changed.connect(self._close_when_stopped)
        self._session.long_jobs.stop_all()

    def _close_when_stopped(self) -> None:
        if not self._session.long_jobs.running:
            self.close()

    def _show_page(self, number: int) -> None:
        self._chosen = number
        if number in self._made:
            self._bring_up(number)
        elif number not in self._making:
            self._making.add(number)
            held = HeldKeys(self, self, shortcuts=False)
            steps = self._make_page(number, held, self.focusWidget())
            self._session.tasks.take_steps(self, steps, ahead=True)

    def _make_page(self, number: int, held: HeldKeys, focused: QWidget | None) -> Iterator[None]:
        """Import what the page is made of, make it, dress it by putting it in; what is typed meanwhile is for it."""
        with held:
            try:
                yield from self._made_in_steps(number)
            finally:  # where that failed it is told as a bug, and the page may be asked for again
                self._making.discard(number)
            if self._chosen == number and not self._closing:
                self._bring_up(number, takes_focus=self.focusWidget() is focused)  # an arrow key may have moved it

    def _made_in_steps(self, number: int) -> Iterator[None]:
        entry = self._entries[number]
        for name in entry.modules:
            import_module(f"helpdesk.desk.{name}")
            yield
        page = entry.make()
        name = page.objectName()
        page.setObjectName("")  # whoever finds it by its name finds all of it
        yield
        self._pages.addWidget(page)
        yield
        yield from as_page(page).furnish()
        yield
        yield from _dress_inside(page)
        page.setObjectName(name)
        self._made[number] = page

    def _bring_up(self, number: int, *, takes_focus: bool = True) -> None:
        page = self._made[number]
        self._pages.setCurrentWidget(page)
        if takes_focus:
            page.setFocus()
        as_page(page).shown()

    def _make_settings(self) -> QWidget:
        from helpdesk.desk.pages.settings.page import SettingsPage  # noqa: PLC0415 (what login does not need)

        return SettingsPage(self._session, self._troubles, preferences=self._current_preferences, prefer=self._prefer)

    def _current_preferences(self) -> Preferences:
        return self._preferences

    def _ask_incident(self) -> None:
        dialog = IncidentDialog(self._session, self._incident, self)
        dialog.finished.connect(self._pulse.ask)
        dialog.ask()

    def _focus_search(self) -> None:
        self._navigation.choose(VOTERS)
        self.voters_page.focus_search()

    def _focus_filters(self) -> None:
        self._navigation.choose(VOTERS)
        self.voters_page.focus_filters()

    def _felt(self, pulse: PulseView) -> None:
        self._incident = pulse.incident
        self._navigation.show_count(APPROVALS, pulse.approvals)
        if pulse.incident is None:
            self.banner.clear("incident")
            return
        self.banner.show_notice("incident", Notice("notice", partial(incident_text, pulse.incident, self._session)))

    def _ask_password(self) -> None:
        dialog = PasswordDialog(self._session, self)
        dialog.accepted.connect(self._troubles.try_now)
        dialog.ask()

    def _show_guide(self) -> None:
        HelpWindow(self._session, self).show()

    def _language_chosen(self, action: QAction) -> None:
        self._prefer(replace(self._preferences, language=action.data()))

    def _theme_chosen(self, action: QAction) -> None:
        self._prefer(replace(self._preferences, theme=ThemeChoice(action.data())))

    def _prefer(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self.preferred.emit(preferences)
        for actions, chosen in ((self._languages, current_language()), (self._themes, str(preferences.theme))):
            for action in actions.actions():
                action.setChecked(action.data() == chosen)

    def retranslate(self) -> None:
        """Title and menus; pages, banner and rail see to themselves."""
        operator = self._session.operator
        self.setWindowTitle(
            _("{operator} ({role}) · {database} · helpdesk").format(
                operator=operator.name,
                role=role_text(operator.role),
                database=self._session.context.database_label,
            )
        )
        self._desk_menu.setTitle(_("&Desk"))
        self._voter_menu.setTitle(_("&Voter"))
        self._view_menu.setTitle(_("V&iew"))
        self._help_menu.setTitle(_("&Help"))
        self._language_menu.setTitle(_("Language"))
        self._theme_menu.setTitle(_("Theme"))
        self._search.setText(_("Search for a voter"))
        self._filter.setText(_("Filter the search"))
        self._no_filter.setText(_("No filter"))
        self._back.setText(_("Back"))
        self._set_incident.setText(_("Incident notice…"))
        self._log_out.setText(_("Log out"))
        self._quit.setText(_("Quit"))
        self._guide.setText(_("User guide and keys"))
        for action in self._themes.actions():
            action.setText(theme_text(ThemeChoice(action.data())))
        for action in self._languages.actions():
            action.setText(_LANGUAGES[action.data()])


def _dress_inside(page: QWidget) -> Iterator[None]:
    """Look up the style of some of the page at a time: Qt would do it for all of it at once as the page is shown."""
    inside = page.findChildren(QWidget)
    for first in range(0, len(inside), _DRESSED_AT_ONCE):
        for widget in inside[first : first + _DRESSED_AT_ONCE]:
            widget.ensurePolished()
        yield


def incident_text(incident: IncidentView, session: Session) -> str:
    """The notice as every desk shows it."""
    time = short_moment_text(incident.set_at, session.zone, session.now())
    return _("{text} ({operator}, {time})").format(text=incident.text, operator=incident.set_by, time=time)


def _closing_words() -> str:
    return _("Finishing what is under way, then closing.")

"""Settings: what one person likes, and for administrators how the desk works and who works at it."""

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtWidgets import QTabWidget

from helpdesk.desk.context import Preferences
from helpdesk.desk.pages.page import Page
from helpdesk.desk.pages.settings.calendar import CalendarSection
from helpdesk.desk.pages.settings.look import LookSection
from helpdesk.desk.pages.settings.operators import OperatorsSection
from helpdesk.desk.pages.settings.section import Section
from helpdesk.desk.pages.settings.system import SystemSection, limit_keys, mail_keys, store_keys
from helpdesk.desk.session import Session
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.domain.roles import Permission
from helpdesk.language.catalogue import gettext as _


class SettingsPage(Page):
    """One tab a section; the first one is everybody's."""

    def __init__(
        self,
        session: Session,
        troubles: Troubles,
        *,
        preferences: Callable[[], Preferences],
        prefer: Callable[[Preferences], None],
    ) -> None:
        """`preferences` tells what is chosen now, `prefer` takes another choice at once."""
        super().__init__(session, troubles, name="settingsPage", icon="settings")
        self._tabs = QTabWidget()
        self._tabs.setObjectName("settingsTabs")
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setDrawBase(False)  # with a style sheet, Qt draws it above the tabs
        self._sections: list[Section] = []
        self._scrolled: list[ContentScroll] = []
        self._preferences, self._prefer = preferences, prefer
        self.body.addWidget(self._tabs, 1)
        self.begin_at(self._tabs)
        self.retranslate()

    def furnish(self) -> Iterator[None]:
        """Section by section."""
        for make in self._offered():
            section = make()
            yield
            scroll = ContentScroll(section)
            self._sections.append(section)
            self._scrolled.append(scroll)
            self._tabs.addTab(scroll, section.title())
            scroll.setAccessibleName(section.title())
            yield
        self._tabs.currentChanged.connect(self._tab_changed)

    def _offered(self) -> list[Callable[[], Section]]:
        """What makes the sections of the operator's role."""
        offered: list[Callable[[], Section]] = [partial(LookSection, self, self._preferences, self._prefer)]
        may = self.session.operator.may
        if may(Permission.MANAGE_OPERATORS):
            offered.append(partial(OperatorsSection, self))
        if may(Permission.CHANGE_CALENDAR):
            offered.append(partial(CalendarSection, self))
        if may(Permission.MANAGE_OPERATORS) and self.session.context.settings is not None:
            offered += [
                partial(SystemSection, self, name="mailSection", title=_mail_name, keys=mail_keys()),
                partial(SystemSection, self, name="storeSection", title=_store_name, keys=store_keys()),
                partial(SystemSection, self, name="limitsSection", title=_limits_name, keys=limit_keys()),
            ]
        return offered

    def title(self) -> str:
        """The page's name."""
        return _("Settings")

    def shown(self) -> None:
        """Read the section in view anew."""
        self.section.shown()

    def end(self) -> None:
        """Ask for nothing any more."""
        for section in self._sections:
            section.end()

    @property
    def section(self) -> Section:
        """The section in view."""
        return self._sections[self._tabs.currentIndex()]

    def _tab_changed(self, _place: int) -> None:
        self.say_done("")
        self.shown()

    def retranslate(self) -> None:
        """Every word again."""
        super().retranslate()
        self._tabs.setAccessibleName(_("Sections"))
        for place, section in enumerate(self._sections):
            self._tabs.setTabText(place, section.title())
            self._scrolled[place].setAccessibleName(section.title())


def _mail_name() -> str:
    return _("Mail and portal")


def _store_name() -> str:
    return _("Database")


def _limits_name() -> str:
    return _("Limits")

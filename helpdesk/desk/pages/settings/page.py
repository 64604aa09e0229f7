"""Settings: what one person likes, and for administrators how the desk works and who works at it."""

from collections.abc import Callable

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
        sections: list[Section] = [LookSection(self, preferences, prefer)]
        may = session.operator.may
        if may(Permission.MANAGE_OPERATORS):
            sections.append(OperatorsSection(self))
        if may(Permission.CHANGE_CALENDAR):
            sections.append(CalendarSection(self))
        if may(Permission.MANAGE_OPERATORS) and session.context.settings is not None:
            sections += [
                SystemSection(self, name="mailSection", title=_mail_name, keys=mail_keys()),
                SystemSection(self, name="storeSection", title=_store_name, keys=store_keys()),
                SystemSection(self, name="limitsSection", title=_limits_name, keys=limit_keys()),
            ]
        self._sections = tuple(sections)
        self._scrolled = tuple(ContentScroll(section) for section in self._sections)
        for scroll in self._scrolled:
            self._tabs.addTab(scroll, "")
        self._tabs.currentChanged.connect(self._tab_changed)
        self.body.addWidget(self._tabs, 1)
        self.begin_at(self._tabs)
        self.retranslate()

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

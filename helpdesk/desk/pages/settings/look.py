"""What one person likes: language, theme, text size; it takes effect at once."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QLabel

from helpdesk.desk.context import LanguageChoice, Preferences, TextSize, ThemeChoice
from helpdesk.desk.dialogs.fields import ChoiceField
from helpdesk.desk.pages.page import Page
from helpdesk.desk.pages.settings.section import Section
from helpdesk.language.catalogue import gettext as _


class LookSection(Section):
    """Three choices."""

    def __init__(
        self, page: Page, preferences: Callable[[], Preferences], prefer: Callable[[Preferences], None]
    ) -> None:
        """What is chosen now."""
        super().__init__(page, name="lookSection")
        self._preferences, self._prefer = preferences, prefer
        self._language = ChoiceField("languageBox", tuple(LanguageChoice), _language_text)
        self._theme = ChoiceField("themeBox", tuple(ThemeChoice), theme_text)
        self._size = ChoiceField("textSizeBox", tuple(TextSize), _size_text)
        self._hint = QLabel()
        self._hint.setProperty("tone", "quiet")
        self._hint.setWordWrap(True)
        for field in (self._language, self._theme, self._size):
            self.content.addWidget(field)
        self.content.addWidget(self._hint)
        self.content.addStretch(1)
        self.retranslate()
        self.shown()
        for field in (self._language, self._theme, self._size):
            field.box.activated.connect(self._chosen)

    def title(self) -> str:
        """The tab's name."""
        return _("Look and language")

    def shown(self) -> None:
        """Show what is chosen now: menus change it too."""
        now = self._preferences()
        self._language.choose(LanguageChoice(now.language))
        self._theme.choose(now.theme)
        self._size.choose(now.text_size)

    def _chosen(self, _place: int) -> None:
        wanted = replace(
            self._preferences(),
            language=str(self._language.chosen),
            theme=self._theme.chosen,
            text_size=self._size.chosen,
        )
        self._prefer(wanted)

    def retranslate(self) -> None:
        """Labels and choices."""
        self._language.name_it(_("Language"))
        self._theme.name_it(_("Theme"))
        self._size.name_it(_("Text size"))
        self._hint.setText(_("These are yours alone; they take effect at once and are kept on this computer."))


def theme_text(theme: ThemeChoice) -> str:
    """A theme's name."""
    return {
        ThemeChoice.SYSTEM: _("Like the system"),
        ThemeChoice.LIGHT: _("Light"),
        ThemeChoice.DARK: _("Dark"),
    }[theme]


def _language_text(language: LanguageChoice) -> str:
    return {
        LanguageChoice.SYSTEM: _("Like the system"),
        LanguageChoice.FRENCH: "Français",
        LanguageChoice.ENGLISH: "English",
    }[language]


def _size_text(size: TextSize) -> str:
    return _("{percent} percent of the system's").format(percent=size.value)

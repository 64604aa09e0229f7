"""Which language the window speaks, switchable in place: our catalogue and Qt's own strings together."""

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QObject, QTranslator

from helpdesk.language.catalogue import current_language, speak


class Translated:
    """Mixed into a widget before its Qt class: `retranslate` is called whenever the language changes."""

    def retranslate(self) -> None:
        """Set every text again, in the language now in use."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Retranslate; every other change goes on to Qt."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)  # type: ignore[misc]


class Interpreter(QObject):
    """Switches the language of the whole program; Qt then tells every widget."""

    def __init__(self, parent: QObject) -> None:
        """Speak nothing yet."""
        super().__init__(parent)
        self._qt: QTranslator | None = None

    def speak(self, language: str) -> None:
        """Use "fr", "en", or the system's language from now on."""
        speak(language)
        chosen = current_language()
        QLocale.setDefault(QLocale("fr_FR" if chosen == "fr" else "en_GB"))
        translator = QTranslator(self)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        loaded = translator.load(f"qtbase_{chosen}", folder)
        if self._qt is not None:
            QCoreApplication.removeTranslator(self._qt)
            self._qt.deleteLater()
        self._qt = translator if loaded else None
        if self._qt is not None:
            QCoreApplication.installTranslator(self._qt)

"""How the desk looks: two themes, a type scale and spacing that follow the system's font, one style sheet."""

from string import Template
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from helpdesk.desk.context import ThemeChoice
from helpdesk.resource_files import resource

_PLAIN = 100  # percent
_Role, _Group = QPalette.ColorRole, QPalette.ColorGroup


class Theme(NamedTuple):
    """Colours by purpose. Text pairs reach 4.5:1, borders of controls and icons 3:1 (WCAG 1.4.3, 1.4.11).

    No dataclass, of which Python makes a program for each method: a millisecond before the first window.
    """

    window: str
    surface: str
    sunken: str
    line: str
    edge: str
    text: str
    quiet: str
    faint: str
    accent: str
    accent_strong: str
    on_accent: str
    selection: str
    mark: str
    good: str
    good_ground: str
    notice: str
    notice_ground: str
    bad: str
    bad_ground: str
    bad_strong: str
    on_bad: str
    told: str
    told_ground: str
    neutral: str
    neutral_ground: str


LIGHT = Theme(
    window="#f3f5f8", surface="#ffffff", sunken="#f7f9fb", line="#d9dfe7", edge="#7a8594",
    text="#1a2029", quiet="#4b5666", faint="#6c7686",
    accent="#1d4fa8", accent_strong="#173f87", on_accent="#ffffff", selection="#dfe9fa", mark="#ffe79a",
    good="#14633a", good_ground="#ddf2e5", notice="#774a00", notice_ground="#fdeecb",
    bad="#a01e1a", bad_ground="#fce4e2", bad_strong="#b3261e", on_bad="#ffffff",
    told="#1d4a96", told_ground="#e2ebfa", neutral="#414b5a", neutral_ground="#e8ecf1",
)  # fmt: skip
DARK = Theme(
    window="#14171c", surface="#1d2128", sunken="#191d23", line="#343b47", edge="#8590a1",
    text="#edf0f5", quiet="#b7c0cd", faint="#8f99a8",
    accent="#8db4ff", accent_strong="#a9c6ff", on_accent="#0e1420", selection="#283a5c", mark="#6b5200",
    good="#84dba8", good_ground="#17382a", notice="#f5c873", notice_ground="#402f0c",
    bad="#ffa59d", bad_ground="#4a1f1d", bad_strong="#ff8f86", on_bad="#240505",
    told="#a6c4ff", told_ground="#1f3054", neutral="#c9d1dc", neutral_ground="#303743",
)  # fmt: skip


class _Look:
    """The theme in use and its style sheet; one per process, because one person sits before it."""

    def __init__(self) -> None:
        self.theme = LIGHT
        self.sheet = ""


_look = _Look()


def theme() -> Theme:
    """The theme in use."""
    return _look.theme


def space(steps: float = 1) -> int:
    """A distance in pixels that grows with the font: one step is about a quarter of a line."""
    return max(1, round(QFontMetricsF(QGuiApplication.font()).height() / 4 * steps))


def dress(window: QWidget) -> None:
    """Give a window that has no parent the style sheet in use; all that is in it or opens over it wears that too.

    It is the window that has the sheet, not the application: that would make Qt look up every rule for a widget at each
    parent which the widget, or what it is in, is put into, and a window is put together from such parts.
    """
    window.setStyleSheet(_look.sheet)


class _FontListener(QWidget):
    """Never shown: the application tells every widget of another font, where a filter would see every event of all."""

    font_changed = Signal()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Pass on a change of the system's font or its size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.font_changed.emit()


class Appearance(QObject):
    """Dresses the application and its windows, again whenever theme or system font changes."""

    def __init__(self, application: QApplication, parent: QObject) -> None:
        """Take the application over; nothing changes before `use`."""
        super().__init__(parent)
        self._application = application
        self._choice = ThemeChoice.SYSTEM
        self._dressing = False
        self._plain: QFont | None = None
        self._system_is_dark = _scheme_is_dark() if _look.sheet else _is_dark(application.palette())
        application.styleHints().colorSchemeChanged.connect(self._scheme_changed)
        self._listener = _FontListener()
        self._listener.font_changed.connect(self._dress)

    def use(self, choice: ThemeChoice) -> None:
        """Light, dark, or whatever the system has."""
        if choice is not self._choice:
            self._choice = choice
            _ask_for_scheme(self._application, choice)
        self._dress()

    def enlarge(self, percent: int) -> None:
        """Set text in so many percent of the system's size."""
        if self._plain is None:
            if percent == _PLAIN:
                return
            self._plain = self._application.font()
        font = QFont(self._plain)
        font.setPointSizeF(self._plain.pointSizeF() * percent / _PLAIN)
        self._application.setFont(font)

    def _scheme_changed(self) -> None:
        self._system_is_dark = _scheme_is_dark()
        self._dress()

    def _dress(self) -> None:
        if self._dressing:
            return
        self._dressing = True
        try:
            dark = self._system_is_dark if self._choice is ThemeChoice.SYSTEM else self._choice is ThemeChoice.DARK
            _look.theme = DARK if dark else LIGHT
            self._application.setPalette(_palette(_look.theme))
            _look.sheet = _style_sheet(_look.theme)
            for window in self._application.topLevelWidgets():
                if window.styleSheet():
                    dress(window)
        finally:
            self._dressing = False


def _is_dark(palette: QPalette) -> bool:
    return palette.window().color().lightness() < palette.windowText().color().lightness()


def _scheme_is_dark() -> bool:
    from PySide6.QtCore import Qt  # noqa: PLC0415 (the name brings 470 keys along: 15 ms before the first window)

    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def _ask_for_scheme(application: QApplication, choice: ThemeChoice) -> None:
    """Have the system's own dialogs and frames follow the choice."""
    from PySide6.QtCore import Qt  # noqa: PLC0415

    wanted = {
        ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
        ThemeChoice.LIGHT: Qt.ColorScheme.Light,
        ThemeChoice.DARK: Qt.ColorScheme.Dark,
    }
    application.styleHints().setColorScheme(wanted[choice])


def _palette(colours: Theme) -> QPalette:
    palette = QPalette()
    roles = {
        _Role.Window: colours.window,
        _Role.WindowText: colours.text,
        _Role.Base: colours.surface,
        _Role.AlternateBase: colours.sunken,
        _Role.Text: colours.text,
        _Role.PlaceholderText: colours.faint,
        _Role.Button: colours.surface,
        _Role.ButtonText: colours.text,
        _Role.ToolTipBase: colours.surface,
        _Role.ToolTipText: colours.text,
        _Role.Highlight: colours.accent,
        _Role.HighlightedText: colours.on_accent,
        _Role.Link: colours.accent,
        _Role.LinkVisited: colours.accent,
        _Role.Accent: colours.accent,
        _Role.BrightText: colours.bad,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        palette.setColor(_Group.Disabled, role, QColor(colours.faint))
    return palette


def _style_sheet(colours: Theme) -> str:
    points = QGuiApplication.font().pointSizeF()
    if points <= 0:
        points = QGuiApplication.font().pixelSize() * 0.75
    sizes = {
        "small": f"{points * 0.92:.1f}pt",
        "large": f"{points * 1.15:.1f}pt",
        "title": f"{points * 1.6:.1f}pt",
        **{f"s{steps}": f"{space(steps)}px" for steps in range(1, 9)},
        "half": f"{space(0.5)}px",
        "focus": f"{max(2, space(0.5))}px",
        "indicator": f"{space(4)}px",
        "indicator_round": f"{space(4) // 2}px",
        "tick": resource("icons", f"tick-{'dark' if colours is DARK else 'light'}.svg").as_posix(),
        "icon": f"{space(5.5)}px {space(4.5)}px",
        "chevron": resource("icons", "chevron-down.svg").as_posix(),
        "search_left": f"{space(9)}px",
    }
    template = Template(resource("styles", "desk.qss").read_text(encoding="utf-8"))
    return template.substitute(colours._asdict() | sizes)

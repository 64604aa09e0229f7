"""What the desk is given by whoever starts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the first window is painted before any of this is imported
    from helpdesk.desk.settings_port import SettingsPort
    from helpdesk.desk.setup_port import SetupPort
    from helpdesk.domain.mailer_status import MailerStatus
    from helpdesk.domain.ports import Clock, SecretStore
    from helpdesk.services import Services
    from helpdesk.services.live import LiveChange


class ThemeChoice(StrEnum):
    """Which of the two themes to use."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class LanguageChoice(StrEnum):
    """Which language to speak."""

    SYSTEM = "system"
    FRENCH = "fr"
    ENGLISH = "en"


class TextSize(StrEnum):
    """Text sizes in percent of the system's."""

    NORMAL = "100"
    LARGER = "125"
    LARGE = "150"
    DOUBLE = "200"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose for themselves. `language` is "fr", "en" or "system"."""

    language: str = "system"
    theme: ThemeChoice = ThemeChoice.SYSTEM
    text_size: TextSize = TextSize.NORMAL


class BackgroundMailer(Protocol):
    """Delivers the outbox in a thread of its own while the desk is open."""

    def start(self, on_status: Callable[[MailerStatus], None]) -> None:
        """Begin; `on_status` is called from any thread at each change."""
        ...

    def stop(self) -> None:
        """End after the message in hand; returns when it has ended."""
        ...


class LiveChanges(Protocol):
    """Tells of what other desks and services change; every method may wait for the store."""

    def start(self, on_change: Callable[[LiveChange], None]) -> None:
        """Begin; `on_change` is called from any thread."""
        ...

    def stop(self) -> None:
        """End."""
        ...

    def be_on(self, voter: int) -> None:
        """Tell the other desks that the voter's page is open here."""
        ...

    def leave(self, voter: int) -> None:
        """Tell them that it is closed."""
        ...


def keep_nothing(_: Preferences) -> None:
    """Forget what was chosen when the window closes."""


@dataclass(frozen=True, slots=True)
class DeskContext:
    """Services and ports. `mailer` is None where another process delivers.

    `settings` is None where nobody may change them from here. `database_label` is what the window says it works on.
    `keep_preferences` is called in a background thread.
    `live` is None where pages have to ask for changes themselves.
    """

    services: Services
    secrets: SecretStore
    mailer: BackgroundMailer | None
    clock: Clock
    database_label: str
    preferences: Preferences = field(default_factory=Preferences)
    keep_preferences: Callable[[Preferences], None] = keep_nothing
    live: LiveChanges | None = None
    settings: SettingsPort | None = None


@dataclass(frozen=True, slots=True)
class DeskStart:
    """What the first window needs. `open` is called once, in a background thread, and may raise HelpdeskError.

    With a `setup` there is nothing to open yet: the assistant comes first. `elsewhere` makes what it needs to choose
    another server, where the one of the settings turns out to have no such store; None where there is no server.
    `may_choose`, for background jobs too, tells whether another one would be used.
    """

    open: Callable[[], DeskContext]
    database_label: str
    preferences: Preferences = field(default_factory=Preferences)
    setup: SetupPort | None = None
    elsewhere: Callable[[], SetupPort] | None = None
    may_choose: Callable[[], bool] | None = None

    @staticmethod
    def over(context: DeskContext) -> DeskStart:
        """The start of a desk whose program is open already."""
        return DeskStart(lambda: context, context.database_label, context.preferences)

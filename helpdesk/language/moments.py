"""Dates and times as each language writes them, in the election's zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time

from helpdesk.language.catalogue import LANGUAGES, current_language, speaking


def read_formats() -> None:
    """Read from disk how each language writes dates and times: most of a tenth of a second, at their first use."""
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    for language in LANGUAGES:
        with speaking(language):
            short_moment_text(long_ago, "UTC", long_ago + timedelta(days=1))


def moment_text(moment: datetime, zone: str) -> str:
    """Date and time (24 Nov 2026, 14:05) in the election's zone."""
    text = format_datetime(moment, "d MMM yyyy, HH:mm", tzinfo=ZoneInfo(zone), locale=_locale())
    return text.replace("1 ", "1er ", 1) if current_language() == "fr" and text.startswith("1 ") else text


def short_moment_text(moment: datetime, zone: str, now: datetime) -> str:
    """The time alone for today, date and time otherwise; without seconds."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    clock = format_time(local, "short", tzinfo=ZoneInfo(zone), locale=_locale())
    if local.date() == today:
        return clock
    return f"{format_date(local.date(), 'medium', locale=_locale())} {clock}"


def date_text(day: date) -> str:
    """A day without its time."""
    return format_date(day, "long", locale=_locale())


def _locale() -> str:
    return "fr_FR" if current_language() == "fr" else "en_GB"

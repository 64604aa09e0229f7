"""Dates and times as each language writes them, in the election's zone.

The few forms that are needed are written here. The Unicode locale data (CLDR, as Babel has them) say the same, and take
a desk 7 MB of memory and its window's thread 30 ms at their first use: tests hold the two together.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from helpdesk.language.catalogue import current_language

_SHORT_MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"),
}
_MONTHS = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
           "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip


def moment_text(moment: datetime, zone: str) -> str:
    """Date and time (24 Nov 2026, 14:05) in the election's zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{_written(local, _SHORT_MONTHS)}, {local:%H:%M}"


def short_moment_text(moment: datetime, zone: str, now: datetime) -> str:
    """The time alone for today, date and time otherwise; without seconds."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{_written(local, _SHORT_MONTHS)} {local:%H:%M}"


def date_text(day: date) -> str:
    """A day without its time."""
    return _written(day, _MONTHS)


def _written(day: date, months: Mapping[str, Sequence[str]]) -> str:
    """The first of a month is an ordinal in French."""
    language = current_language()
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {months[language][day.month - 1]} {day.year}"

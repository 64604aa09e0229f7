"""Dates, times and numbers are as the Unicode locale data (CLDR) write them in each language, without loading those."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent

from helpdesk.language.catalogue import speaking
from helpdesk.language.moments import date_text, moment_text, short_moment_text
from helpdesk.language.numbers import number_text, share_text

LOCALES = {"fr": "fr_FR", "en": "en_GB"}
ZONES = ("Europe/Paris", "Indian/Reunion", "America/Guadeloupe", "Pacific/Noumea", "UTC")
EVENING = datetime(2026, 1, 1, 23, 5, 59, tzinfo=UTC)
NOW = datetime(2027, 6, 1, tzinfo=UTC)


@pytest.fixture(params=LOCALES)
def language(request):
    with speaking(request.param):
        yield request.param


def ordinal(text: str, language: str) -> str:
    """French writes the first of a month as an ordinal, which CLDR's plain forms leave out."""
    return f"1er {text[2:]}" if language == "fr" and text.startswith("1 ") else text


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_evenings_is_written_as_cldr_does(language, zone):
    locale, there = LOCALES[language], ZoneInfo(zone)
    for moment in (EVENING + timedelta(days=each) for each in range(366)):
        medium = format_datetime(moment, "d MMM yyyy, HH:mm", tzinfo=there, locale=locale)
        assert moment_text(moment, zone) == ordinal(medium, language)
        local = moment.astimezone(there)
        clock = format_time(local, "short", tzinfo=there, locale=locale)
        day = format_date(local.date(), "medium", locale=locale)
        assert short_moment_text(moment, zone, NOW) == f"{ordinal(day, language)} {clock}"
        assert short_moment_text(moment, zone, moment) == clock


def test_a_year_of_days_is_written_as_cldr_does(language):
    for day in (date(2028, 1, 1) + timedelta(days=each) for each in range(366)):
        assert date_text(day) == ordinal(format_date(day, "long", locale=LOCALES[language]), language)


@pytest.mark.parametrize("number", [0, 7, 999, 1_000, 9_999, 10_000, 1_234_567, -45_678])
def test_numbers_are_written_as_cldr_does(language, number):
    assert number_text(number) == format_decimal(number, locale=LOCALES[language])


@pytest.mark.parametrize(("part", "whole"), [(0, 3), (1, 3), (2, 3), (3, 3), (1, 1_200_000), (455, 1_000), (5_000, 3)])
def test_shares_are_written_as_cldr_does(language, part, whole):
    assert share_text(part, whole) == format_percent(part / whole, locale=LOCALES[language])


def test_a_share_of_nothing_is_not_written():
    assert share_text(0, 0) == ""


def test_the_locale_data_are_not_loaded():
    """They are 7 MB in every desk."""
    code = (
        "import sys; from helpdesk.language.moments import *; from helpdesk.language.numbers import *;"
        "moment_text(datetime(2026, 1, 1).astimezone(), 'UTC'), number_text(1000); sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

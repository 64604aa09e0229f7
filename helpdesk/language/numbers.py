"""Numbers as each language writes them."""

from babel.numbers import format_decimal, format_percent

from helpdesk.language.catalogue import current_language


def number_text(number: int) -> str:
    """A whole number: 1 234 567 in French, 1,234,567 in English."""
    return str(format_decimal(number, locale=_locale()))


def share_text(part: int, whole: int) -> str:
    """A share in percent, without decimals; empty of nothing."""
    return str(format_percent(part / whole, locale=_locale())) if whole else ""


def _locale() -> str:
    return "fr_FR" if current_language() == "fr" else "en_GB"

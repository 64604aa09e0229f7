"""Numbers as each language writes them: see `moments`."""

from helpdesk.language.catalogue import current_language

_NARROW_SPACE, _SPACE = "\u202f", "\u00a0"  # neither breaks


def number_text(number: int) -> str:
    """A whole number: 1 234 567 in French, 1,234,567 in English."""
    return f"{number:,}".replace(",", _NARROW_SPACE) if _french() else f"{number:,}"


def share_text(part: int, whole: int) -> str:
    """A share in percent, without decimals; empty of nothing."""
    if not whole:
        return ""
    percent = number_text((200 * part + whole) // (2 * whole))
    return f"{percent}{_SPACE}%" if _french() else f"{percent}%"


def _french() -> bool:
    return current_language() == "fr"

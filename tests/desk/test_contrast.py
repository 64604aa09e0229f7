"""Contrasts of both themes (WCAG 2.2, 1.4.3 and 1.4.11), and states that do without colour (1.4.1)."""

import pytest
from PySide6.QtGui import QColor

from helpdesk.desk.appearance import DARK, LIGHT, Theme
from helpdesk.desk.signs import CHANGE_SIGNS, FATE_SIGNS, OUTCOME_SIGNS, STATE_SIGNS
from helpdesk.language.words import fate_text, state_text
from helpdesk.resource_files import resource

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
TONES = ("good", "notice", "bad", "told", "neutral")


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = QColor(colour).getRgbF()[:3]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@THEMES
def test_text_can_be_read_on_its_ground(theme: Theme):
    grounds = (theme.window, theme.surface, theme.sunken)
    pairs = [(ink, ground) for ink in (theme.text, theme.quiet) for ground in (*grounds, theme.selection)]
    pairs += [(theme.accent, ground) for ground in (theme.surface, theme.sunken, theme.selection)]
    pairs += [(theme.on_accent, theme.accent), (theme.on_accent, theme.accent_strong), (theme.on_bad, theme.bad_strong)]
    pairs += [(getattr(theme, tone), getattr(theme, f"{tone}_ground")) for tone in TONES]
    pairs += [(theme.text, theme.mark)]
    assert [(ink, ground, contrast(ink, ground)) for ink, ground in pairs if contrast(ink, ground) < 4.5] == []


@THEMES
def test_edges_and_icons_of_controls_can_be_seen(theme: Theme):
    inks = (theme.edge, theme.accent, *(getattr(theme, tone) for tone in TONES))
    pairs = [(ink, ground) for ink in inks for ground in (theme.window, theme.surface, theme.sunken)]
    assert [(ink, ground, contrast(ink, ground)) for ink, ground in pairs if contrast(ink, ground) < 3] == []


def test_states_are_told_by_an_icon_and_a_word():
    signs = [*STATE_SIGNS.values(), *FATE_SIGNS.values(), *CHANGE_SIGNS.values(), *OUTCOME_SIGNS.values()]
    assert [sign for sign in signs if not resource("icons", f"{sign.icon}.svg").is_file()] == []
    assert len({state_text(state) for state in STATE_SIGNS}) == len(STATE_SIGNS)
    assert len({fate_text(fate) for fate in FATE_SIGNS}) == len(FATE_SIGNS)

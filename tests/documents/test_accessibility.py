"""What docs/accessibility.md calls tested is tested: each claim and the tests that hold it."""

import re

import pytest

from tests.documents.reading import ROOT

PAGE = ROOT / "docs" / "accessibility.md"
CLAIMS = {
    "every control of the desk has a name": ("tests/desk/test_everybody.py::test_every_control_has_a_name",),
    "a call from login to the resent mail needs no mouse": (
        "tests/desk/test_walk.py::test_a_call_from_login_to_resent_mail_needs_no_mouse",
    ),
    "the keyboard alone asks the portal for a link": (
        "tests/portal/test_browser.py::test_the_keyboard_alone_asks_for_a_link",
    ),
    "contrasts of text (4.5:1) and of controls (3:1) in both themes": (
        "tests/desk/test_contrast.py::test_text_can_be_read_on_its_ground",
        "tests/desk/test_contrast.py::test_edges_and_icons_of_controls_can_be_seen",
    ),
    "states told by an icon and a word, never by colour alone": (
        "tests/desk/test_contrast.py::test_states_are_told_by_an_icon_and_a_word",
    ),
    "words 40 % longer are not cut": ("tests/desk/test_everybody.py::test_words_longer_by_two_fifths_are_not_cut",),
    "every page of the portal passes axe-core's rules for WCAG 2.2 AA": (
        "tests/portal/test_browser.py::test_all_steps_of_the_leaflet",
    ),
    "the CAPTCHA can be heard": ("tests/portal/test_browser.py::test_the_sound_can_be_played",),
}


def test_each_claim_is_in_the_statement_and_the_statement_claims_nothing_else():
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    tested = re.search(r"- Tested on every change: (.*?)\. - ", text)
    assert tested is not None
    assert tested[1].split("; ") == list(CLAIMS)


@pytest.mark.parametrize("test", [test for tests in CLAIMS.values() for test in tests])
def test_the_tests_are_there(test: str):
    path, _sign, name = test.partition("::")
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")

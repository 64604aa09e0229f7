"""For everyone: every control has a name, and longer words are not cut."""

from gettext import NullTranslations

import pytest

from helpdesk.language import catalogue
from tests.desk.looks import cut, nameless
from tests.desk.tour import Tour, furnish


@pytest.fixture
def number(services, agent, add_voter, clock):
    return furnish(services, agent, add_voter, clock)


def test_every_control_has_a_name(qtbot, open_desk, administrator, services, number):
    found = []
    window = open_desk(administrator)
    Tour(qtbot, window, services, administrator, lambda root: found.extend(nameless(root))).everything(number)
    assert not found, "\n".join(found)


def test_words_longer_by_two_fifths_are_not_cut(qtbot, open_desk, administrator, services, number, monkeypatch):
    def longer(text: str) -> str:
        extra = round(len(text) * 0.4)
        return text + " " + "é" * max(0, extra - 1) if extra > 1 and "{" not in text[-1:] else text

    class Longer(NullTranslations):
        def gettext(self, message):
            return longer(message)

        def ngettext(self, one, many, count):
            return longer(one if count == 1 else many)

    words = Longer()
    monkeypatch.setattr(catalogue, "_translations", lambda _language: words)
    found = []
    window = open_desk(administrator)
    Tour(qtbot, window, services, administrator, lambda root: found.extend(cut(root))).everything(number)
    assert not found, "\n".join(found)

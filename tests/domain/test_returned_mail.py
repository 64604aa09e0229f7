"""What may be kept of mails that came back."""

import pytest

from helpdesk.domain.returned_mail import TEXT_LENGTH, clean_text, passes_by_itself


@pytest.mark.parametrize("status", ["4.2.2", "5.2.2", "4.4.7", "5.4.999", "smtp; 4.4.1"])
def test_a_full_mailbox_and_a_network_pass_by_themselves(status):
    assert passes_by_itself(status)


@pytest.mark.parametrize("status", ["", "5.1.1", "4.2.1", "5.7.1", "2.2.2", "5.5.4", "4.x.1"])
def test_other_failures_do_not(status):
    assert not passes_by_itself(status)


def test_a_persons_words_stay_and_what_they_quote_goes():
    assert clean_text("Bonjour,\n\n  > ancien texte\n>encore\nje suis en congé \n") == "Bonjour,\n\nje suis en congé"


def test_links_go_and_the_length_is_bounded():
    token = "Zx9" * 15
    kept = clean_text(f"see https://portal.example.org/activate/{token} please\n" + "word " * 2_000)
    assert token not in kept
    assert "/activate/" not in kept
    assert len(kept) <= TEXT_LENGTH
    assert clean_text("\n".join(str(line) for line in range(500))).splitlines()[-1] == "199"

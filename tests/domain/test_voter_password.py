"""What a voter's password must be: every criterion at its edge, and no name or common word in disguise."""

import pytest

from helpdesk.domain.voter_password import Criterion, normal_password, own_words, unmet_criteria

GOOD = "Xk7?vbnQeurlz"


@pytest.mark.parametrize(
    ("password", "lacks"),
    [
        (GOOD, ()),
        ("Xk7?vbnQeurl", ()),
        ("Xk7?vbnQeur", (Criterion.LENGTH,)),
        ("Xk7?" + "vbnQeurl" * 15 + "wxyz", ()),
        ("Xk7?" + "vbnQeurl" * 15 + "wxyzw", (Criterion.LENGTH,)),
        ("xk7?vbnqeurlz", (Criterion.UPPER,)),
        ("XK7?VBNQEURLZ", (Criterion.LOWER,)),
        ("Xkt?vbnQeurlz", (Criterion.DIGIT,)),
        ("Xk²?vbnQeurlz", (Criterion.DIGIT,)),
        ("Xk7tvbnQeurlz", (Criterion.SPECIAL,)),
        ("Xk7 vbnQeurlz", ()),
        ("Ék7?vbnqeurlz", ()),
        ("Motdepasse2026!", (Criterion.UNCOMMON,)),
        ("P@ssw0rdP@ssw0rd", (Criterion.UNCOMMON,)),
        ("", tuple(Criterion)),
    ],
)
def test_what_a_password_lacks_is_told_in_order(password, lacks):
    assert unmet_criteria(password) == lacks


@pytest.mark.parametrize(
    "password", ["Dupont.Marie.2026", "M@rie-Dup0nt-26", "DupontMarie1234!", "M4r1e.Dup0nt.77", "Dup0nt.43101!"]
)
def test_the_voters_names_are_common_whatever_their_disguise(password):
    names = own_words(first_name="Marie", family_name="Dupont", usage_name="")
    assert Criterion.UNCOMMON in unmet_criteria(password, names=names)
    assert Criterion.UNCOMMON not in unmet_criteria(password.replace("D", "Kw").replace("M", "Zb"), names=())


def test_the_same_letters_from_every_keyboard_are_one_password():
    assert normal_password("e\u0301te\u0301") == "\u00e9t\u00e9"
    assert normal_password("ﬁ") == "ﬁ"


def test_own_words_are_names_alone_and_together_and_the_address():
    words = own_words(
        first_name="Marie", family_name="Dupont", usage_name="Martin", tied_address="m.martin@ac-rennes.fr"
    )
    assert words == (
        "Marie", "Dupont", "Martin", "Marie Dupont", "Marie Martin", "Dupont Marie", "Martin Marie", "m.martin",
        "m.martin@ac-rennes.fr",
    )  # fmt: skip
    assert own_words(first_name="Marie", family_name="Dupont", usage_name="") == (
        "Marie", "Dupont", "Marie Dupont", "Dupont Marie",
    )  # fmt: skip

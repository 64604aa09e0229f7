import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.addresses import (
    MAX_LENGTH,
    are_addresses,
    fold_address,
    fold_addresses,
    is_address,
    mask_address,
    read_pasted,
)


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("marie.dupont@ac-rennes.fr", "marie.dupont@ac-rennes.fr"),
        ("  MARIE.DUPONT@ac-rennes.fr ", "MARIE.DUPONT@ac-rennes.fr"),
        ("Marie Dupont <marie.dupont@ac-rennes.fr>", "marie.dupont@ac-rennes.fr"),
        ('"Dupont, Marie" <marie.dupont@ac-rennes.fr>', "marie.dupont@ac-rennes.fr"),
        ("mailto:marie.dupont@ac-rennes.fr?subject=Vote", "marie.dupont@ac-rennes.fr"),
        ("mailto:marie.dupont%40ac-rennes.fr", "marie.dupont@ac-rennes.fr"),
        ("marie . dupont @ ac-rennes.fr", "marie.dupont@ac-rennes.fr"),
        ("<marie.dupont@ac-rennes.fr>;", "marie.dupont@ac-rennes.fr"),
        ("marie\u200b.dupont@ac-rennes.fr", "marie.dupont@ac-rennes.fr"),
        ("  Marie   Dupont ", "Marie Dupont"),
        ("0350001L", "0350001L"),
        ("", ""),
        ("@", "@"),
        ("Marie <marie.dupont@", "marie.dupont@"),
    ],
)
def test_what_was_pasted_is_made_searchable(pasted, found):
    assert read_pasted(pasted) == found


@given(st.text(max_size=2000))
def test_no_paste_is_too_strange(text):
    assert len(read_pasted(text)) <= 1000


@pytest.mark.parametrize("address", ["a@b.fr", "marie.d'arc@ac-rennes.fr", "A.B@AC-RENNES.FR"])
def test_addresses(address):
    assert is_address(address)


@pytest.mark.parametrize("text", ["", "a", "a@b", "a b@c.fr", ".a@b.fr", "a..b@c.fr", "a@-b.fr", "é@b.fr", "a@b.fr\nc"])
def test_no_addresses(text):
    assert not is_address(text)


def test_a_masked_address_tells_neither_name_nor_length():
    assert mask_address("marie.dupont2@ac-rennes.fr") == "m•••.d•••@ac-rennes.fr"
    assert mask_address("m.d@ac-rennes.fr") == "m•••.d•••@ac-rennes.fr"


@given(st.from_regex(r"[a-z]{4,12}\.[a-z]{4,12}@ac-[a-z]+\.fr", fullmatch=True))
def test_no_name_survives_the_mask(address):
    local = address.partition("@")[0]
    assert all(part not in mask_address(address).partition("@")[0] for part in local.split("."))


@given(st.lists(st.text(max_size=12) | st.sampled_from(["A@b.fr", " a@b.fr ", "É@b.fr", "a\tb@c.fr"]), max_size=5))
def test_many_are_folded_as_each_would_be(addresses):
    assert fold_addresses(addresses) == [fold_address(each) for each in addresses]


@given(st.lists(st.sampled_from(["a@b.fr", "marie.d'arc@ac-rennes.fr", "a@b", ".a@b.fr", "a..b@c.fr"]), max_size=4))
def test_many_are_addresses_if_each_is(folded):
    assert are_addresses(folded) is all(map(is_address, folded))


def test_an_address_is_no_longer_than_a_server_takes():
    longest = "a@" + "b" * 60 + ("." + "c" * 60) * 3 + ".fr"
    longest += "x" * (MAX_LENGTH - len(longest))
    assert len(longest) == MAX_LENGTH
    for address, fits in ((longest, True), (longest + "x", False)):
        assert is_address(address) is are_addresses([address]) is fits
    assert is_address("a" * 64 + "@b.fr")
    assert not is_address("a" * 65 + "@b.fr")


def test_a_folded_address_is_lower_case_without_outer_spaces_and_accents():
    assert fold_address(" Marie.DUPONT@AC-Rennes.fr ") == "marie.dupont@ac-rennes.fr"
    assert fold_address("Hélène@b.fr") == "helene@b.fr"

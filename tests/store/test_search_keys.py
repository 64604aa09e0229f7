"""What a voter is found by: the short way for plain names and addresses comes to what the long way does."""

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.store.search import keys
from helpdesk.store.search.keys import entry_of

NAMES = ("Marie", "Éve", "Martin", "Martineau", "Paris", "A", "Le Goff", "Dupont-Martin", "Jean 2", "")
HEADS = ("marie", "eve", "martin", "a", "jean-2", "zoe", "")
TAILS = ("martin", "martineau", "paris", "martin2", "martineau12", "2", "le-goff", "dupont-martin", "marie", "marie3")
DOMAINS = ("ac-paris.fr", "ac-rennes.fr", "martin.fr", "education.gouv.fr")
addresses = st.builds(
    "{}{}{}@{}".format,
    st.sampled_from(HEADS),
    st.sampled_from([".", ""]),
    st.sampled_from(TAILS),
    st.sampled_from(DOMAINS),
)


@given(
    first=st.sampled_from(NAMES[:-1]),
    family=st.sampled_from(NAMES[:-1]),
    usage=st.sampled_from(NAMES),
    academy=st.sampled_from(["Paris", "Rennes"]),
    held=st.lists(addresses, min_size=1, max_size=3, unique=True),
)
def test_plain_voters_have_the_entry_that_anybody_would_have(first, family, usage, academy, held):
    voter = {"first": first, "family": family, "usage": usage, "academy": academy, "addresses": held}
    entry, plain = entry_of(**voter), keys._plain_entry
    keys._plain_entry = lambda *_names: None
    try:
        assert entry_of(**voter) == entry
    finally:
        keys._plain_entry = plain


def test_a_plain_voter_takes_the_short_way():
    held = ["marie.martin@ac-rennes.fr", "marie.dupont2@ac-rennes.fr"]
    entry = entry_of(first="Marie", family="Martin", usage="Dupont", academy="Rennes", addresses=held)
    assert keys._plain_entry("marie", ("martin", "dupont"), "Rennes", held) == entry
    assert entry.keys == {*held, "marie martin", "martin marie", "marie dupont", "dupont marie", "dupont2 marie"}

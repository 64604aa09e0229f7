"""Searching: whatever the caller says finds the voter, best first, inside the operator's scope."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.domain.errors import RoleRefused
from helpdesk.domain.roles import Scope
from helpdesk.domain.search import SearchFilters
from helpdesk.domain.states import AccountState

MARIE = "10000001"


@pytest.fixture
def crowd(add_voter):
    """A few people who are easily taken for one another."""
    add_voter(
        MARIE,
        first="Marie-Hélène",
        family="Lefèvre",
        usage="Dupont",
        tied="marie-helene.dupont@ac-rennes.fr",
        others=("marie-helene.lefevre@ac-rennes.fr", "m.lefevre@education.gouv.fr"),
    )
    add_voter("10000002", first="Marie", family="Dupond", tied="marie.dupond@ac-rennes.fr", code="0350002M")
    add_voter(
        "10000003", first="Anne", family="Le Goff", tied="anne.le-goff2@ac-nantes.fr", academy="Nantes", department="44"
    )
    add_voter(
        "10000004", first="Jean-Paul", family="D'Arc", tied="jean-paul.darc@ac-rennes.fr", state=AccountState.ACTIVE
    )
    add_voter("10000005", first="Hélène", family="Martin", tied="helene.martin@ac-rennes.fr")


def found(services, operator, text, **more):
    return [hit.voter for hit in services.search.search(operator, text, **more)]


@pytest.mark.parametrize(
    "text",
    [
        "marie-helene.dupont@ac-rennes.fr",
        "MARIE-HELENE.Dupont@ac-rennes.fr",
        "  marie-helene . dupont @ac-rennes.fr ",
        "Marie-Hélène Dupont <marie-helene.dupont@ac-rennes.fr>",
        "mailto:marie-helene.dupont@ac-rennes.fr?subject=x",
        "marie-helene.lefevre@ac-rennes.fr",
        "m.lefevre@education",
        "marie-helene.dup",
        "marie helene dupont",
        "dupont marie-hélène",
        "LEFEVRE Marie-Helene",
        "lefèvre",
        "helene lef",
        "10000001",
        "1000 0001",
        "lefevre@edu",
        "-helene.dup",
        # one slip each
        "marie-helene.dupomt@ac-rennes.fr",
        "marie-helene.dpuont@ac-rennes.fr",
        "mariehelene.dupont@ac-rennes.fr",
        "marie-helene-dupont@ac-rennes.fr",
        "marie-helene.dupont@ac-nantes.fr",
        "marie-helene.dupont3@ac-rennes.fr",
        "lefevvre marie",
        "lefevr",
        "leffevre",
    ],
)
def test_whatever_the_caller_says_finds_her_first(services, agent, crowd, text):
    assert found(services, agent, text)[0] == MARIE


def test_an_exact_address_finds_nobody_else(services, agent, crowd):
    assert found(services, agent, "marie.dupond@ac-rennes.fr") == ["10000002"]


def test_an_establishment_finds_its_voters(services, agent, crowd):
    assert found(services, agent, "0350002m") == ["10000002"]
    assert set(found(services, agent, "0350001")) == {MARIE, "10000003", "10000004", "10000005"}


def test_the_better_match_comes_first(services, agent, crowd):
    assert found(services, agent, "marie dupon")[0] == "10000002"
    assert found(services, agent, "helene")[:2] == ["10000005", MARIE]


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("marie-helene.dupont@ac-rennes.fr", "tied_address"),
        ("marie-helene.lefevre@ac-rennes.fr", "other_address"),
        ("dupont marie", "name"),
        ("lefevre marie", "former_name"),
        ("10000001", "voter_number"),
        ("marie-helene.dupomt@ac-rennes.fr", "similar"),
        ("marie lefaivre", "heard"),
        ("dupnot", "similar"),
    ],
)
def test_each_result_says_why(services, agent, crowd, text, matched):
    assert services.search.search(agent, text)[0].matched == matched


def test_a_result_tells_who_where_and_in_which_state(services, agent, crowd):
    (hit,) = services.search.search(agent, "jean-paul.darc@ac-rennes.fr")
    assert (hit.name, hit.tied_address, hit.other_addresses) == ("Jean-Paul D'Arc", "jean-paul.darc@ac-rennes.fr", ())
    assert (hit.state, hit.establishment) == (AccountState.ACTIVE, "Collège Jean Moulin (0350001L)")


def test_addresses_are_shown_as_they_are_written(services, agent, add_voter):
    add_voter(
        first="Zoé", family="Étain", tied="Zoe.Etain@ac-rennes.fr", others=("z.etain@ac-rennes.fr", "Z.E@ac-nice.fr")
    )
    (hit,) = services.search.search(agent, "zoe.etain")
    assert (hit.tied_address, set(hit.other_addresses)) == (
        "Zoe.Etain@ac-rennes.fr",
        {"z.etain@ac-rennes.fr", "Z.E@ac-nice.fr"},
    )


def test_a_slip_finds_the_address_with_this_number_among_namesakes(services, agent, add_voter):
    for number in range(1, 31):
        add_voter(first="Franck", family="Robert", tied=f"franck.robert{number}@ac-nantes.fr")
    hits = services.search.search(agent, "farnck.robert27@ac-nantes.fr")
    assert hits[0].tied_address == "franck.robert27@ac-nantes.fr"


@pytest.mark.parametrize("text", ["d'arc", "D’Arc jean", "darc jean paul", "jean paul d'arc"])
def test_apostrophes_and_double_names(services, agent, crowd, text):
    assert "10000004" in found(services, agent, text)


def test_a_scope_cannot_be_lifted_and_does_not_shorten_the_list(services, add_operator, add_voter):
    for _ in range(30):
        add_voter(academy="Nantes", department="44", tied=None)
    mine = [add_voter(academy="Rennes", department="35") for _ in range(3)]
    nearby = add_operator("Bea Bretagne", scope=Scope(departments=frozenset({"35"})))
    both = add_operator("Bo Both", scope=Scope(academies=frozenset({"Nantes"}), departments=frozenset({"35"})))
    for text in ("marie dupont", "marie.dupont", "0350001", "1000", "dupont", "arie.dup", "marie.dupomt@ac-rennes.fr"):
        assert set(found(services, nearby, text, limit=3)) == set(mine), text
    assert len(found(services, both, "marie dupont")) == 33


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "@", ".", "-", "'", '"', "<>", "mailto:"])
def test_nothing_to_go_by_is_no_error(services, agent, crowd, text):
    assert services.search.search(agent, text) is not None


def test_an_empty_text_finds_nobody(services, agent, crowd):
    assert found(services, agent, "  ") == []


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE voter; --",
        '" OR 1=1 --',
        "marie* NEAR dupont",
        "NOT AND OR ^",
        "%_%\\",
        "a" * 1_000_000,
        "marie " * 100_000,
        "é" * 5_000 + "@ac-rennes.fr",
        "\x00\x01\ud800",
        "\u202egro.elpmaxe@eiram",
        "(" * 500,
    ],
)
def test_hostile_text_is_only_text(services, agent, crowd, text):
    services.search.search(agent, text)
    assert found(services, agent, "10000001") == [MARIE]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_no_text_at_all_is_an_error(services, agent, crowd, text):
    assert len(services.search.search(agent, text, limit=3)) <= 3


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_prefix_of_an_address_finds_its_voter(services, agent, crowd, data):
    address = data.draw(st.sampled_from(["marie-helene.lefevre@ac-rennes.fr", "anne.le-goff2@ac-nantes.fr"]))
    length = data.draw(st.integers(6, len(address)))
    number = MARIE if address.startswith("marie") else "10000003"
    assert number in found(services, agent, address[:length])


def test_auditors_do_not_search(services, auditor):
    with pytest.raises(RoleRefused):
        services.search.search(auditor, "marie")


@pytest.fixture
def spread(add_voter):
    """Voters of one name, who differ in one thing each."""
    return {
        "plain": add_voter(),
        "nantes": add_voter(academy="Nantes", department="44"),
        "brest": add_voter(department="29"),
        "school": add_voter(code="0350002M", school="Lycée Zola"),
        "corps": add_voter(corps="AESH"),
        "active": add_voter(state=AccountState.ACTIVE),
        "locked": add_voter(state=AccountState.ACTIVE, locked_minutes=30),
    }


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (SearchFilters(academy="Nantes"), {"nantes"}),
        (SearchFilters(department="29"), {"brest"}),
        (SearchFilters(establishment="0350002M"), {"school"}),
        (SearchFilters(establishment="0350002"), {"school"}),
        (SearchFilters(corps="AESH"), {"corps"}),
        (SearchFilters(state=AccountState.ACTIVE), {"active"}),
        (SearchFilters(state=AccountState.LOCKED), {"locked"}),
        (SearchFilters(academy="Rennes", department="29", state=AccountState.NOT_INVITED), {"brest"}),
        (SearchFilters(academy="Nantes", department="29"), set()),
    ],
)
@pytest.mark.parametrize(
    "text", ["m", "marie", "marie dupont", "dupont m", "marie.dup", "arie.du", "035", "10000", "marie dupomt", "dupomt"]
)
def test_filters_combine_with_every_kind_of_text(services, agent, spread, filters, kept, text):
    assert set(found(services, agent, text, filters=filters)) == {spread[name] for name in kept}


def test_filters_do_not_shorten_the_list(services, agent, add_voter):
    for _ in range(60):
        add_voter()
    wanted = [add_voter(corps="AESH") for _ in range(3)]
    for text in ("marie", "marie.dupont", "dupont marie", "0350001"):
        assert set(found(services, agent, text, limit=3, filters=SearchFilters(corps="AESH"))) == set(wanted), text


@pytest.mark.parametrize("text", ["marie", "marie dupont", "arie.du", "0350001", "10000", "marie dupomt"])
@pytest.mark.parametrize(
    "filters", [SearchFilters(academy="Nantes"), SearchFilters(department="44"), SearchFilters(academy="Rennes")]
)
def test_no_filter_lifts_a_scope(services, add_operator, spread, text, filters):
    nearby = add_operator("Bea Bretagne", scope=Scope(departments=frozenset({"29"})))
    allowed = {spread["brest"]} if filters.academy == "Rennes" else set()
    assert set(found(services, nearby, text, filters=filters)) == allowed


def test_choices_are_those_of_the_scope(services, agent, add_operator, spread):
    everything = services.search.choices(agent)
    assert (everything.academies, everything.departments) == (("Nantes", "Rennes"), ("29", "35", "44"))
    assert everything.corps == ("AESH", "Professeur certifié")
    nearby = add_operator("Bea Bretagne", scope=Scope(departments=frozenset({"29"})))
    offered = services.search.choices(nearby)
    assert (offered.academies, offered.departments) == (("Rennes",), ("29",))


def test_auditors_are_offered_no_choices(services, auditor):
    with pytest.raises(RoleRefused):
        services.search.choices(auditor)


def test_warming_up_finds_nothing_wrong_in_an_empty_store(services, agent):
    services.search.warm_up(agent)


@pytest.mark.parametrize(
    "text", ["e.d", "d@ac-r", "f2@ac-nan", "nd@ac-", "ul.da", "n@ac-rennes.fr", "e@edu", "ne.le-g", "an-p"]
)
def test_a_piece_of_any_length_finds_everybody_whose_address_holds_it(services, agent, crowd, add_voter, text):
    add_voter("10000006", first="Alain", family="Renaud", tied="alain.renaud@ac-nantes.fr", academy="Nantes")
    holding = {
        hit.voter
        for hit in services.search.search(agent, "1000000")
        if any(text in address for address in (hit.tied_address, *hit.other_addresses))
    }
    hits = services.search.search(agent, text)
    assert holding
    assert {hit.voter for hit in hits if hit.matched in {"tied_address", "other_address"}} >= holding


@pytest.mark.parametrize("text", ["maried.upond7@ac-lyon.fr", "mari.edupond7@ac-lyon.fr"])
def test_a_misplaced_separator_finds_the_one_of_this_number_and_domain(services, agent, add_voter, text):
    for number in range(10, 40):  # namesakes, more than are looked at for one pair of names
        add_voter(first="Marie", family="Dupond", tied=f"marie.dupond{number}@ac-nantes.fr")
    meant = add_voter(first="Marie", family="Dupond", tied="marie.dupond7@ac-lyon.fr")
    assert found(services, agent, text)[0] == meant


def test_two_names_with_a_letter_in_place_of_the_space_are_nearer_than_one_name_that_resembles_both(
    services, agent, add_voter
):
    resembling = add_voter(first="Marie", family="Carmennère", tied="marie.carmennere@ac-rennes.fr")
    meant = add_voter(first="Carmen", family="Rey", tied="carmen.rey@ac-rennes.fr")
    assert found(services, agent, "carmenmrey") == [meant, resembling]

"""The index in step: after imports, changes of address and removals in any order, a search answers as a fresh index."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from helpdesk.domain.errors import AddressAlreadyTied, AddressOwned, RollRejected, VoterNotFound
from helpdesk.store.schema import voter
from helpdesk.store.search import add_voters, remove_voters
from helpdesk.store.search.tables import search_entry, search_key, search_part, search_slip, search_vocabulary
from tests.rolls import row, write_roll
from tests.voters import verify_caller

INDEX = (search_key, search_entry, search_vocabulary, search_part, search_slip)
FIRST = ("Marie", "Anne-Lise", "Zoé", "Jean Paul")
LAST = ("Dupont", "Le Goff", "Œuvrard", "D’Arc", "Lefèvre")
PLACES = (("Rennes", "35"), ("Nantes", "44"))
TEXTS = (
    "m", "marie", "dupont marie", "anne-lise.le-goff", "lefevre zoe", "zoe.oeuvrard1@ac-rennes.fr", "ie.dup", "0350001",
    "1000000", "mraie dupont", "marie.dupomt", "lefaivre", "annelise legoff", "jean paul d'arc", "marie@", "dupnot",
)  # fmt: skip

person = st.tuples(st.sampled_from(FIRST), st.sampled_from(LAST), st.sampled_from(("", *LAST)), st.sampled_from(PLACES))
imports = st.tuples(st.just("import"), st.dictionaries(st.integers(1, 6), person, min_size=1), st.booleans())
changes = st.tuples(st.just("change"), st.integers(1, 6), st.sampled_from(FIRST), st.sampled_from(LAST))
removals = st.tuples(st.just("remove"), st.integers(1, 6))


def local(first, last, number):
    return f"{first}.{last}{number}".lower().replace(" ", "-").replace("’", "").translate(str.maketrans("éèœ", "eeo"))


@pytest.fixture
def step(services, administrator, agent, supervisor, database, tmp_path):
    """Takes one step of a sequence; what the rules refuse changes nothing."""

    def load(people, remove_missing):
        rows = [
            row(
                number, prenom=first, nom_famille=last, nom_usage=usage, academie=academy, departement=department,
                mel_identifiant=f"{local(first, usage or last, number)}@ac-{academy.lower()}.fr",
                mel_secondaires=f"{local(first, last, number)}@education.gouv.fr" if usage else "",
            )
            for number, (first, last, usage, (academy, department)) in people.items()
        ]  # fmt: skip
        services.rolls.import_roll(administrator, write_roll(tmp_path / "r.csv", rows), remove_missing=remove_missing)

    def change(place, first, last):
        number = str(10_000_000 + place)
        wanted = f"{local(first, last, place)}@ac-lyon.fr"
        verify_caller(services, agent, number)
        services.address_changes.request(agent, number, wanted=wanted, reason="mailbox closed", evidence="directory")
        waiting = services.voters.open(agent, number).waiting_change
        services.address_changes.approve(supervisor, waiting.id, reason="seen in the directory")

    def remove(place):
        with database.write() as connection:
            ids = connection.scalars(select(voter.c.id).where(voter.c.number == str(10_000_000 + place))).all()
            remove_voters(connection, ids)
            connection.execute(voter.delete().where(voter.c.id.in_(ids)))

    steps = {"import": load, "change": change, "remove": remove}

    def take(kind, *given):
        with suppress(AddressAlreadyTied, AddressOwned, RollRejected, VoterNotFound):
            steps[kind](*given)

    return take


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(imports, changes, removals), min_size=1, max_size=6))
def test_after_any_changes_a_search_answers_as_a_fresh_index(services, agent, database, step, steps):
    for each in steps:
        step(*each)

    def content(connection):
        return [sorted(tuple(found) for found in connection.execute(select(table))) for table in INDEX]

    answered = [services.search.search(agent, text) for text in TEXTS]
    with database.write() as connection:
        kept = content(connection)
        for table in INDEX:
            connection.execute(table.delete())
        add_voters(connection, connection.scalars(select(voter.c.id).order_by(voter.c.id)).all())
        assert content(connection) == kept
    assert [services.search.search(agent, text) for text in TEXTS] == answered

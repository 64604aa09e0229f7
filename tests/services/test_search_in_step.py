"""The index in step: after imports, changes of address and removals in any order, a search answers as a fresh index."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from helpdesk.domain.errors import AddressAlreadyTied, AddressOwned, RollRejected, VoterNotFound
from helpdesk.store.schema import account, address, establishment, voter
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
shown = st.one_of(
    st.tuples(st.just("account"), st.integers(1, 6), st.sampled_from(("invited", "link_opened")), st.booleans()),
    st.tuples(st.just("school"), st.sampled_from(("Lycée Zola", "École Jules-Ferry"))),
    st.tuples(st.just("write"), st.integers(1, 6), st.booleans()),
)


def id_of(place):
    return select(voter.c.id).where(voter.c.number == str(10_000_000 + place)).scalar_subquery()


def local(first, last, number):
    return f"{first}.{last}{number}".lower().replace(" ", "-").replace("’", "").translate(str.maketrans("éèœ", "eeo"))


@pytest.fixture
def step(services, administrator, agent, supervisor, database, clock, tmp_path):
    """Takes one step of a sequence; what the rules refuse changes nothing."""

    def load(people, remove_missing):
        rows = [
            row(
                number, prenom=first, nom_famille=last, nom_usage=usage, academie=academy, departement=department,
                mel_identifiant=f"{local(first, usage or last, number)}@ac-{academy.lower()}.fr",
                mel_secondaires=f"{local(first, last, number)}@Education.gouv.fr" if usage else "",
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

    def put(table, values, *where):
        with database.write() as connection:
            connection.execute(update(table).where(*where).values(values))

    def set_account(place, state, locked):
        until = clock.now + timedelta(hours=1) if locked else None
        put(account, {"state": state, "locked_until": until}, account.c.voter_id == id_of(place))

    def name_school(name):
        put(establishment, {"name": name})

    def write(place, large):
        """The same address in other letters."""
        put(address, {"address": (func.upper if large else func.lower)(address.c.address)},
            address.c.voter_id == id_of(place))  # fmt: skip

    steps = {
        "import": load, "change": change, "remove": remove, "account": set_account, "school": name_school,
        "write": write,
    }  # fmt: skip

    def take(kind, *given):
        with suppress(AddressAlreadyTied, AddressOwned, RollRejected, VoterNotFound):
            steps[kind](*given)

    return take


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(imports, changes, removals, shown), min_size=1, max_size=8))
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

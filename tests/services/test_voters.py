"""Opening a voter: what is shown, and what never is."""

import dataclasses

import pytest

from helpdesk.domain.errors import AmbiguousVoter, OutOfScope, VoterNotFound
from helpdesk.domain.findings import FindingCode
from helpdesk.domain.roles import Scope
from helpdesk.domain.states import AccountState
from tests.statements import counted


def test_the_page_tells_who_where_and_which_address_is_tied(services, agent, add_voter):
    number = add_voter(
        family="Martin",
        usage="Dupont",
        tied="marie.dupont@ac-rennes.fr",
        others=("marie.martin@ac-rennes.fr", "marie.martin@education.gouv.fr"),
        ballots=("CSA-MEN", "CSA-A", "CAPA"),
    )
    detail = services.voters.open(agent, number)
    assert (detail.name, detail.family_name, detail.establishment_name) == (
        "Marie Dupont",
        "Martin",
        "Collège Jean Moulin",
    )
    assert detail.tied_address == "marie.dupont@ac-rennes.fr"
    assert [view.tied for view in detail.addresses] == [True, False, False]
    assert [ballot.code for ballot in detail.ballots] == ["CSA-MEN", "CSA-A", "CAPA"]
    assert detail.state is AccountState.NOT_INVITED


def test_no_birth_date_and_no_hash_is_in_the_page(services, agent, add_voter):
    detail = services.voters.open(agent, add_voter(state=AccountState.ACTIVE))
    shown = repr(dataclasses.asdict(detail))
    assert "1980" not in shown
    assert "argon2" not in shown


def test_a_voter_is_found_by_number_tied_and_other_address(services, agent, add_voter):
    number = add_voter(tied="marie.dupont@ac-rennes.fr", others=("marie.martin@ac-rennes.fr",))
    for text in (number, "Marie Dupont <MARIE.dupont@ac-rennes.fr>", "mailto:marie.martin@ac-rennes.fr"):
        assert services.voters.resolve(agent, text) == number


def test_a_tied_address_wins_over_anothers_other_address_and_two_others_are_ambiguous(services, agent, add_voter):
    first = add_voter(tied="a.a@ac-rennes.fr", others=("shared@ac-rennes.fr",))
    second = add_voter(tied="b.b@ac-rennes.fr", others=("shared@ac-rennes.fr", "a.a@ac-rennes.fr"))
    assert services.voters.resolve(agent, "a.a@ac-rennes.fr") == first
    with pytest.raises(AmbiguousVoter) as refused:
        services.voters.resolve(agent, "shared@ac-rennes.fr")
    assert refused.value.numbers == (first, second)


def test_addresses_out_of_scope_tell_nothing(services, add_operator, add_voter):
    elsewhere = add_operator("Nan Nantes", scope=Scope(academies=frozenset({"Nantes"})))
    number = add_voter(tied="marie.dupont@ac-rennes.fr")
    with pytest.raises(VoterNotFound):
        services.voters.resolve(elsewhere, "marie.dupont@ac-rennes.fr")
    with pytest.raises(OutOfScope):
        services.voters.open(elsewhere, number)


def test_a_number_that_nobody_has_is_told_only_to_whom_no_scope_limits(services, agent, add_operator):
    with pytest.raises(VoterNotFound):
        services.voters.resolve(agent, "99999999")
    scoped = add_operator("Nan Nantes", scope=Scope(academies=frozenset({"Nantes"})))
    assert services.voters.resolve(scoped, "99999999") == "99999999"
    with pytest.raises(OutOfScope):
        services.voters.open(scoped, "99999999")


def test_the_address_that_the_caller_gave_makes_a_finding(services, agent, add_voter):
    number = add_voter(tied="marie.dupont@ac-rennes.fr", others=("marie.martin@ac-rennes.fr",))
    detail = services.voters.open(agent, number, given_address="Marie <marie.martin@ac-rennes.fr>")
    assert detail.findings[0].code is FindingCode.OTHER_ADDRESS


def test_a_ballot_that_colleagues_have_and_the_voter_has_not(services, agent, add_voter):
    for _ in range(6):
        add_voter(ballots=("CSA-MEN", "CSA-A", "CAPA"))
    add_voter(corps="AESH", ballots=("CCP",))
    detail = services.voters.open(agent, add_voter(ballots=("CSA-MEN",)))
    missing = [
        finding.parameters["ballot"] for finding in detail.findings if finding.code is FindingCode.BALLOT_MISSING
    ]
    assert missing == ["CSA-A", "CAPA"]


def test_a_locked_account_is_shown_as_locked_until_it_is_not(services, agent, add_voter, clock):
    number = add_voter(state=AccountState.ACTIVE, locked_minutes=10)
    assert services.voters.open(agent, number).state is AccountState.LOCKED
    clock.advance(minutes=10)
    assert services.voters.open(agent, number).state is AccountState.ACTIVE


def test_the_timeline_tells_what_happened_newest_first(services, agent, add_voter, clock):
    number = add_voter()
    services.activation.resend(agent, number, reason="no mail came")
    clock.advance(minutes=1)
    (mail,) = services.outbox.claim("test", limit=1)
    services.outbox.mint_link(mail, "a" * 64)
    services.outbox.record_accepted(mail, "2.0.0", "250 Ok")
    events = [entry.event for entry in services.voters.open(agent, number).timeline]
    assert events[0] == "mail_accepted"
    assert set(events) == {"mail_accepted", "mail_queued", "link_resent_done"}


def test_a_page_is_asked_for_in_few_trips(services, database, agent, add_voter):
    """A server far away is waited for with every statement: to lock, to check, to read, to put into the trail."""
    number = add_voter(others=("marie.martin@ac-rennes.fr",), state=AccountState.ACTIVE)
    services.activation.resend(agent, number, reason="not received")
    opened = services.voters.open(agent, number)
    with counted() as opening:
        assert services.voters.open(agent, number) == opened
    with counted() as refreshing:
        assert services.voters.refresh(agent, number) == opened
    on_a_server, embedded = (4, 3), (21, 19)  # a file costs no trip
    trips = on_a_server if database.keeps_logins else embedded
    assert (len(opening), len(refreshing)) == trips, "\n".join(opening)

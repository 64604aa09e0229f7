"""Logging in, and keeping the list of those who may."""

import pytest

from helpdesk.domain.errors import (
    LastAdministrator,
    LoginRefused,
    OperatorExists,
    OperatorNotFound,
    RoleRefused,
    SessionEnded,
    WeakPassword,
)
from helpdesk.domain.roles import Role, Scope
from tests.conftest import PASSWORD


def test_a_name_is_accepted_without_case_and_accents(services, add_operator):
    add_operator("Zoé Lefèvre", scope=Scope(academies=frozenset({"Rennes"})))
    operator = services.operators.log_in(" zoe  LEFEVRE", PASSWORD)
    assert (operator.name, operator.role) == ("Zoé Lefèvre", Role.AGENT)
    assert operator.scope.academies == {"Rennes"}


def test_unknown_wrong_and_disabled_are_refused_alike(services, administrator, agent):
    add = services.operators
    add.disable(administrator, agent.name)
    refusals = []
    for name, password in (("Nobody", PASSWORD), ("Ada Admin", "wrong"), (agent.name, PASSWORD), ("", "")):
        with pytest.raises(LoginRefused) as refused:
            services.operators.log_in(name, password)
        refusals.append(repr(refused.value))
    assert len(set(refusals)) == 1


def test_strange_names_and_passwords_are_refused_like_any_other(services, administrator):
    for name, password in (("\x00\ud800", "\ud800"), ("'; --", "\x00"), ("x" * 10_000, "y" * 100_000)):
        with pytest.raises(LoginRefused):
            services.operators.log_in(name, password)


def test_a_disabled_operator_is_out_at_once_and_can_come_back(services, administrator, agent, add_voter):
    number = add_voter()
    services.operators.disable(administrator, agent.name)
    with pytest.raises(SessionEnded):
        services.voters.open(agent, number)
    services.operators.enable(administrator, agent.name)
    assert services.voters.open(services.operators.log_in(agent.name, PASSWORD), number).number == number


def test_a_changed_scope_holds_in_sessions_already_open(services, administrator, agent, add_voter):
    number = add_voter(academy="Rennes")
    services.operators.set_scope(administrator, agent.name, Scope(academies=frozenset({"Nantes"})))
    with pytest.raises(Exception, match="OutOfScope"):
        services.voters.open(agent, number)


def test_a_new_password_replaces_the_old_one(services, administrator, agent):
    services.operators.set_password(administrator, agent.name, "Another-Horse-8-Staple")
    with pytest.raises(LoginRefused):
        services.operators.log_in(agent.name, PASSWORD)
    assert services.operators.log_in(agent.name, "Another-Horse-8-Staple").id == agent.id


@pytest.mark.parametrize("password", ["short", "Ada.Adminada1", "motdepasse2026"])
def test_easy_passwords_are_refused(services, administrator, password):
    with pytest.raises(WeakPassword):
        services.operators.add(administrator, "Ada.Adminada", role=Role.AGENT, password=password)


def test_names_are_unique_the_last_administrator_stays_and_strangers_are_unknown(services, administrator, agent):
    with pytest.raises(OperatorExists):
        services.operators.add(administrator, "ALIX agent", role=Role.AGENT, password=PASSWORD)
    with pytest.raises(OperatorExists):
        services.operators.add_first("Second", PASSWORD)
    with pytest.raises(LastAdministrator):
        services.operators.disable(administrator, administrator.name)
    with pytest.raises(OperatorNotFound):
        services.operators.disable(administrator, "Nobody")


def test_only_administrators_manage_operators(services, agent, supervisor, auditor):
    for who in (agent, supervisor, auditor):
        with pytest.raises(RoleRefused):
            services.operators.add(who, "New One", role=Role.AGENT, password=PASSWORD)
        with pytest.raises(RoleRefused):
            services.operators.list_all(who)


def test_the_list_tells_roles_scopes_and_who_is_disabled(services, administrator, agent, supervisor):
    services.operators.disable(administrator, supervisor.name)
    views = {view.name: view for view in services.operators.list_all(administrator)}
    assert set(views) == {"Ada Admin", "Alix Agent", "Sam Supervisor"}
    assert views["Sam Supervisor"].disabled is not None
    assert views["Alix Agent"].scope.is_everything


@pytest.mark.parametrize("name", ["", "  ", "\u200b"])
def test_an_operator_needs_a_name(services, administrator, name):
    with pytest.raises(OperatorNotFound):
        services.operators.add(administrator, name, role=Role.AGENT, password=PASSWORD)

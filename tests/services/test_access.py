"""An access request: everything held on the voter, nothing of anybody else, no secret, and told in the trail."""

import json

import pytest
from sqlalchemy import select

from helpdesk.domain.errors import ReasonMissing, RoleRefused
from helpdesk.domain.states import AccountState
from helpdesk.store.held import DERIVED, _belongs
from helpdesk.store.schema import account, metadata, voter


def test_everything_is_there_but_secrets_and_names_of_staff(services, administrator, agent, add_voter, context):
    number = add_voter(state=AccountState.ACTIVE, others=("former.name@ac-rennes.fr",))
    other = add_voter(first="Somebody", family="Else")
    services.voters.open(agent, number)
    services.activation.resend(agent, number, reason="no mail came")
    held = services.access.export(administrator, number, reason="letter of 3 May")
    assert {"voter", "address", "account", "outbox", "enrolment", "audit_event"} <= set(held.held)
    if context.store.keeps_logins:  # no operator's login may read it: only the database's owner can export it
        assert {"voter.birth_date"} <= set(held.not_shown)
    else:
        assert held.held["voter"][0]["birth_date"].isoformat() == "1980-03-04"
        assert held.not_shown == ()
        assert (held.held["account"][0]["password"], held.held["account"][0]["answer"]) == (True, True)
    assert "former.name@ac-rennes.fr" in {row["address"] for row in held.held["address"]}
    told = json.dumps(held.held, default=str, ensure_ascii=False)
    with context.store.read() as connection:
        hashed = select(account.c.password_hash, account.c.answer_hash).where(account.c.password_hash.is_not(None))
        hashes = connection.execute(hashed).one()
    secrets = (*hashes, "argon2", agent.name, administrator.name, "Somebody", other)
    assert [secret for secret in secrets if secret in told] == []
    assert {row["actor"] for row in held.held["audit_event"]} == {"desk"}
    newest = services.trail.show(administrator, limit=1)[0]
    assert (newest.action, newest.voter, newest.reason) == ("voter_exported", number, "letter of 3 May")


def test_every_table_that_refers_to_voters_is_asked(services, administrator, add_voter):
    """A new table with a voter in it is part of the export without anybody thinking of it."""
    referring = {
        table.name
        for table in metadata.sorted_tables
        if any(key.column is voter.c.id for column in table.columns for key in column.foreign_keys)
    }
    asked = {table.name for table in metadata.sorted_tables if _belongs(table, 1, "1") is not None}
    assert referring - DERIVED <= asked
    assert {"voter", "audit_event", "link_request"} <= asked


def test_only_administrators_and_only_with_a_reason(services, administrator, supervisor, add_voter):
    number = add_voter()
    with pytest.raises(RoleRefused):
        services.access.export(supervisor, number, reason="letter of 3 May")
    with pytest.raises(ReasonMissing):
        services.access.export(administrator, number, reason="")

"""The end of the appeal period: everything held on voters goes, the trail stays provable, a statement says so."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from helpdesk.adapters.statement_key import Ed25519Signer, is_signed
from helpdesk.domain.errors import AuditBroken, RoleRefused, TooEarlyToPurge
from helpdesk.domain.statements import canonical_json
from helpdesk.domain.states import AccountState
from helpdesk.services import build_services
from helpdesk.store.copies import copy_store, earlier_copy
from helpdesk.store.retention import KEPT, emptied_tables
from helpdesk.store.schema import audit_event, metadata, voter

SIGNER = Ed25519Signer(bytes(range(32)))
PLANTED = ("Zéphyrine", "Quatrebarbes", "quatrebarbes", "planted reason")


@pytest.fixture
def after(election) -> date:
    return (election.vote_closes + timedelta(days=30)).date()


@pytest.fixture
def busy(services, administrator, add_voter, context, clock, election):
    """A store with something of every kind, on the day that the appeal period has ended."""
    number = add_voter(first="Zéphyrine", family="Quatrebarbes", state=AccountState.ACTIVE)
    services.voters.open(administrator, number)
    services.activation.resend(administrator, number, reason="planted reason")
    clock.now = election.vote_closes + timedelta(days=32)
    return number


@pytest.fixture
def owner(context):
    """Services over the owner's connection: on a server, no operator's login may empty tables."""
    return build_services(context)


def purge(services, operator, after, keep=lambda _signed: None):
    return services.retention.purge(operator, after=after, signer=SIGNER, keep=keep)


def test_a_plan_changes_nothing(services, owner, administrator, busy, after):
    plan = owner.retention.plan(administrator, after=after)
    assert (plan.removed["voter"], plan.removed["address"]) == (1, 1)
    assert plan.audit_rows > 0
    assert services.voters.open(administrator, busy).number == busy


def test_every_table_but_the_named_ones_is_emptied_and_the_trail_is_whole(
    services, owner, administrator, context, busy, after
):
    head = services.trail.head(administrator)
    signed = purge(owner, administrator, after)
    with context.store.read() as connection:
        left = {table.name: connection.scalar(select(func.count()).select_from(table)) for table in emptied_tables()}
        assert set(left.values()) == {0}
        assert {table.name for table in metadata.sorted_tables} == set(left) | KEPT
    now = services.trail.verify(administrator, against=head)
    assert now == signed.statement.audit_head
    newest, *older = services.trail.show(administrator)
    assert (newest.action, newest.actor) == ("store_purged", administrator.name)
    assert {(row.actor, row.voter, row.reason, row.request) for row in older} == {("", None, None, None)}
    assert all(row.detail == {} for row in older)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_of_it_is_left_in_the_files(services, owner, administrator, context, busy, after):
    copy = earlier_copy(context.store.path, "at-0001")
    copy_store(context.store, copy)
    signed = purge(owner, administrator, after)
    assert not copy.exists()
    assert signed.statement.copies_destroyed == (copy.name,)
    context.store.close()
    files = [path for path in context.store.path.parent.iterdir() if path.is_file()]
    found = [(path.name, word) for path in files for word in PLANTED if word.encode() in path.read_bytes()]
    assert found == []


def test_the_statement_says_what_went_and_bears_a_signature_that_a_change_breaks(
    services, owner, administrator, busy, after
):
    kept = []
    signed = purge(owner, administrator, after, kept.append)
    assert kept == [signed]
    assert signed.statement.removed["voter"] == 1
    assert is_signed(signed.statement.content(), signed.signature)
    document = json.loads(json.dumps(signed.document()))
    assert canonical_json(document["statement"]) == signed.statement.content()
    assert not is_signed(replace(signed.statement, removed={"voter": 0}).content(), signed.signature)


def test_a_statement_that_cannot_be_kept_leaves_everything(services, owner, administrator, busy, after):
    def full(_signed):
        raise OSError(28, "no space")

    with pytest.raises(OSError, match="no space"):
        purge(owner, administrator, after, full)
    assert services.voters.open(administrator, busy).number == busy
    services.trail.verify(administrator)


def test_not_while_voters_may_appeal_and_not_by_everybody(
    services, owner, administrator, supervisor, busy, clock, after
):
    with pytest.raises(RoleRefused):
        purge(owner, supervisor, after)
    clock.now -= timedelta(days=10)
    with pytest.raises(TooEarlyToPurge):
        purge(owner, administrator, after)
    clock.now -= timedelta(days=30)
    with pytest.raises(TooEarlyToPurge):
        purge(owner, administrator, date(2020, 1, 1))
    newest = services.trail.show(administrator, limit=1)[0]
    assert (newest.action, newest.outcome) == ("store_purged", "refused")
    assert services.voters.open(administrator, busy).number == busy


def test_a_row_redacted_by_hand_is_found(services, owner, administrator, busy, context):
    """Who can write the database could take a row's content away; without a purge that says so, it is broken."""
    with context.store.write() as connection:
        values = {"actor": "", "voter": None, "reason": None, "detail": {}, "request": None}
        connection.execute(update(audit_event).where(audit_event.c.seq == 2).values(values))
    with pytest.raises(AuditBroken) as found:
        services.trail.verify(administrator)
    assert (found.value.seq, found.value.why) == (2, "redacted")


@pytest.mark.parametrize(
    "change", ["reason = 'x'", "actor = ''", "actor = 'x'", "action = 'login'", "hash = 'x'", "seq = 99"]
)
def test_the_database_lets_nothing_else_be_changed_in_the_trail(context, services, administrator, busy, change):
    with pytest.raises(DBAPIError), context.store.write() as connection:
        connection.execute(text(f"UPDATE audit_event SET {change} WHERE seq = 2"))


def test_a_purge_twice_stays_provable(services, owner, administrator, busy, after, add_voter):
    purge(owner, administrator, after)
    add_voter()
    signed = purge(owner, administrator, after)
    assert services.trail.verify(administrator) == signed.statement.audit_head


def test_the_next_election_can_use_the_store(services, owner, administrator, busy, after, add_voter, context):
    purge(owner, administrator, after)
    with context.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(voter)) == 0
    number = add_voter()
    assert [hit.voter for hit in services.search.search(administrator, "dupont")] == [number]

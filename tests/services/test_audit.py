"""The trail: every act in it, provable, and closed to changes."""

import csv
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import AuditBroken, RoleRefused, TooFewClaims, VoterNotFound


def test_views_verifications_actions_and_refusals_are_all_there(services, administrator, agent, add_voter):
    number = add_voter()
    services.operators.log_in(agent.name, "Correct-Horse-9-Battery")
    services.voters.open(agent, number)
    services.voters.refresh(agent, number)
    services.activation.resend(agent, number, reason="no mail")
    with pytest.raises(Exception, match="NotVerified"):
        services.challenge.reset(agent, number, reason="forgotten")
    trail = [(event.action, event.outcome) for event in reversed(services.trail.show(administrator, by=agent.name))]
    assert trail == [
        (Action.LOGIN, Outcome.DONE),
        (Action.VOTER_VIEWED, Outcome.DONE),
        (Action.LINK_RESENT, Outcome.DONE),
        (Action.CHALLENGE_RESET, Outcome.REFUSED),
    ]


def test_a_look_without_a_view_is_a_view(services, administrator, agent, supervisor, add_voter, clock):
    number = add_voter()

    def views():
        return [event.actor for event in services.trail.show(administrator, voter=number)]

    services.voters.open(agent, number)
    services.voters.refresh(agent, number)
    services.voters.refresh(supervisor, number)
    assert views() == [supervisor.name, agent.name]
    clock.advance(hours=13)
    services.voters.refresh(agent, number)
    assert views() == [agent.name, supervisor.name, agent.name]


def test_bad_input_leaves_no_row(services, administrator, agent, add_voter):
    before = services.trail.head(administrator)
    number = add_voter()
    with pytest.raises(VoterNotFound):
        services.voters.open(agent, "nobody")
    with pytest.raises(TooFewClaims):
        services.verification.verify(agent, number, {})
    assert services.trail.head(administrator) == before


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"])
def test_the_database_itself_refuses_changes(services, administrator, database, statement):
    with pytest.raises(DBAPIError), database.write() as connection:
        connection.execute(text(statement))


def disarm(connection):
    """Take the guards off, as somebody with the database file in hand could."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER audit_event_no_update"))
        connection.execute(text("DROP TRIGGER audit_event_no_delete"))
    else:
        connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        ("UPDATE audit_event SET reason = 'another' WHERE seq = 3", 3, "changed"),
        ("UPDATE audit_event SET actor = 'another' WHERE seq = 1", 1, "changed"),
        ("DELETE FROM audit_event WHERE seq = 2", 2, "missing"),
        ("UPDATE audit_event SET hash = '0' WHERE seq = 2", 2, "unlinked"),
    ],
)
def test_tampering_is_found_and_named(services, administrator, agent, add_voter, database, statement, seq, why):
    number = add_voter()
    for _ in range(3):
        services.voters.open(agent, number)
    with database.write() as connection:
        disarm(connection)
        connection.execute(text(statement))
    with pytest.raises(AuditBroken) as broken:
        services.trail.verify(administrator)
    assert (broken.value.seq, broken.value.why) == (seq, why)


def test_a_swapped_pair_is_found_and_so_is_a_history_written_anew(
    services, administrator, agent, supervisor, add_voter, database
):
    number = add_voter()
    for who in (agent, supervisor):
        services.voters.open(who, number)
    kept = services.trail.head(administrator)
    with database.write() as connection:
        disarm(connection)
        for old, new in ((kept.seq, -1), (kept.seq - 1, kept.seq), (-1, kept.seq - 1)):
            connection.execute(text(f"UPDATE audit_event SET seq = {new} WHERE seq = {old}"))
    with pytest.raises(AuditBroken) as broken:
        services.trail.verify(administrator)
    assert broken.value.seq == kept.seq - 1
    with database.write() as connection:
        connection.execute(text(f"DELETE FROM audit_event WHERE seq >= {kept.seq - 1}"))
    services.voters.open(agent, number)
    services.voters.open(agent, number)
    services.trail.verify(administrator)  # whole in itself, and not what was kept
    with pytest.raises(AuditBroken) as broken:
        services.trail.verify(administrator, against=kept)
    assert broken.value.why == "head"


def test_a_removed_tail_is_found_with_the_head_kept_elsewhere(services, administrator, agent, add_voter, database):
    services.voters.open(agent, add_voter())
    kept = services.trail.head(administrator)
    assert services.trail.verify(administrator, against=kept) == kept
    with database.write() as connection:
        disarm(connection)
        connection.execute(text(f"DELETE FROM audit_event WHERE seq = {kept.seq}"))
    services.trail.verify(administrator)
    with pytest.raises(AuditBroken):
        services.trail.verify(administrator, against=kept)


def test_many_writers_at_once_make_one_chain(services, administrator, agent, add_voter):
    numbers = [add_voter() for _ in range(4)]
    gate = threading.Barrier(4)

    def work(number):
        gate.wait()
        for _ in range(10):
            services.voters.open(agent, number)

    before = services.trail.head(administrator).seq
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, numbers))
    assert services.trail.verify(administrator).seq == before + 40


def test_the_export_holds_every_row_and_no_formula(services, administrator, agent, add_voter, tmp_path):
    services.activation.resend(agent, add_voter(), reason="=SUM(A1) or so")
    path = tmp_path / "trail.csv"
    count = services.trail.export(administrator, path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == count == services.trail.head(administrator).seq
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@" and cell]
    assert rows[-1]["action"] == Action.AUDIT_EXPORTED


def test_agents_do_not_read_the_trail(services, agent, supervisor, auditor):
    for who in (agent, supervisor):
        with pytest.raises(RoleRefused):
            services.trail.show(who)
        with pytest.raises(RoleRefused):
            services.trail.verify(who)
    assert services.trail.show(auditor)


def test_everybody_who_can_have_signed_a_row_is_offered_to_those_who_read_the_trail(services, agent, auditor):
    assert services.trail.actors(auditor) == (
        "Ada Admin",
        "Alix Agent",
        "Odile Auditor",
        "mailer",
        "portal",
        "init",
        "demo",
    )
    with pytest.raises(RoleRefused):
        services.trail.actors(agent)

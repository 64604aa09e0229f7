"""Changes of address and unfinished notes, as the database guards them against whoever comes with psql in hand."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import insert, update

from helpdesk.store.schema import approval, draft
from tests.store.guard.conftest import ACTIVE, Cell, server_time

AGENT, COLLEAGUE, SUPERVISOR = "abel agent", "alix agent", "sam supervisor"
DECISION = "UPDATE approval SET approved = true, decided_by = %s, decided_at = now(), decision_reason = 'r'"


@pytest.fixture
def waiting_change(cell: Cell) -> None:
    now = server_time()
    row = {"voter_id": cell.ids[ACTIVE], "address": "jean.m@ac-rennes.fr", "reason": "r", "requested_at": now}
    with cell.store.write() as connection:
        connection.execute(
            insert(approval).values(**row, requested_by=cell.ids[AGENT], expires=now + timedelta(hours=48))
        )


@pytest.mark.usefixtures("waiting_change")
def test_the_database_lets_no_agent_decide_and_nobody_on_their_own_request(cell):
    for who in (AGENT, COLLEAGUE):
        with cell.connect(who) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(DECISION, (cell.ids[who],))
    with cell.store.write() as connection:
        connection.execute(update(approval).values(requested_by=cell.ids[SUPERVISOR]))
    with cell.connect(SUPERVISOR) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(DECISION, (cell.ids[SUPERVISOR],))


@pytest.mark.usefixtures("waiting_change")
def test_a_supervisor_may_decide_and_then_tie_that_address_and_no_other(cell):
    tie = "UPDATE address SET tied = %s WHERE voter_id = %s AND address = %s"
    voter = cell.ids[ACTIVE]
    with cell.connect(SUPERVISOR) as connection:
        assert connection.execute(DECISION, (cell.ids[SUPERVISOR],)).rowcount == 1
        assert connection.execute("UPDATE address SET tied = false WHERE voter_id = %s AND tied", (voter,)).rowcount
        assert connection.execute(tie, (True, voter, "jean.m@ac-rennes.fr")).rowcount == 1
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(tie, (True, voter, "jean.m@ac-rennes.fr"))


def test_an_unfinished_note_is_seen_by_its_writer_alone(cell):
    row = {"operator_id": cell.ids[AGENT], "voter_id": cell.ids[ACTIVE], "note": "n", "saved_at": server_time()}
    with cell.store.write() as connection:
        connection.execute(insert(draft).values(key="1", **row))
    seen = {}
    for who in (AGENT, COLLEAGUE, SUPERVISOR, "ada admin"):
        with cell.connect(who) as connection:
            seen[who] = connection.execute("SELECT count(*) FROM draft").fetchone()[0]
    assert seen == {AGENT: 1, COLLEAGUE: 0, SUPERVISOR: 0, "ada admin": 0}

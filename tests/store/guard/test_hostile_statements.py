"""What the database answers to whoever comes with psql in hand: each statement, as each login, with its refusal.

The statements and their refusals are the table in `hostile.txt`. After each of them every table is as it was before.
"""

import re
from pathlib import Path
from string import Template

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import text

from helpdesk.store.guard.rights import RIGHTS
from tests.store.guard.conftest import ACTIVE, NANTES, OWN, RENNES, WAITING

REFUSALS = {"denied": "permission denied|row-level security|helpdesk: "}
AGENT, OTHER, SUPERVISOR, ADMIN, AUDITOR = "alix agent", "abel agent", "sam supervisor", "ada admin", "odile auditor"
MAILER, PORTAL = "a mailer", "a portal"

CASES = [
    tuple(line.split(" ;; "))
    for line in Path(__file__).with_name("hostile.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def snapshot(cell):
    """Every row of every table, and who may log in."""
    with cell.store.read() as connection:
        digests = {
            table: connection.scalar(text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"))
            for table in sorted(RIGHTS)
        }
        logins = "SELECT md5(string_agg(a::text, '|' ORDER BY rolname)) FROM pg_authid AS a"
        return digests | {"logins": connection.scalar(text(logins))}


@pytest.fixture
def waiting_mail(cell):
    """A mail that waits, and a campaign under way with a mail of its own."""
    with cell.store.write() as connection:
        connection.execute(
            text(
                "INSERT INTO campaign (id, created_by, created_at, reason, selection, state, total, last_voter_id,"
                " changed_at) VALUES (1, :by, now(), 'r', '{}', 'running', 9, :held, now())"
            ),
            {"by": cell.ids[SUPERVISOR], "held": cell.ids[ACTIVE]},
        )
        connection.execute(
            text(
                "INSERT INTO outbox (message_id, voter_id, kind, language, to_address, generation, queued_at,"
                " next_attempt_at, expires_at, priority, campaign_id) SELECT 'h', voter_id, 'password', 'fr', address,"
                " 0, now(), now(), now() + interval '1 day', 1, 1 FROM address WHERE voter_id = :voter AND tied"
            ),
            {"voter": cell.ids[ACTIVE]},
        )
        connection.execute(
            text(
                "INSERT INTO outbox (message_id, voter_id, kind, language, to_address, generation, queued_at,"
                " next_attempt_at, expires_at) SELECT 'w', voter_id, 'activation', 'fr', address, 0, now(), now(),"
                " now() + interval '1 day' FROM address WHERE voter_id = :voter AND tied"
            ),
            {"voter": cell.ids[WAITING]},
        )


def places(cell, who):
    with cell.store.read() as connection:
        tied = connection.scalar(
            text("SELECT address FROM address WHERE tied AND voter_id = :v"), {"v": cell.ids[RENNES]}
        )
    return {
        "rennes": cell.ids[RENNES], "active": cell.ids[ACTIVE], "waiting": cell.ids[WAITING],
        "nantes": cell.ids[NANTES], "own": cell.ids[OWN], "me": cell.ids.get(who, 0), "tied": tied,
        "held": cell.ids[ACTIVE],
        "colleague": cell.ids[OTHER], "RENNES": RENNES, "ACTIVE": ACTIVE, "NANTES": NANTES, "OWN": OWN,
    }  # fmt: skip


def answer_to(connection, sql):
    """The number of rows that came back or changed, or the first line of the error."""
    try:
        with connection.transaction():
            done = connection.execute(sql)
            return len(done.fetchall()) if done.description else done.rowcount
    except psycopg.Error as error:
        return str(error).splitlines()[0]
    finally:
        connection.execute("RESET ALL")
        connection.commit()


def is_refused(answer, refusal):
    if refusal == "unseen":
        return answer == 0
    return isinstance(answer, str) and re.search(REFUSALS.get(refusal, refusal), answer) is not None


def test_no_hostile_statement_gets_through(cell, waiting_mail):
    """One test for all: the server and its voters are made once, and what got through is listed whole."""
    assert len(CASES) >= 60
    before = snapshot(cell)
    connections = {who: cell.connect(who) for who in {who for who, _refusal, _statement in CASES}}
    got_through = []
    for who, refusal, statement in CASES:
        sql = Template(statement).substitute(places(cell, who))
        answer = answer_to(connections[who], sql)
        after = snapshot(cell)
        if not is_refused(answer, refusal) or after != before:
            got_through.append((who, sql, answer, [name for name in after if after[name] != before[name]]))
        before = after
    assert got_through == []


def test_refusals_quote_no_voter(cell, waiting_mail):
    """Neither a refusal nor a look at what is out of reach tells that there is something."""
    connection = cell.connect(AGENT)
    answers = []
    for voter_id in (cell.ids[NANTES], 999_999):
        with pytest.raises(psycopg.Error) as refused, connection.transaction():
            connection.execute(
                "INSERT INTO contact (voter_id, operator_id, started, channel, motive)"
                " VALUES (%s, %s, now(), 'phone', 'other')",
                (voter_id, cell.ids[AGENT]),
            )
        answers.append(str(refused.value))
    assert answers[0] == answers[1]


def entry(action, voter):
    """A row for the trail, as the services hand it over."""
    return Jsonb([{"action": action, "outcome": "done", "voter": voter, "reason": "why", "detail": {}}])


def test_what_each_may_do_it_can(cell):
    """The refusals above come from rules, not from a database that refuses everything."""
    seen = {
        who: cell.connect(who).execute("SELECT count(*) FROM voter").fetchone()[0]
        for who in (AGENT, OTHER, ADMIN, AUDITOR, MAILER, PORTAL)
    }
    assert seen == {AGENT: 3, OTHER: 5, ADMIN: 5, AUDITOR: 0, MAILER: 5, PORTAL: 5}
    connection = cell.connect(AGENT)
    with connection.transaction():
        matched = connection.execute(
            "SELECT helpdesk.verify_caller(%s, now(), now() + interval '9 min', %s)",
            (cell.ids[ACTIVE], '{"birth_date": ["1980-03-04"], "voter_number": ["10000002"]}'),
        ).fetchone()[0]
        connection.execute(
            "SELECT helpdesk.append_audit(now(), 'Somebody Else', %s)", (entry("caller_verified", ACTIVE),)
        )
    assert matched is True
    with connection.transaction():
        changed = connection.execute(
            "UPDATE account SET state = 'challenge_reset', challenge_question_id = NULL, answer_hash = NULL"
            " WHERE voter_id = %s",
            (cell.ids[ACTIVE],),
        ).rowcount
        connection.execute("SELECT helpdesk.append_audit(now(), 'x', %s)", (entry("challenge_reset", ACTIVE),))
    assert changed == 1
    rows = connection.execute("SELECT DISTINCT actor FROM audit_event").fetchall()
    assert rows == [("Alix Agent",)]

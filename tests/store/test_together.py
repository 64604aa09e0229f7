"""Several questions in one trip: each answer as if it had been asked for alone."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Float, column, select, values

from helpdesk.store.schema import audit_event, contact, voter
from helpdesk.store.together import read_together
from tests.statements import counted


def test_answers_are_those_of_each_question_in_its_order(database, services, agent, add_voter):
    numbers = [add_voter(first=first, family='O"Brien, {a}\n\\ é') for first in ("Zoé", "Anne", "Łukasz")]
    for number in numbers:
        services.voters.open(agent, number)
    questions = {
        "voters": select(voter.c.id, voter.c.number, voter.c.first_name, voter.c.family_name, voter.c.birth_date)
        .order_by(voter.c.id.desc())
        .limit(2),
        "trail": select(audit_event.c.at, audit_event.c.detail, audit_event.c.reason).order_by(audit_event.c.seq),
        "nothing": select(contact.c.id, contact.c.follow_up, contact.c.started).where(contact.c.id < 0),
    }
    with database.read() as connection:
        alone = {name: connection.execute(question).mappings().all() for name, question in questions.items()}
        with counted(database) as statements:
            found = read_together(connection, questions)
    assert {name: [_columns(row) for row in rows] for name, rows in found.items()} == {
        name: [dict(row) for row in rows] for name, rows in alone.items()
    }
    assert len(found["voters"]) == 2
    assert isinstance(found["voters"][0].birth_date, date)
    assert found["trail"][0].at.tzinfo is UTC
    assert isinstance(found["trail"][0].at, datetime)
    assert len(statements) == (1 if database.keeps_logins else len(questions))


def test_what_json_would_change_is_not_asked_for(postgresql_store):
    numbers = values(column("share", Float), name="shares").data([(0.5,)])
    with postgresql_store.read() as connection, pytest.raises(TypeError):
        read_together(connection, {"shares": select(numbers.c.share)})


def _columns(row):
    return dict(row._mapping) if hasattr(row, "_mapping") else vars(row)

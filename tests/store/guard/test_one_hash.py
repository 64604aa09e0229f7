"""The database hashes a row of the trail as Python does: whatever it holds, the chain verifies."""

import json
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from helpdesk.domain.audit import Action, Outcome, canonical_content, content_hash, verify_chain
from helpdesk.store.audit_chain import append, walk_chain

# Whatever PostgreSQL can hold: no NUL and no lone surrogate, which `nfc` and the driver keep out.
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=30)
times = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (made UTC)
names = texts.filter(bool)  # a row without an actor is one that a purge redacted
VOTER = "1\n\"é'\\"
details = st.dictionaries(texts, texts, max_size=6)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=times, actor=texts, reason=st.none() | texts, detail=details, request=st.none() | texts, seq=st.integers(1))
def test_sql_and_python_agree_on_every_text(postgresql_store, at, actor, reason, detail, request, seq):
    seq %= 2**62
    row = {"seq": seq, "at": at, "actor": actor, "reason": reason, "request": request}
    python = content_hash(canonical_content(action="link_resent", outcome="done", voter=VOTER, detail=detail, **row))
    query = text(
        "SELECT helpdesk.audit_content_hash(:seq, :at, :actor, 'link_resent', 'done', :voter, :reason,"
        " CAST(:detail AS jsonb), :request)"
    )
    with postgresql_store.read() as connection:
        sql = connection.scalar(query, row | {"voter": VOTER, "detail": json.dumps(detail)})
    assert sql == python


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(times, names, st.none() | texts, details), min_size=1, max_size=5))
def test_a_chain_that_the_database_made_verifies(database, rows):
    with database.write() as connection:
        for at, actor, reason, detail in rows:
            append(connection, at=at, actor=actor, action=Action.LOGIN, outcome=Outcome.DONE, reason=reason,
                   detail=detail)  # fmt: skip
        stored = list(walk_chain(connection))
        assert verify_chain(stored).seq == len(stored)
        assert [event.detail for event in stored[-len(rows) :]] == [detail for *_rest, detail in rows]

"""A trail that retention redacted: whole as long as a later purge says so, and broken otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.domain.audit import (
    GENESIS,
    PURGED_THROUGH,
    Action,
    AuditEvent,
    ChainHead,
    Outcome,
    canonical_content,
    chain_hash,
    content_hash,
    verify_chain,
)
from helpdesk.domain.errors import AuditBroken

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


def chain(*purges, length=8):
    """Rows of an ordinary trail; those numbered in `purges` (seq, through) are of purges."""
    rows, previous, through = [], GENESIS, dict(purges)
    for seq in range(1, length + 1):
        purge = seq in through
        fields = {
            "seq": seq, "at": NOW + timedelta(seconds=seq), "actor": "Ada", "voter": None, "reason": None,
            "action": Action.STORE_PURGED if purge else Action.LOGIN, "outcome": Outcome.DONE,
            "detail": {PURGED_THROUGH: through[seq]} if purge else {}, "request": None,
        }  # fmt: skip
        content = content_hash(canonical_content(**fields))
        previous = chain_hash(previous, content)
        rows.append(AuditEvent(**fields, content_hash=content, hash=previous))
    return rows


def redact(rows, *places):
    return [replace(row, actor="", voter=None, reason=None, detail={}) if row.seq in places else row for row in rows]


def broken(rows, **more):
    with pytest.raises(AuditBroken) as error:
        verify_chain(rows, **more)
    return error.value.seq, error.value.why


def test_rows_that_a_later_purge_answers_for_stand():
    rows = chain((6, "5"))
    head = ChainHead(8, rows[-1].hash)
    assert verify_chain(redact(rows, 1, 2, 3, 4, 5)) == head
    assert verify_chain(redact(rows, 2, 4)) == head
    assert verify_chain(redact(chain((4, "3"), (8, "7")), 1, 3, 5, 6)).seq == 8
    assert verify_chain(redact(rows, 1), against=ChainHead(1, rows[0].hash)) == head


def test_rows_that_no_purge_answers_for_are_named_by_the_first():
    assert broken(redact(chain(), 3, 5)) == (3, "redacted")
    assert broken(redact(chain((6, "5")), 2, 7)) == (7, "redacted")
    assert broken(redact(chain((6, "4")), 5)) == (5, "redacted")
    assert broken(redact(chain((6, "4")), 3, 4, 5)) == (3, "redacted")
    assert broken(redact(chain((3, "2")), 1, 2, 8)) == (8, "redacted")


@pytest.mark.parametrize("through", ["6", "7", "", "x", "-1", "²"])
def test_a_purge_answers_for_rows_before_its_own_only(through):
    assert broken(redact(chain((6, through)), 5)) == (5, "redacted")


def test_a_purge_that_was_refused_or_redacted_or_is_none_answers_for_nothing():
    rows = chain((6, "5"))
    assert broken(redact(rows, 5, 6))[1] == "redacted"
    for change in ({"outcome": Outcome.REFUSED}, {"action": Action.LOGIN}):
        fields = {
            name: getattr(rows[5], name) for name in ("seq", "at", "actor", "voter", "reason", "detail", "request")
        }
        fields |= {"action": rows[5].action, "outcome": rows[5].outcome} | change
        content = content_hash(canonical_content(**fields))
        other = AuditEvent(**fields, content_hash=content, hash=chain_hash(rows[4].hash, content))
        assert broken(redact([*rows[:5], other], 5)) == (5, "redacted")


def test_a_redacted_row_keeps_its_place_by_the_hash_of_what_it_held():
    rows = redact(chain((6, "5")), 3)
    rows[2] = replace(rows[2], content_hash="0" * 64)
    assert broken(rows) == (3, "unlinked")


def test_what_is_wrong_is_named():
    rows = chain()
    assert broken([*rows[:2], replace(rows[2], actor="Eve"), *rows[3:]]) == (3, "changed")
    assert broken([*rows[:2], replace(rows[2], hash="0" * 64), *rows[3:]]) == (3, "unlinked")
    assert broken(rows[1:]) == (1, "missing")
    assert broken([rows[0], rows[0]]) == (2, "missing")
    assert broken(rows, against=ChainHead(8, "f" * 64)) == (8, "head")
    assert broken(rows, against=ChainHead(9, rows[-1].hash)) == (9, "head")
    assert broken([], against=ChainHead(1, "f" * 64)) == (1, "head")


def test_a_row_is_hashed_as_written_down_here():
    """Another program must be able to check the trail: SHA-256 over canonical JSON, then over both hashes."""
    content = canonical_content(
        seq=1, at=datetime.fromisoformat("2026-11-25T11:00:00.5+01:00"), actor="Zoé", action="login", outcome="done",
        voter=None, reason=None, detail={"b": "2", "a": "1"}, request=None,
    )  # fmt: skip
    assert (
        content
        == (
            '{"action":"login","actor":"Zoé","at":"2026-11-25T10:00:00.500000+00:00","detail":{"a":"1","b":"2"},'
            '"outcome":"done","reason":null,"request":null,"seq":1,"voter":null}'
        ).encode()
    )
    assert content_hash(b"a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert chain_hash("a", "b") == "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"

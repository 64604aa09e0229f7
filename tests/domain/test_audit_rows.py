"""What the hash of a row of the trail is taken of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from helpdesk.domain.audit import GENESIS, AuditEvent, canonical_content, chain_hash, content_hash, content_of

AT = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
EVENT = AuditEvent(
    seq=7, at=AT, actor="Ada", action="login", outcome="done", voter="10000008", reason="call",
    detail={"b": "2", "a": "é"}, request="r-1", content_hash="", hash="",
)  # fmt: skip


def test_a_row_is_hashed_as_sorted_json_in_utc():
    content = (
        '{"action":"login","actor":"Ada","at":"2026-11-24T12:30:00.000000+00:00","detail":{"a":"é","b":"2"},'
        '"outcome":"done","reason":"call","request":"r-1","seq":7,"voter":"10000008"}'
    )
    paris = timezone(timedelta(hours=1))
    for at in (AT, AT.astimezone(paris)):
        told = canonical_content(
            seq=7, at=at, actor="Ada", action="login", outcome="done", voter="10000008", reason="call",
            detail=EVENT.detail, request="r-1",
        )  # fmt: skip
        assert told == content.encode()


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 8}, {"at": AT + timedelta(microseconds=1)}, {"actor": "Bob"}, {"action": "invited"},
        {"outcome": "refused"}, {"voter": None}, {"reason": None}, {"detail": {}}, {"request": None},
        {"request": "r-2"},
    ],
    ids=str,
)  # fmt: skip
def test_any_change_of_a_row_changes_its_hash(change):
    assert content_of(replace(EVENT, **change)) != content_of(EVENT)


def test_a_hash_depends_on_the_row_before():
    content = content_hash(content_of(EVENT))
    assert chain_hash(GENESIS, content) != chain_hash("1" * 64, content)

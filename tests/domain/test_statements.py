"""The statement of a purge: one spelling, all that was removed, and a signature beside it."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

from helpdesk.domain.audit import ChainHead
from helpdesk.domain.ports import Signature
from helpdesk.domain.statements import REMAINING, PurgeStatement, SignedStatement, canonical_json

STATEMENT = PurgeStatement(
    program="1.0", election="Élections 2026", appeals_ended=date(2027, 1, 20),
    purged_at=datetime(2027, 2, 1, 9, 30, tzinfo=timezone(timedelta(hours=1))), purged_by="Ada Admin",
    removed={"voter": 3, "address": 5}, audit_rows_redacted=7, audit_head=ChainHead(12, "f" * 64),
    copies_destroyed=("/srv/old.db",),
)  # fmt: skip
PLAIN = {
    "program": "1.0", "election": "Élections 2026", "appeals_ended": "2027-01-20",
    "purged_at": "2027-02-01T08:30:00+00:00", "purged_by": "Ada Admin", "removed": {"voter": 3, "address": 5},
    "audit_rows_redacted": 7, "audit_head": {"seq": 12, "hash": "f" * 64}, "copies_destroyed": ["/srv/old.db"],
    "remaining": REMAINING,
}  # fmt: skip


def test_equal_values_have_one_spelling():
    assert canonical_json({"é": 1, "b": [1, {"z": None, "a": True}]}) == '{"b":[1,{"a":true,"z":null}],"é":1}'.encode()


def test_a_statement_tells_all_in_values_that_json_knows_with_times_in_utc():
    assert STATEMENT.plain() == PLAIN
    assert json.loads(STATEMENT.content()) == PLAIN
    assert STATEMENT.content() == canonical_json(PLAIN)


def test_the_same_moment_in_another_zone_is_the_same_statement():
    values = {name: getattr(STATEMENT, name) for name in PurgeStatement.__slots__}
    assert (
        PurgeStatement(**values | {"purged_at": STATEMENT.purged_at.astimezone(UTC)}).content() == STATEMENT.content()
    )


def test_a_signed_statement_holds_key_and_signature_beside_what_was_signed():
    signed = SignedStatement(STATEMENT, Signature(public_key="pub", value="sig"))
    assert signed.document() == {
        "statement": PLAIN,
        "signature": {"algorithm": "Ed25519", "public_key": "pub", "value": "sig"},
    }

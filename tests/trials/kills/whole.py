"""What must be true of an embedded store whatever was killed."""

import contextlib
import json
import sqlite3
from pathlib import Path

from helpdesk.domain.audit import verify_chain
from helpdesk.domain.errors import HelpdeskError
from helpdesk.store.audit_chain import walk_chain
from helpdesk.store.engine import Store
from tests.trials.contents import integrity


def complaints(path: Path) -> list[str]:
    """What is wrong: pages, references, the trail, a row of the trail without what it tells of, or the reverse."""
    said = integrity(path)
    wrong = [] if said == "ok" else [f"file: {said}"]
    store = Store(f"sqlite:///{path}")
    try:
        with store.read() as connection:
            verify_chain(walk_chain(connection))
    except HelpdeskError as error:
        wrong.append(f"trail: {error}")
    finally:
        store.close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        wrong += _half_done(connection)
    return wrong


def _half_done(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT action, detail FROM audit_event WHERE outcome = 'done' AND action IN ('link_resent', 'challenge_reset')"
    )
    told = {json.loads(detail).get("message") for _action, detail in rows}
    queued = {
        str(row[0])
        for row in connection.execute("SELECT id FROM outbox WHERE kind IN ('activation', 'password', 'question')")
    }
    wrong = [f"trail tells of mail {message}, which is not there" for message in told - queued]
    bad_tied = connection.execute(
        "SELECT count(*) FROM voter v WHERE (SELECT count(*) FROM address a WHERE a.voter_id = v.id AND a.tied) <> 1"
        " OR NOT EXISTS (SELECT 1 FROM account c WHERE c.voter_id = v.id)"
    ).fetchone()[0]
    if bad_tied:
        wrong.append(f"{bad_tied} voters without an account or with other than one tied address")
    used = connection.execute(
        "SELECT count(*) FROM one_time_link l JOIN account a USING (voter_id) WHERE l.used IS NOT NULL"
        " AND l.purpose IN ('activation', 'password') AND a.password_hash IS NULL"
    ).fetchone()[0]
    if used:
        wrong.append(f"{used} links used up without a password")
    return wrong

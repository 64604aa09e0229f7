"""A caller's check as the store makes it: compared with what is stored, and recorded, in one go."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, cast, func, insert, select

from helpdesk.store.schema import Document, UtcDateTime, establishment, verification, voter


def compare_claims(
    connection: Connection,
    *,
    operator_id: int,
    voter_id: int,
    at: datetime,
    expires: datetime,
    spelled: Mapping[str, tuple[str, ...]],
) -> bool:
    """True when each claim has a spelling that is the stored value; the result is recorded, good until `expires`.

    On PostgreSQL the database does it itself (`guard/sql/4_guards.sql`): no login can read a birth date or write a
    result of its own.
    """
    if connection.dialect.name == "postgresql":
        claims = cast({claim: list(texts) for claim, texts in spelled.items()}, Document)
        judged = func.helpdesk.verify_caller(voter_id, cast(at, UtcDateTime), cast(expires, UtcDateTime), claims)
        return bool(connection.execute(select(judged)).scalar_one())
    row = connection.execute(
        select(voter.c.birth_date, establishment.c.code, voter.c.family_name, voter.c.number, voter.c.corps)
        .join(establishment, establishment.c.id == voter.c.establishment_id)
        .where(voter.c.id == voter_id)
    ).one()
    stored = {
        "birth_date": row.birth_date.isoformat() if row.birth_date else None,
        "establishment": row.code,
        "family_name": row.family_name,
        "voter_number": row.number,
        "corps": row.corps,
    }
    fits = [stored[claim] in texts for claim, texts in spelled.items()]
    matched = all(fits)
    values = {"operator_id": operator_id, "voter_id": voter_id, "at": at, "matched": matched}
    connection.execute(insert(verification).values(values | {"expires": expires if matched else None}))
    return matched

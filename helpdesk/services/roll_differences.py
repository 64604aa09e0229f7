"""What a roll would change, voter by voter: the first of each kind, for people to look at before anything is done."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from helpdesk.domain.addresses import fold_address
from helpdesk.domain.roll import MOST_DIFFERENCES, SEVERAL, Change, Difference, DifferenceKind
from helpdesk.domain.roll_rows import RollRow
from helpdesk.store.schema import address, ballot, enrolment, establishment, voter


def differences(
    connection: Connection, *, added: Sequence[RollRow], changed: Sequence[RollRow], missing: Sequence[str]
) -> tuple[Difference, ...]:
    """Of voters that are added, changed (the first of them, as the file has them) and missing (numbers of all)."""
    return (
        *(Difference(DifferenceKind.ADDED, row.number, _name(row), row.line) for row in added),
        *_changed(connection, changed),
        *_missing(connection, missing[:MOST_DIFFERENCES]),
    )


def _name(row: RollRow) -> str:
    return f"{row.first_name} {row.usage_name or row.family_name}"


def _missing(connection: Connection, numbers: Sequence[str]) -> Iterator[Difference]:
    columns = (voter.c.number, voter.c.first_name, voter.c.family_name, voter.c.usage_name)
    for row in connection.execute(select(*columns).where(voter.c.number.in_(numbers)).order_by(voter.c.number)):
        yield Difference(DifferenceKind.MISSING, row.number, f"{row.first_name} {row.usage_name or row.family_name}")


def _changed(connection: Connection, rows: Sequence[RollRow]) -> Iterator[Difference]:
    stored = _stored(connection, [row.number for row in rows])
    for row in rows:
        old, new = stored[row.number], _columns(row)
        changes = tuple(
            Change(column, old[column], value) for column, value in new.items() if not _same(column, old[column], value)
        )
        yield Difference(
            DifferenceKind.CHANGED, row.number, _name(row), row.line, changes or (Change("date_naissance", "", ""),)
        )


def _same(column: str, old: str, new: str) -> bool:
    if column in {"mel_secondaires", "codes_scrutins"}:
        return set(old.split(SEVERAL)) == set(new.split(SEVERAL))
    return fold_address(old) == fold_address(new) if column == "mel_identifiant" else old == new


def _columns(row: RollRow) -> dict[str, str]:
    return {
        "civilite": row.title,
        "nom_usage": row.usage_name,
        "nom_famille": row.family_name,
        "prenom": row.first_name,
        "mel_identifiant": row.tied,
        "mel_secondaires": SEVERAL.join(row.others),
        "academie": row.academy,
        "departement": row.department,
        "uai": row.establishment_code,
        "etablissement": row.establishment_name,
        "corps": row.corps,
        "statut": row.status,
        "codes_scrutins": SEVERAL.join(row.ballots),
    }


def _stored(connection: Connection, numbers: Sequence[str]) -> dict[str, dict[str, str]]:
    columns = (
        voter.c.id, voter.c.number, voter.c.title, voter.c.usage_name, voter.c.family_name, voter.c.first_name,
        voter.c.academy, voter.c.department, voter.c.corps, voter.c.status, establishment.c.code, establishment.c.name,
    )  # fmt: skip
    query = select(*columns).join(establishment, establishment.c.id == voter.c.establishment_id)
    people = connection.execute(query.where(voter.c.number.in_(numbers))).all()
    ids = [row.id for row in people]
    addresses: dict[int, list[tuple[bool, str]]] = {}
    held = select(address.c.voter_id, address.c.tied, address.c.address).where(address.c.voter_id.in_(ids))
    for each in connection.execute(held.order_by(address.c.id)):
        addresses.setdefault(each.voter_id, []).append((each.tied, each.address))
    ballots: dict[int, list[str]] = {}
    query_ballots = select(enrolment.c.voter_id, ballot.c.code).join(ballot, ballot.c.id == enrolment.c.ballot_id)
    for enrolled in connection.execute(query_ballots.where(enrolment.c.voter_id.in_(ids)).order_by(ballot.c.id)):
        ballots.setdefault(enrolled.voter_id, []).append(enrolled.code)
    return {
        row.number: {
            "civilite": row.title,
            "nom_usage": row.usage_name,
            "nom_famille": row.family_name,
            "prenom": row.first_name,
            "mel_identifiant": next((text for tied, text in addresses.get(row.id, []) if tied), ""),
            "mel_secondaires": SEVERAL.join(text for tied, text in addresses.get(row.id, []) if not tied),
            "academie": row.academy,
            "departement": row.department,
            "uai": row.code,
            "etablissement": row.name,
            "corps": row.corps,
            "statut": row.status,
            "codes_scrutins": SEVERAL.join(ballots.get(row.id, [])),
        }
        for row in people
    }

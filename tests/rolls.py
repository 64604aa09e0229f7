"""Roll files made for a test, with sensible defaults for every column."""

import csv
from pathlib import Path

from helpdesk.domain.roll import COLUMNS

DEFAULTS = {
    "id_electeur": "10000001",
    "civilite": "Mme",
    "nom_usage": "",
    "nom_famille": "Dupont",
    "prenom": "Marie",
    "date_naissance": "04/03/1980",
    "mel_identifiant": "marie.dupont@ac-rennes.fr",
    "mel_secondaires": "",
    "academie": "Rennes",
    "departement": "35",
    "uai": "0350001L",
    "etablissement": "Collège Jean Moulin",
    "corps": "Professeur certifié",
    "statut": "titulaire",
    "codes_scrutins": "CSA-MEN|CSA-A",
}


def row(number: int = 1, **cells: str) -> dict[str, str]:
    """One voter's cells; number and tied address follow `number` unless given."""
    own = {"id_electeur": str(10_000_000 + number), "mel_identifiant": f"marie.dupont{number}@ac-rennes.fr"}
    return DEFAULTS | own | cells


def write_roll(
    path: Path,
    rows: list[dict[str, str]],
    *,
    separator: str = ";",
    encoding: str = "utf-8",
    header: tuple[str, ...] = COLUMNS,
) -> Path:
    """Write the rows as a CSV file; the path again."""
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file, delimiter=separator)
        out.writerow(header)
        out.writerows([each[column] for column in COLUMNS] for each in rows)
    return path

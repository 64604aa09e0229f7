"""An invented electoral roll in the canonical columns: realistic names, addresses, schools and ballots."""

import csv
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

from helpdesk.domain.folding import fold
from helpdesk.domain.roll import COLUMNS
from helpdesk.domain.uai import check_letter

_ACADEMIES = (
    ("Aix-Marseille", "13"), ("Bordeaux", "33"), ("Corse", "2A"), ("Corse", "2B"), ("Créteil", "94"),
    ("Guadeloupe", "971"), ("La Réunion", "974"), ("Lille", "59"), ("Lyon", "69"), ("Mayotte", "976"),
    ("Montpellier", "34"), ("Nantes", "44"), ("Nantes", "49"), ("Rennes", "22"), ("Rennes", "29"), ("Rennes", "35"),
    ("Rennes", "56"), ("Strasbourg", "67"), ("Toulouse", "31"), ("Versailles", "78"),
)  # fmt: skip
_KINDS = (("École élémentaire", 8), ("Collège", 4), ("Lycée", 2), ("Lycée professionnel", 1))
_PATRONS = (
    "Jean Moulin", "Victor Hugo", "Jules Ferry", "Marie Curie", "Louis Pasteur", "Simone Veil", "Émile Zola",
    "George Sand", "Lucie Aubrac", "Aimé Césaire", "Albert Camus", "Rosa Parks", "Antoine de Saint-Exupéry",
    "La Fontaine", "Condorcet", "Joséphine Baker", "Les Tilleuls", "L'Orée du bois",
)  # fmt: skip
_SECOND_DEGREE = ("CSA-MEN", "CSA-A", "CAPN-2D", "CAPA-2D")
_CORPS: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    # name, status, share, ballots (facts.md, "Ballots by profile")
    ("Professeur des écoles", "titulaire", 30, ("CSA-MEN", "CSA-A", "CAPD")),
    ("Professeur certifié", "titulaire", 24, _SECOND_DEGREE),
    ("Professeur agrégé", "titulaire", 6, _SECOND_DEGREE),
    ("Conseiller principal d'éducation", "titulaire", 3, _SECOND_DEGREE),
    ("AESH", "contractuel", 14, ("CSA-MEN", "CSA-A", "CCP-AED")),
    ("Assistant d'éducation", "contractuel", 7, ("CSA-MEN", "CSA-A", "CCP-AED")),
    ("Adjoint administratif", "titulaire", 4, ("CSA-MEN", "CSA-A", "CAPA-ADM")),
    ("SAENES", "titulaire", 3, ("CSA-MEN", "CSA-A", "CAPN-ADM", "CAPA-ADM")),
    ("Personnel de direction", "titulaire", 2, ("CSA-MEN", "CSA-A", "CAPN-DIR")),
    ("Maître contractuel du privé", "contractuel", 7, ("CCMMEP", "CCMA")),
)
_VOTERS_A_NAME, _BORNE_BY_COMMON_NAMES = 8, 20_000
"""So many voters bear one last name on average; up to so many voters, the common ones are enough."""
_BEGINNINGS = (
    "Bar",
    "Ber",
    "Bi",
    "Bros",
    "Cal",
    "Cam",
    "Char",
    "Chau",
    "Clé",
    "Cor",
    "Cro",
    "Dar",
    "Del",
    "Dou",
    "Dro",
    "Fer",
    "Flo",
    "Fra",
    "Gal",
    "Ger",
    "Gra",
    "Gri",
    "Hau",
    "Her",
    "Hu",
    "Jar",
    "Ju",
    "Ker",
    "Lar",
    "Lau",
    "Lé",
    "Lu",
    "Mal",
    "Mar",
    "Mer",
    "Mon",
    "Mor",
    "Nau",
    "Nor",
    "Pas",
    "Per",
    "Plan",
    "Pré",
    "Qui",
    "Ram",
    "Ri",
    "Roc",
    "Sal",
    "Sau",
    "Ser",
    "Sou",
    "Tal",
    "Ter",
    "Thi",
    "Tré",
    "Val",
    "Ver",
    "Vin",
    "Voi",
    "Ya",
)
_MIDDLES = (
    "ba",
    "bi",
    "chai",
    "cha",
    "de",
    "di",
    "fa",
    "ge",
    "gué",
    "la",
    "lé",
    "li",
    "lo",
    "ma",
    "mé",
    "mi",
    "na",
    "ne",
    "ni",
    "pa",
    "pi",
    "que",
    "ra",
    "ré",
    "ri",
    "ro",
    "sa",
    "si",
    "ta",
    "ti",
    "vai",
    "va",
    "vi",
    "zé",
)
_ENDS = (
    "bert",
    "ceau",
    "chard",
    "chet",
    "court",
    "dal",
    "din",
    "don",
    "fort",
    "gnol",
    "gnon",
    "gues",
    "land",
    "leau",
    "let",
    "lier",
    "lin",
    "lot",
    "mand",
    "mont",
    "naud",
    "net",
    "nier",
    "noît",
    "peau",
    "pin",
    "quet",
    "rand",
    "reau",
    "ret",
    "rier",
    "rin",
    "ron",
    "sard",
    "seau",
    "sson",
    "tais",
    "tard",
    "teau",
    "tel",
    "tier",
    "tin",
    "vel",
    "ville",
    "vy",
)
_FIRST_NUMBER = 10_000_000
_FIRST_BIRTH, _BIRTH_DAYS = date(1958, 1, 1), 15_500
_MARRIED, _MOVED, _NATIONAL, _TIED_TO_NEW, _BALLOT_LOST = 0.28, 0.10, 0.25, 0.5, 0.01


@dataclass(frozen=True, slots=True)
class _School:
    code: str
    name: str
    academy: str
    department: str


def write_sample(path: Path, *, voters: int, seed: int = 1) -> None:
    """Write a roll of so many voters; the same seed gives the same file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";", lineterminator="\n")
        out.writerow(COLUMNS)
        out.writerows(_rows(voters, random.Random(seed)))  # noqa: S311 (invents people, guards nothing)


def _rows(count: int, rng: random.Random) -> Iterator[tuple[str, ...]]:
    first_names, last_names = _names(max(0, count - _BORNE_BY_COMMON_NAMES) // _VOTERS_A_NAME)
    first_weights, last_weights = _zipf(len(first_names)), _zipf(len(last_names))
    corps_weights = list(accumulate(share for _name, _status, share, _ballots in _CORPS))
    schools = _schools(rng, max(20, count // 40))
    used: dict[str, int] = {}
    for place in range(count):
        first = rng.choices(first_names, cum_weights=first_weights)[0]
        family, maiden = rng.choices(last_names, cum_weights=last_weights, k=2)
        school = rng.choice(schools)
        corps, status, _share, ballots = rng.choices(_CORPS, cum_weights=corps_weights)[0]
        usage = family if rng.random() < _MARRIED else ""
        birth_name = maiden if usage else family
        domain = f"ac-{_slug(school.academy)}.fr"
        tied, others = _free(used, first, birth_name, domain), []
        if usage:
            others.append(_free(used, first, usage, domain))
        elif rng.random() < _MOVED:
            others.append(_free(used, first, birth_name, f"ac-{_slug(rng.choice(_ACADEMIES)[0])}.fr"))
        if rng.random() < _NATIONAL:
            others.append(_free(used, first, usage or birth_name, "education.gouv.fr"))
        if usage and rng.random() < _TIED_TO_NEW:
            tied, others[0] = others[0], tied
        if rng.random() < _BALLOT_LOST:
            ballots = ballots[:-1]
        birth = _FIRST_BIRTH + timedelta(days=rng.randrange(_BIRTH_DAYS))
        yield (
            str(_FIRST_NUMBER + place * 7 + 1),
            rng.choice(("Mme", "M.")),
            usage,
            birth_name,
            first,
            f"{birth:%d/%m/%Y}",
            tied,
            "|".join(others),
            school.academy,
            school.department,
            school.code,
            school.name,
            corps,
            status,
            "|".join(ballots),
        )


def _names(rare: int) -> tuple[list[str], list[str]]:
    """Faker's French first and last names, imported here, since nothing but samples needs them; then rarer last names.

    A real roll of a million has some hundred thousand last names, and few namesakes.
    """
    from faker.providers.person.fr_FR import Provider  # noqa: PLC0415

    rng = random.Random(1)  # noqa: S311 (the same names for every seed)
    last_names = dict.fromkeys(Provider.last_names)
    wanted = len(last_names) + rare
    while len(last_names) < wanted:
        middle = "".join(rng.choices(_MIDDLES, k=rng.choice((0, 1, 1, 1, 2))))
        last_names.setdefault(rng.choice(_BEGINNINGS) + middle + rng.choice(_ENDS))
    return list(dict.fromkeys(Provider.first_names)), list(last_names)


def _zipf(count: int) -> list[float]:
    """Weights that fall as those of names do: a few are common, most are rare."""
    return list(accumulate(1 / (place + 5) ** 0.8 for place in range(count)))


def _schools(rng: random.Random, count: int) -> list[_School]:
    kinds, weights = [kind for kind, _share in _KINDS], [share for _kind, share in _KINDS]
    made = []
    for place in range(count):
        academy, department = rng.choice(_ACADEMIES)
        digits = f"{_prefix(department)}{place:04d}"[:7]
        name = f"{rng.choices(kinds, weights)[0]} {rng.choice(_PATRONS)}"
        made.append(_School(digits + check_letter(digits), name, academy, department))
    return made


def _prefix(department: str) -> str:
    """The first three digits of a code: Corsica's departments keep their old numbers 620 and 720."""
    return {"2A": "620", "2B": "720"}.get(department, department.zfill(3))


def _free(used: dict[str, int], first: str, last: str, domain: str) -> str:
    """An address nobody has yet: homonyms differ by a digit."""
    local = f"{_slug(first)}.{_slug(last)}"
    number = used.get(local, 0)
    used[local] = number + 1
    return f"{local}{number or ''}@{domain}"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z-]", "", fold(name).replace("la ", "", 1).replace(" ", "-"))

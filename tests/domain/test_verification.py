from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.errors import TooFewClaims
from helpdesk.domain.verification import Claim, KnownAttributes, check_claims, read_dates

KNOWN = KnownAttributes(
    birth_date=date(1980, 3, 4),
    establishment_code="0350001L",
    establishment_name="Collège Antoine de Saint-Exupéry",
    family_name="Le Goff-Élie",
    voter_number="10000008",
    corps="Professeur certifié",
)


def matches(**claims: str) -> bool:
    return check_claims({Claim(name): text for name, text in claims.items()}, KNOWN)


@pytest.mark.parametrize(
    "written",
    [
        "04/03/1980",
        "4.3.80",
        "4 mars 1980",
        "04031980",
        "1980-03-04",
        "4-3-1980",
        "4 March 1980",
        "04 03 1980",
        "4 MARS 80",
    ],
)
def test_a_birth_date_fits_in_every_usual_form(written):
    assert matches(birth_date=written, family_name="le goff elie")


@pytest.mark.parametrize("written", ["03/04/1980", "5 mars 1980", "1980", "31/02/1980", "hier", "99999999"])
def test_another_date_does_not(written):
    assert not matches(birth_date=written, family_name="le goff elie")


@pytest.mark.parametrize(
    "said",
    [
        "0350001l",
        "035 0001 L",
        "college antoine de saint exupery",
        "Antoine de Saint Exupéry.",
        "Antoine de Saint Exupery",
        "collège antoine de saint-exupérie",
    ],
)
def test_an_establishment_fits_by_code_and_by_a_name_with_small_slips(said):
    assert matches(establishment=said, voter_number="10000008")


@pytest.mark.parametrize("said", ["lycée Antoine de Saint-Exupéry", "Jean Moulin", "collège", "0350002M"])
def test_another_establishment_does_not(said):
    assert not matches(establishment=said, voter_number="10000008")


def test_names_fit_without_accents_case_and_hyphens():
    assert matches(family_name="LEGOFF ELIE", corps="professeur certifie")
    assert matches(family_name="Le Goff-Élie", corps="Profeseur certifié")
    assert not matches(family_name="Le Gof", corps="Professeur certifié")


def test_one_wrong_item_spoils_all():
    assert not matches(family_name="le goff elie", voter_number="10000008", corps="AESH")


@pytest.mark.parametrize(
    "claims", [{}, {"birth_date": "04/03/1980"}, {"birth_date": "04/03/1980", "family_name": "  - "}]
)
def test_one_item_never_suffices(claims):
    with pytest.raises(TooFewClaims):
        matches(**claims)


def test_an_unknown_birth_date_never_fits():
    unknown = KnownAttributes(None, "0350001L", "Collège", "Dupont", "1", "AESH")
    assert not check_claims({Claim.BIRTH_DATE: "", Claim.FAMILY_NAME: "dupont", Claim.CORPS: "x"}, unknown)
    assert not check_claims({Claim.BIRTH_DATE: "04/03/1980", Claim.FAMILY_NAME: "dupont"}, unknown)


@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2010, 12, 31)))
def test_every_date_is_read_back(day):
    for form in ("%d/%m/%Y", "%d%m%Y", "%Y-%m-%d", "%d.%m.%y"):
        assert day in read_dates(day.strftime(form))


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_dates(text):
    assert all(isinstance(day, date) for day in read_dates(text))


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("Profeseur certifie", True),  # a letter lost
        ("Proffesseur certifié", True),  # and doubled: 18 letters may have two slips
        ("Profsseeur certifie", True),
        ("Porfesseur cretifie", True),  # neighbours swapped
        ("Xrofesseur certifiX", True),
        ("rofesseur certifi", True),
        ("xProfesseur certifiex", True),
        ("Profeseur cetife", False),  # three
        ("Prefossaur certifie", False),
        ("Porfesseru cretifie", False),
        ("rofPesseur certifie", True),
        ("efProsseur certifie", False),
    ],
)
def test_long_words_may_have_a_slip_for_eight_letters(said, fits):
    assert matches(corps=said, voter_number="10000008") is fits


@pytest.mark.parametrize(
    ("stored", "said", "fits"),
    [
        ("AESH", "AESG", False),
        ("AESH", "AESH", True),
        ("Agent", "Agant", True),
        ("Agent", "Agnet", True),
        ("Agent", "Gaent", True),
        ("Agent", "Agen", True),
        ("Agent", "Agents", True),
        ("Agent", "gent", True),
        ("Agent", "aagent", True),
        ("Agent", "Agints", False),
        ("Agent", "Ange", False),
        ("Infirmier", "Infirmaire", False),
        ("Conseiller CPE 1", "Consailer CPE 1", False),
        ("Conseillers CPE 12", "Consailers CPE 12", True),
    ],
)
def test_short_words_may_have_one_and_the_shortest_none(stored, said, fits):
    known = KnownAttributes(date(1980, 3, 4), "0350001L", "Collège", "Dupont", "10000008", stored)
    assert check_claims({Claim.CORPS: said, Claim.VOTER_NUMBER: "10000008"}, known) is fits


@pytest.mark.parametrize(("said", "fits"), [("10-000 008", True), ("1000000", False), ("1000_0008", False)])
def test_a_voter_number_fits_to_the_digit(said, fits):
    assert matches(voter_number=said, family_name="le goff elie") is fits


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1er mars 1980", {date(1980, 3, 1)}),
        ("1/1/00", {date(1900, 1, 1), date(2000, 1, 1)}),
        ("1/1/99", {date(1999, 1, 1), date(2099, 1, 1)}),
        ("01/01/0100", {date(100, 1, 1)}),
    ],
)
def test_what_a_written_date_may_mean(text, days):
    assert read_dates(text) == days

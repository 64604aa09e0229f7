"""Rows of a roll, column by column: the stored form, what is wrong with them, and one digest for equal voters."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.folding import nfc
from helpdesk.domain.roll import COLUMNS, Problem, ProblemCode, RawRows
from helpdesk.domain.roll_rows import (
    DIGEST_BYTES,
    RollRow,
    RollRows,
    digests_as_written,
    digests_of,
    read_date,
    split_several,
)

CELLS = {
    "id_electeur": "10000001", "civilite": "Mme", "nom_usage": "Martin", "nom_famille": "Dupont", "prenom": "Marie",
    "date_naissance": "04/03/1980", "mel_identifiant": "Marie.Dupont@ac-rennes.fr",
    "mel_secondaires": "marie.martin@ac-rennes.fr", "academie": "Rennes", "departement": "35", "uai": "0350001L",
    "etablissement": "Collège Jean Moulin", "corps": "Professeur certifié", "statut": "titulaire",
    "codes_scrutins": "CSA-MEN|CAPN",
}  # fmt: skip


def rows(*changes):
    """Rows of these cells, each with its changes, as a file that begins at line 2 holds them."""
    cells = [[*(CELLS | change).values()] for change in changes or ({},)]
    return RollRows.stored(RawRows(range(2, len(cells) + 2), tuple(map(list, zip(*cells, strict=True)))))


def problems(*changes):
    return [problem for several in rows(*changes).problems().values() for problem in several]


def test_a_sound_row_is_given_back_whole():
    (row,) = rows()
    assert row == RollRow(
        2, "10000001", "Mme", "Martin", "Dupont", "Marie", date(1980, 3, 4), "Marie.Dupont@ac-rennes.fr",
        ("marie.martin@ac-rennes.fr",), "Rennes", "35", "0350001L", "Collège Jean Moulin", "Professeur certifié",
        "titulaire", ("CSA-MEN", "CAPN"), row.digest,
    )  # fmt: skip
    assert len(bytes.fromhex(row.digest)) == DIGEST_BYTES
    assert problems() == []


@pytest.mark.parametrize(
    ("column", "written", "stored"),
    [
        ("date_naissance", "1980-03-04", "1980-03-04"),
        ("date_naissance", "4/3/1980", "1980-03-04"),
        ("date_naissance", "soon", "soon"),
        ("departement", "1", "01"),
        ("departement", "2a", "2A"),
        ("departement", "971", "971"),
        ("uai", "0350001l", "0350001L"),
        ("prenom", "  Marie   He\u0301le\u0300ne ", "Marie H\u00e9l\u00e8ne"),
        ("nom_famille", "Le\u00a0Goff", "Le Goff"),
        ("corps", " CPE ", "CPE"),
        ("codes_scrutins", "CAPN | CSA-MEN|CAPN", "CAPN|CSA-MEN"),
        ("mel_secondaires", "a@b.fr| A@B.fr |c@d.fr", "a@b.fr|c@d.fr"),
        ("mel_secondaires", "marie.dupont@AC-rennes.fr|a@b.fr", "a@b.fr"),
        ("mel_secondaires", "MARIE.dupont@ac-rennes.fr", ""),
        ("mel_secondaires", "|", ""),
    ],
)
def test_a_cell_in_its_stored_form(column, written, stored):
    for others in ((), ({},), ({}, {"mel_secondaires": "x@y.fr|z@y.fr"})):  # whatever else the batch holds
        taken = rows({column: written}, *others)
        assert taken[column][0] == stored
        assert digests_of(taken.columns) == taken.digests
        again = RollRows.stored(RawRows(taken.lines, taken.columns))
        assert (again.columns, again.digests) == (taken.columns, taken.digests)


def test_addresses_are_compared_folded():
    taken = rows({"mel_secondaires": "X.Y@ac-Rennes.fr|é@b.fr"})
    assert list(taken.folded) == ["marie.dupont@ac-rennes.fr"]
    assert list(taken.folded_others) == ["x.y@ac-rennes.fr|e@b.fr"]


@pytest.mark.parametrize("written", ["1980-03-04", "04/03/1980", "4/3/1980"])
def test_a_row_is_known_as_it_is_written_whatever_the_form_of_its_date(written):
    stored = rows()
    columns = dict(zip(COLUMNS, stored.columns, strict=True)) | {"date_naissance": [written]}
    assert digests_as_written(RawRows(stored.lines, tuple(columns.values()))) == stored.digests
    columns["prenom"] = [" Marie"]
    assert digests_as_written(RawRows(stored.lines, tuple(columns.values()))) != stored.digests


def test_equal_voters_have_one_digest_and_any_difference_another():
    assert rows({"date_naissance": "1980-03-04", "prenom": " Marie "}).digests == rows().digests
    changed = ({column: "other"} for column in COLUMNS)
    digests = {bytes(digest) for change in changed for digest in rows(change).digests} | set(rows().digests)
    assert len(digests) == len(COLUMNS) + 1
    assert (
        rows({"prenom": "Marie Anne", "nom_famille": "X"}).digests
        != rows({"prenom": "Marie", "nom_famille": "Anne X"}).digests
    )


@pytest.mark.parametrize(
    "column",
    ["id_electeur", "nom_famille", "prenom", "date_naissance", "mel_identifiant", "academie", "departement", "uai",
     "etablissement", "corps"],
)  # fmt: skip
def test_what_a_voter_cannot_do_without(column):
    assert problems({}, {column: "  "}) == [Problem(3, column, ProblemCode.MISSING_VALUE)]


@pytest.mark.parametrize("column", ["civilite", "nom_usage", "mel_secondaires", "statut", "codes_scrutins"])
def test_what_a_voter_may_lack(column):
    assert problems({column: ""}) == []


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("id_electeur", "10 000 001", ProblemCode.BAD_NUMBER),
        ("id_electeur", "1" * 33, ProblemCode.BAD_NUMBER),
        ("date_naissance", "31/02/1980", ProblemCode.BAD_DATE),
        ("date_naissance", "01/01/1899", ProblemCode.BAD_DATE),
        ("date_naissance", "2101-01-01", ProblemCode.BAD_DATE),
        ("mel_identifiant", "marie.dupont", ProblemCode.BAD_ADDRESS),
        ("mel_identifiant", "é@ac-rennes.fr", ProblemCode.BAD_ADDRESS),
        ("uai", "0350001A", ProblemCode.BAD_UAI),
        ("departement", "979", ProblemCode.BAD_DEPARTMENT),
        ("mel_secondaires", "nowhere", ProblemCode.BAD_ADDRESS),
        ("mel_secondaires", "é@ac-rennes.fr", ProblemCode.BAD_ADDRESS),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_line(column, value, code):
    (problem,) = problems({}, {}, {column: value})
    assert (problem.line, problem.column, problem.code) == (4, column, code)
    assert problem.value in {value, value.upper()}


def test_every_problem_of_a_row_is_told_and_long_values_are_shortened():
    found = rows({}, {"uai": "x", "prenom": "", "mel_secondaires": "bad|a@b.fr|" + "w" * 60}).problems()
    assert list(found) == [1]
    assert [(each.column, each.value) for each in found[1]] == [
        ("prenom", ""), ("uai", "X"), ("mel_secondaires", "bad"), ("mel_secondaires", "w" * 39 + "…"),
    ]  # fmt: skip


def test_the_rows_that_are_wanted_keep_lines_columns_and_digests():
    three = rows({}, {"prenom": "Zoé"}, {"prenom": "Anne", "mel_secondaires": "z@y.fr"})
    some = three.only([True, False, True])
    assert [row.line for row in some] == [2, 4]
    assert list(some) == [row for row in three if row.line != 3]
    assert (list(some.folded_others), len(some)) == (["marie.martin@ac-rennes.fr", "z@y.fr"], 2)
    assert list(some.folded) == ["marie.dupont@ac-rennes.fr"] * 2
    assert three.only([True] * 3) is three
    assert len(three.only([False] * 3)) == 0


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1980-03-04", date(1980, 3, 4)),
        ("04/03/1980", date(1980, 3, 4)),
        ("01/01/1900", date(1900, 1, 1)),
        ("2100-12-31", date(2100, 12, 31)),
        ("31/12/1899", None),
        ("2101-01-01", None),
        ("03/13/1980", None),
        ("04/03/80", None),
        ("", None),
    ],
)
def test_birth_dates_both_ways(text, day):
    assert read_date(text) == day


def test_several_values_of_one_cell():
    assert split_several("") == ()
    assert split_several(" a ") == (" a ",)
    assert split_several("a| b ||c ") == ("a", "b", "c")


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_the_quick_way_stores_what_the_careful_one_would(names):
    stored = rows(*({"prenom": name} for name in names))
    assert list(stored["prenom"]) == [nfc(name) for name in names]


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_every_birth_date_is_stored_one_way(day):
    assert list(rows({"date_naissance": f"{day:%d/%m/%Y}"}, {"date_naissance": day.isoformat()})["date_naissance"]) == [
        day.isoformat()
    ] * 2  # fmt: skip


@given(st.integers(min_value=0, max_value=999), st.text("abAB", max_size=3))
def test_a_department_has_two_digits_at_least_and_capitals(number, letters):
    stored = f"{number:02}" if not letters else f"{number}{letters}".upper()
    assert rows({"departement": f"{number}{letters}"})["departement"] == [stored]


@given(st.lists(st.text("ABC-", min_size=1, max_size=6), max_size=6))
def test_ballots_are_kept_once_each_in_order(ballots):
    assert rows({"codes_scrutins": " | ".join(ballots)})["codes_scrutins"] == ["|".join(dict.fromkeys(ballots))]


@pytest.mark.parametrize("name", ["Anne  Lise", " Anne", "Anne ", "Anne |Lise", "Anne| Lise", "He\u0301le\u0301ne"])
@pytest.mark.parametrize("column", ["nom_usage", "nom_famille", "prenom"])
def test_one_cell_that_needs_care_gets_it_among_plain_ones(column, name):
    assert rows({}, {column: name}, {})[column] == [CELLS[column], nfc(name), CELLS[column]]

"""The columns of a roll file: recognised, guessed, or never read; and the mapping that says which is which."""

import tomllib

import pytest

from helpdesk.domain.errors import RoleRefused


def roll(tmp_path, *headers):
    path = tmp_path / "roll.csv"
    path.write_text(";".join(headers) + "\n", encoding="utf-8")
    return path


def test_columns_are_recognised_guessed_or_left_to_the_administrator(services, administrator, tmp_path):
    path = roll(tmp_path, "ID Électeur", "prenoms", "Mél identifiant", "couleur", "NUMEN")
    found = services.roll_columns.read(administrator, path)
    assert [(each.header, each.recognised, each.column, each.never_read) for each in found] == [
        ("ID Électeur", "id_electeur", "id_electeur", False),
        ("prenoms", None, "prenom", False),
        ("Mél identifiant", "mel_identifiant", "mel_identifiant", False),
        ("couleur", None, None, False),
        ("NUMEN", None, None, True),
    ]


def test_a_column_that_is_there_is_guessed_for_no_other(services, administrator, tmp_path):
    (_there, other) = services.roll_columns.read(administrator, roll(tmp_path, "prenom", "prenoms"))
    assert other.column is None


def test_only_who_imports_looks_at_a_file(services, agent, tmp_path):
    with pytest.raises(RoleRefused):
        services.roll_columns.read(agent, roll(tmp_path, "prenom"))


def test_a_mapping_is_written_as_an_import_reads_it(services, tmp_path):
    assert services.roll_columns.write_mapping(tmp_path, {}) is None
    odd = 'le "prénom" \\ usuel'
    path = services.roll_columns.write_mapping(tmp_path, {"prenom": odd})
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {"prenom": odd}

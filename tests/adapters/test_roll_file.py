"""Roll files in all their dresses: read alike, or refused with one clear reason."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.adapters.roll_file import RollFile
from helpdesk.domain.errors import BadInput, DuplicateHeader, MissingHeader, UnknownHeader, UnreadableFile
from helpdesk.domain.roll import COLUMNS
from tests.rolls import row, write_roll
from tests.sheets import write_sheet


def read(path, **more):
    """Each row's line and its cells by column."""
    return [
        (line, dict(zip(COLUMNS, cells, strict=True)))
        for raw in RollFile()(path, **more)
        for line, cells in zip(raw.lines, zip(*raw.columns, strict=True), strict=True)
    ]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_every_separator_and_encoding_reads_alike(tmp_path, separator, encoding):
    path = write_roll(tmp_path / "roll.csv", [row(1, prenom="Maëlle")], separator=separator, encoding=encoding)
    ((line, cells),) = read(path)
    assert line == 2
    assert cells == row(1, prenom="Maëlle")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_letters_cut_by_the_pieces_in_which_a_file_is_read_are_whole(tmp_path, monkeypatch, encoding):
    monkeypatch.setattr("helpdesk.adapters.roll_file._CHUNK", 7)
    path = write_roll(tmp_path / "roll.csv", [row(1, prenom="é" * 20)], encoding=encoding)
    ((_line, cells),) = read(path)
    assert cells["prenom"] == "é" * 20


def test_blank_lines_are_passed_over_and_counted(tmp_path):
    path = write_roll(tmp_path / "roll.csv", [row(1)])
    path.write_text(path.read_text() + "\n;;;;;;;;;;;;;;\n\n", newline="")
    assert [line for line, _cells in read(path)] == [2]


def test_a_numen_is_never_read(tmp_path):
    path = write_roll(tmp_path / "roll.csv", [row(1, civilite="SECRET-NUMEN")])
    path.write_text(path.read_text().replace("civilite", "NUMEN"))
    ((_line, cells),) = read(path)
    assert "SECRET-NUMEN" not in cells.values()


def test_a_mapping_file_renames_columns(tmp_path):
    header = tuple("Nom de naissance" if column == "nom_famille" else column for column in COLUMNS)
    path = write_roll(tmp_path / "roll.csv", [row(1)], header=header)
    with pytest.raises(UnknownHeader) as refused:
        read(path)
    assert refused.value.header == "Nom de naissance"
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('nom_famille = "nom de NAISSANCE"\n')
    ((_line, cells),) = read(path, mapping=mapping)
    assert cells["nom_famille"] == "Dupont"
    mapping.write_text('shoe_size = "pointure"\n')
    with pytest.raises(UnknownHeader):
        read(path, mapping=mapping)


def test_headers_are_complete_known_and_single(tmp_path):
    path = tmp_path / "roll.csv"
    write_roll(path, [row(1)], header=("id_electeur", *COLUMNS[1:-1], "id electeur"))
    with pytest.raises(DuplicateHeader):
        read(path)
    write_roll(path, [row(1)], header=(*COLUMNS[:-1], "pointure"))
    with pytest.raises(UnknownHeader):
        read(path)
    path.write_text(";".join(column for column in COLUMNS if column != "uai"))
    with pytest.raises(MissingHeader) as refused:
        read(path)
    assert refused.value.header == "uai"
    write_roll(path, [row(1)], header=("id_electeurs", *COLUMNS[1:]))
    with pytest.raises(UnknownHeader) as unknown:
        read(path)
    assert unknown.value.near == "id_electeur"


def test_files_that_cannot_be_read_say_why(tmp_path):
    whole = write_roll(tmp_path / "whole.csv", [row(1), row(2)]).read_bytes()
    cases = {
        "missing": None,
        "empty": b" \r\n",
        "not_text": b"GIF89a" + bytes(200),
        "not_a_sheet": b"PK\x03\x04\x00\x00" + bytes(200),
        "old_sheet": b"\xd0\xcf\x11\xe0" + bytes(200),
        "truncated": whole[:-60],
        "encoding": whole.replace("Collège".encode(), b"Coll\x81ge"),
        "quotes": whole.replace(b"Dupont", b'"Dupont" x'),
        "too_wide": whole.replace(b"titulaire", b"titulaire;more"),
    }
    for why, content in cases.items():
        path = tmp_path / f"{why}.csv"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(UnreadableFile) as refused:
            read(path)
        assert refused.value.why == why
    with pytest.raises(UnreadableFile) as refused:
        read(tmp_path / "truncated.csv")
    assert refused.value.line == 3
    with pytest.raises(UnreadableFile):
        read(tmp_path)


def test_a_spreadsheet_reads_as_its_csv_would(tmp_path):
    cells = row(1, prenom="Maëlle", departement="01", etablissement="Lycée\nVoltaire")
    values = [cells[column] for column in COLUMNS]
    values[0], values[5] = 10000001, date(1980, 3, 4)
    path = write_sheet(tmp_path / "roll.xlsx", [[*COLUMNS, ""], [*values, " "], [""], [*values, ""]])
    expected = cells | {"date_naissance": "1980-03-04"}
    assert read(path) == [(2, expected), (4, expected)]
    assert RollFile().headers(path) == COLUMNS
    write_sheet(path, [COLUMNS, values, [*values, "more"]])
    with pytest.raises(UnreadableFile) as refused:
        read(path)
    assert (refused.value.why, refused.value.line) == ("too_wide", 3)


def test_a_spreadsheet_that_would_take_the_machines_memory_is_refused(tmp_path, monkeypatch):
    path = write_sheet(tmp_path / "roll.xlsx", [COLUMNS, *([" " * 2_000] for _ in range(200))])
    assert path.stat().st_size < 20_000
    monkeypatch.setattr("helpdesk.adapters.roll_sheet._MOST_BYTES", 100_000)
    with pytest.raises(UnreadableFile) as refused:
        read(path)
    assert refused.value.why == "large_sheet"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoilt_file_is_read_or_refused_and_never_a_surprise(tmp_path, data):
    whole = bytearray(write_roll(tmp_path / "whole.csv", [row(1), row(2)]).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(whole) - 1))
        end = place + data.draw(st.integers(0, 30))
        whole[place:end] = data.draw(st.binary(max_size=8) | st.sampled_from([b'"', b"\n", b";", b"\r", b"\xff"]))
        if not whole:
            break
    path = tmp_path / "spoilt.csv"
    path.write_bytes(whole)
    try:
        rows = read(path)
    except BadInput:
        return
    assert all(set(cells) <= set(COLUMNS) for _line, cells in rows)

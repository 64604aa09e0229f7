"""The invented roll is one that the program itself accepts, with the cases that matter in it."""

import csv

from helpdesk.demo.sample_roll import write_sample


def test_a_sample_is_accepted_whole(services, administrator, tmp_path):
    path = tmp_path / "roll.csv"
    write_sample(path, voters=600)
    report = services.rolls.check(administrator, path)
    assert (report.rows, report.added, report.rejected) == (600, 600, 0)
    assert report.errors == ()


def test_the_same_seed_gives_the_same_file_and_another_another(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_sample(tmp_path / name, voters=50, seed=seed)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_it_holds_former_names_second_addresses_homonyms_and_both_corsicas(tmp_path):
    path = tmp_path / "roll.csv"
    write_sample(path, voters=3000)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert {"2A", "2B", "974"} <= {row["departement"] for row in rows}
    assert sum(bool(row["nom_usage"]) for row in rows) > 500
    assert sum("|" in row["mel_secondaires"] for row in rows) > 50
    assert sum(row["mel_identifiant"].partition("@")[0][-1].isdigit() for row in rows) > 20
    assert len({row["mel_identifiant"] for row in rows}) == 3000


def test_a_large_one_has_rare_last_names_too(tmp_path):
    path = tmp_path / "roll.csv"
    last_names = {}
    for voters in (20_000, 40_000):
        write_sample(path, voters=voters)
        with path.open(encoding="utf-8", newline="") as file:
            last_names[voters] = {row["nom_famille"] for row in csv.DictReader(file, delimiter=";")}
    assert len(last_names[20_000]) < 500
    assert len(last_names[40_000]) > 2_000

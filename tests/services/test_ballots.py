"""Importing ballots, candidate lists and statements."""

import pytest
from sqlalchemy import select

from helpdesk.adapters.ballot_file import read_ballots
from helpdesk.domain.audit import Action
from helpdesk.domain.ballots import BallotCounts
from helpdesk.domain.errors import BallotsRejected, RoleRefused, RollFrozen, UnreadableFile
from helpdesk.resource_files import resource
from helpdesk.store.schema import ballot, candidate, candidate_list

FILE = """
[[ballot]]
code = "CSA-A"
name = "CSA académique"
[[ballot.list]]
union = "Union des Écoles"
statement_file = "union.txt"
candidates = ["Anaïs Abgrall", "Côme  Delorme"]
[[ballot.list]]
union = "Alliance"
candidates = ["Katell Urvoas"]

[[ballot]]
code = "CAPD"
name = "CAPD des professeurs des écoles"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ballots.toml"
    path.write_text(FILE, encoding="utf-8")
    (tmp_path / "union.txt").write_text("Nos écoles d'abord.\n\nToujours.\n", encoding="utf-8")
    return path


def imported(database):
    with database.read() as connection:
        return (
            connection.execute(select(ballot.c.code, ballot.c.name).order_by(ballot.c.code)).all(),
            connection.execute(
                select(candidate_list.c.union_name, candidate_list.c.statement).order_by(candidate_list.c.position)
            ).all(),
            connection.scalars(select(candidate.c.name).order_by(candidate.c.list_id, candidate.c.position)).all(),
        )


def test_ballots_lists_candidates_and_statements_are_written(services, administrator, database, file):
    counts = services.ballots.import_ballots(administrator, read_ballots(file), file_name=file.name)
    assert counts == BallotCounts(2, 2, 3)
    ballots, lists, candidates = imported(database)
    assert ballots == [("CAPD", "CAPD des professeurs des écoles"), ("CSA-A", "CSA académique")]
    assert lists == [("Union des Écoles", "Nos écoles d'abord.\n\nToujours."), ("Alliance", "")]
    assert candidates == ["Anaïs Abgrall", "Côme Delorme", "Katell Urvoas"]
    event = services.trail.show(administrator)[0]
    assert (event.action, event.detail["file"]) == (Action.BALLOTS_IMPORTED, "ballots.toml")


def test_a_second_import_replaces_lists_and_keeps_enrolments_and_other_ballots(
    services, administrator, agent, database, file, add_voter
):
    number = add_voter(ballots=("CSA-A", "CSA-MEN"))
    services.ballots.import_ballots(administrator, read_ballots(file), file_name=file.name)
    shorter = FILE.split('[[ballot.list]]\nunion = "Alliance"', maxsplit=1)[0]
    file.write_text(shorter.replace("CSA académique", "CSA de l'académie"), encoding="utf-8")
    services.ballots.import_ballots(administrator, read_ballots(file), file_name=file.name)
    ballots, lists, _candidates = imported(database)
    assert dict(map(tuple, ballots)) == {
        "CAPD": "CAPD des professeurs des écoles",
        "CSA-A": "CSA de l'académie",
        "CSA-MEN": "CSA-MEN",
    }
    assert [name for name, _statement in lists] == ["Union des Écoles"]
    assert {view.code for view in services.voters.open(agent, number).ballots} == {"CSA-A", "CSA-MEN"}


def test_only_administrators_and_not_while_the_vote_is_open(
    services, administrator, agent, database, file, clock, election
):
    entries = read_ballots(file)
    with pytest.raises(RoleRefused):
        services.ballots.import_ballots(agent, entries, file_name=file.name)
    clock.now = election.vote_opens
    with pytest.raises(RollFrozen):
        services.ballots.import_ballots(administrator, entries, file_name=file.name)
    assert imported(database) == ([], [], [])


@pytest.mark.parametrize(
    ("change", "where", "why"),
    [
        (("[[ballot]]", "[[scrutin]]"), "ballot", "missing"),
        (('code = "CAPD"', 'code = "CSA-A"'), "CSA-A", "doubled"),
        (('name = "CSA académique"\n', ""), "ballot 1: name", "missing"),
        (('union = "Alliance"', 'union = "Union des Écoles"'), "CSA-A: Union des Écoles", "doubled"),
        (('candidates = ["Katell Urvoas"]', "candidates = []"), "CSA-A, list 2: candidates", "missing"),
        (('"Katell Urvoas"', "7"), "CSA-A, list 2, 1: candidate", "kind"),
        (('"Katell Urvoas"', '"   "'), "CSA-A, list 2, 1: candidate", "kind"),
        (('union = "Alliance"', 'union = "Alliance"\nlogo = "x"'), "CSA-A, list 2: logo", "unknown"),
        (('"Katell Urvoas"', f'"{"x" * 301}"'), "CSA-A, list 2, 1: candidate", "too_long"),
    ],
)
def test_a_mistake_in_the_file_is_named(file, change, where, why):
    file.write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(BallotsRejected) as caught:
        read_ballots(file)
    assert (caught.value.where, caught.value.why) == (where, why)


def test_files_that_cannot_be_read_are_named(file, tmp_path):
    with pytest.raises(UnreadableFile):
        read_ballots(tmp_path / "none.toml")
    (tmp_path / "union.txt").unlink()
    with pytest.raises(UnreadableFile, match="UnreadableFile") as caught:
        read_ballots(file)
    assert caught.value.path.endswith("union.txt")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableFile) as caught:
        read_ballots(file)
    assert caught.value.why == "encoding"
    file.write_text("code = ", encoding="utf-8")
    with pytest.raises(UnreadableFile) as caught:
        read_ballots(file)
    assert caught.value.why == "not_toml"


def test_the_sample_names_every_ballot_that_sample_rolls_use(tmp_path):
    from helpdesk.demo.sample_roll import write_sample  # noqa: PLC0415 (it brings Faker)

    write_sample(tmp_path / "roll.csv", voters=500)
    rows = (tmp_path / "roll.csv").read_text(encoding="utf-8").splitlines()[1:]
    used = {code for row in rows for code in row.split(";")[-1].split("|")}
    sample = read_ballots(resource("ballots", "sample.toml"))
    assert used <= {each.code for each in sample}
    assert all(each.lists for each in sample)

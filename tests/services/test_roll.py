"""Importing a roll: all or nothing, twice the same, in step with accounts, mails and search."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, inspect, select, update
from sqlalchemy.exc import IntegrityError

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import (
    ImportUnderWay,
    RoleRefused,
    RollFrozen,
    RollRejected,
    RollStopped,
    ScopeTooNarrow,
    UnreadableFile,
    WorkerLost,
)
from helpdesk.domain.findings import FindingCode
from helpdesk.domain.roles import Role, Scope
from helpdesk.domain.roll import Change, DifferenceKind, ProblemCode, Severity
from helpdesk.domain.states import AccountState, MailKind
from helpdesk.store.schema import account, enrolment, outbox, roll_import, voter
from helpdesk.store.search import add_voters, worker
from helpdesk.store.search.tables import search_entry, search_key, search_part, search_slip, search_vocabulary
from tests.conftest import PASSWORD
from tests.rolls import row, write_roll
from tests.trials.contents import integrity


@pytest.fixture
def load(services, administrator, tmp_path):
    """Imports rows; the report."""

    def load_rows(*rows, **more):
        return services.rolls.import_roll(administrator, write_roll(tmp_path / "roll.csv", list(rows)), **more)

    return load_rows


def counts(report):
    return {name: getattr(report, name) for name in ("added", "changed", "unchanged", "missing", "removed", "rejected")}


def tied_address(services, agent, number):
    detail = services.voters.open(agent, str(10_000_000 + number))
    return next(view.address for view in detail.addresses if view.tied)


def test_voters_arrive_with_addresses_ballots_and_an_account(load, services, administrator, agent, database):
    report = load(
        row(1, mel_secondaires="marie.martin@ac-rennes.fr|m.martin@education.gouv.fr", nom_usage="Martin"),
        row(2, prenom="Zoé", codes_scrutins=""),
    )
    assert counts(report) == {"added": 2, "changed": 0, "unchanged": 0, "missing": 0, "removed": 0, "rejected": 0}
    detail = services.voters.open(agent, "10000001")
    assert [(view.address, view.tied) for view in detail.addresses] == [
        ("marie.dupont1@ac-rennes.fr", True),
        ("marie.martin@ac-rennes.fr", False),
        ("m.martin@education.gouv.fr", False),
    ]
    assert [ballot.code for ballot in detail.ballots] == ["CSA-MEN", "CSA-A"]
    assert detail.state is AccountState.NOT_INVITED
    assert [hit.voter for hit in services.search.search(agent, "zoe dupont")] == ["10000002"]
    event = services.trail.show(administrator, by=administrator.name)[0]
    assert (event.action, event.detail["added"]) == (Action.ROLL_IMPORTED, "2")


def test_the_same_file_again_changes_nothing(load, database):
    load(row(1), row(2))
    with database.read() as connection:
        before = connection.execute(select(voter)).all()
    again = load(row(1), row(2))
    assert counts(again) == {"added": 0, "changed": 0, "unchanged": 2, "missing": 0, "removed": 0, "rejected": 0}
    with database.read() as connection:
        assert connection.execute(select(voter)).all() == before
        assert connection.scalar(select(func.count()).select_from(roll_import)) == 2


def test_an_order_of_rows_and_dress_of_headers_are_no_change(load, services, administrator, tmp_path):
    load(row(1), row(2))
    header = (
        "Id Electeur", "Civilité", "NOM_USAGE", "nom famille", "Prénom", "Date-naissance", "mel identifiant",
        "Mel Secondaires", "Académie", "Département", "UAI", "Établissement", "Corps", "Statut", "Codes scrutins",
    )  # fmt: skip
    path = write_roll(tmp_path / "other.csv", [row(2), row(1)], separator=",", encoding="cp1252", header=header)
    assert counts(services.rolls.import_roll(administrator, path))["unchanged"] == 2


def test_what_check_says_is_what_import_does(services, administrator, load, tmp_path, database):
    load(row(1), row(2), row(3))
    path = write_roll(tmp_path / "new.csv", [row(1), row(2, prenom="Anne"), row(4)])
    foreseen = services.rolls.check(administrator, path)
    assert counts(foreseen) == {"added": 1, "changed": 1, "unchanged": 1, "missing": 1, "removed": 0, "rejected": 0}
    assert services.rolls.import_roll(administrator, path) == foreseen


def test_a_check_names_who_is_added_changed_and_missing(services, administrator, load, tmp_path):
    load(row(1), row(2), row(3))
    path = write_roll(tmp_path / "new.csv", [row(1), row(2, prenom="Anne", corps="AESH"), row(4, prenom="Zoé")])
    found = services.rolls.check(administrator, path).differences
    assert [(each.kind, each.voter, each.line) for each in found] == [
        (DifferenceKind.ADDED, "10000004", 4),
        (DifferenceKind.CHANGED, "10000002", 3),
        (DifferenceKind.MISSING, "10000003", 0),
    ]
    assert found[1].changes == (Change("prenom", "Marie", "Anne"), Change("corps", "Professeur certifié", "AESH"))


def test_a_birth_date_is_named_as_changed_and_never_shown(services, administrator, load, tmp_path):
    load(row(1))
    path = write_roll(tmp_path / "new.csv", [row(1, date_naissance="05/03/1980")])
    (found,) = services.rolls.check(administrator, path).differences
    assert found.changes == (Change("date_naissance", "", ""),)


def test_an_import_that_is_stopped_changes_nothing(load, database, services, agent):
    load(row(1))
    told = []

    def stop_late(done, total):
        told.append((done, total))

    with pytest.raises(RollStopped):
        load(row(1, prenom="Anne"), row(2), progress=stop_late, stop=lambda: True)
    with database.read() as connection:
        assert connection.execute(select(voter.c.number, voter.c.first_name)).all() == [("10000001", "Marie")]
    assert load(row(1, prenom="Anne"), row(2), progress=stop_late).added == 1
    assert told[-1] == (2, 2)
    assert [hit.voter for hit in services.search.search(agent, "anne dupont")] == ["10000001"]


def test_a_changed_voter_keeps_account_and_history(load, services, agent, database):
    load(row(1))
    services.activation.resend(agent, "10000001", reason="no mail came")
    load(row(1, prenom="Maëlle", codes_scrutins="CSA-A|CAPD", uai="0350002M", etablissement="Lycée Voltaire"))
    detail = services.voters.open(agent, "10000001")
    assert (detail.first_name, detail.establishment_name, detail.state) == (
        "Maëlle",
        "Lycée Voltaire",
        AccountState.INVITED,
    )
    assert {ballot.code for ballot in detail.ballots} == {"CSA-A", "CAPD"}
    assert len(detail.mails) == 1
    assert services.search.search(agent, "marie dupont", limit=1)[0].matched == "tied_address"
    assert [hit.voter for hit in services.search.search(agent, "maelle")] == ["10000001"]


def test_a_changed_tied_address_kills_links_and_tells_both_addresses(load, services, administrator, agent, database):
    load(row(1, mel_identifiant="old@ac-rennes.fr"))
    services.activation.resend(agent, "10000001", reason="no mail came")
    load(row(1, mel_identifiant="new@ac-rennes.fr"))
    detail = services.voters.open(agent, "10000001")
    assert [(view.address, view.tied) for view in detail.addresses] == [("new@ac-rennes.fr", True)]
    assert detail.link_generation == 2
    notices = [mail.to for mail in detail.mails if mail.kind is MailKind.TIED_ADDRESS_NOTICE]
    assert sorted(notices) == ["new@ac-rennes.fr", "old@ac-rennes.fr"]
    assert [mail.fate for mail in detail.mails if mail.kind is MailKind.ACTIVATION] == ["expired"]
    events = services.trail.show(administrator, voter="10000001")
    assert events[0].detail == {"change": "tied_address"} or events[1].detail == {"change": "tied_address"}
    assert services.search.search(agent, "old@ac-rennes.fr") == ()


def test_a_voter_never_written_to_is_not_told(load, database):
    load(row(1, mel_identifiant="old@ac-rennes.fr"))
    load(row(1, mel_identifiant="new@ac-rennes.fr"))
    with database.read() as connection:
        assert connection.scalars(select(outbox.c.kind)).all() == []


def test_two_voters_may_swap_their_addresses(load, services, agent):
    load(row(1, mel_identifiant="a@ac-rennes.fr"), row(2, mel_identifiant="b@ac-rennes.fr"))
    load(row(1, mel_identifiant="b@ac-rennes.fr"), row(2, mel_identifiant="a@ac-rennes.fr"))
    assert services.voters.resolve(agent, "b@ac-rennes.fr") == "10000001"
    assert services.voters.resolve(agent, "a@ac-rennes.fr") == "10000002"


def test_a_missing_voter_is_kept_and_marked_and_unmarked_when_back(load, services, agent, clock):
    load(row(1), row(2))
    clock.advance(days=1)
    assert counts(load(row(1)))["missing"] == 1
    gone = services.voters.open(agent, "10000002")
    assert gone.missing_from_roll == clock.now
    assert FindingCode.GONE_FROM_ROLL in {finding.code for finding in gone.findings}
    clock.advance(days=1)
    load(row(1))
    assert services.voters.open(agent, "10000002").missing_from_roll != clock.now
    load(row(1), row(2))
    assert services.voters.open(agent, "10000002").missing_from_roll is None


def test_a_missing_voter_is_removed_only_if_asked(load, services, administrator, agent, database):
    load(row(1), row(2))
    services.activation.resend(agent, "10000002", reason="no mail came")
    assert counts(load(row(1), remove_missing=True))["removed"] == 1
    with database.read() as connection:
        left = [connection.scalar(select(func.count()).select_from(table)) for table in (voter, account, outbox)]
        assert left == [1, 1, 0]
    assert services.search.search(agent, "10000002") == ()
    assert services.trail.show(administrator, voter="10000002")
    services.trail.verify(administrator)


@pytest.mark.parametrize(
    ("rows", "column", "code", "line"),
    [
        ([row(1), row(2, mel_identifiant="")], "mel_identifiant", ProblemCode.MISSING_VALUE, 3),
        ([row(1), row(2, mel_identifiant="nonsense")], "mel_identifiant", ProblemCode.BAD_ADDRESS, 3),
        ([row(1, mel_secondaires="x@y.fr|no")], "mel_secondaires", ProblemCode.BAD_ADDRESS, 2),
        ([row(1, date_naissance="31/02/1980")], "date_naissance", ProblemCode.BAD_DATE, 2),
        ([row(1, uai="0350001A")], "uai", ProblemCode.BAD_UAI, 2),
        ([row(1, departement="99X")], "departement", ProblemCode.BAD_DEPARTMENT, 2),
        ([row(1, id_electeur="12 34")], "id_electeur", ProblemCode.BAD_NUMBER, 2),
        ([row(1), row(2), row(1, mel_identifiant="x@y.fr")], "id_electeur", ProblemCode.DUPLICATE_VOTER, 4),
        (
            [row(1, mel_identifiant="a@b.fr"), row(2, mel_identifiant="A@B.fr")],
            "mel_identifiant",
            ProblemCode.ADDRESS_TIED_TWICE,
            3,
        ),
    ],
)
def test_an_error_names_its_line_and_nothing_is_changed(
    load, services, administrator, database, rows, column, code, line
):
    load(row(7))
    with pytest.raises(RollRejected) as refused:
        load(*rows)
    (problem,) = refused.value.report.errors
    assert (problem.column, problem.code, problem.line) == (column, code, line)
    with database.read() as connection:
        assert connection.scalars(select(voter.c.number)).all() == ["10000007"]
        assert connection.scalar(select(voter.c.missing_since)) is None


def test_an_address_tied_here_and_known_there_is_a_warning(load):
    report = load(row(1, mel_identifiant="a@b.fr"), row(2, mel_secondaires="A@b.fr"))
    assert [(problem.code, problem.severity) for problem in report.problems] == [
        (ProblemCode.ADDRESS_ALSO_TIED, Severity.WARNING)
    ]


def test_an_address_tied_to_a_voter_whom_the_file_lacks_is_an_error_unless_they_are_removed(load, services, agent):
    load(row(1, mel_identifiant="a@b.fr"), row(2))
    for rows in ([row(2), row(3, mel_identifiant="A@b.fr")], [row(2, mel_identifiant="a@b.fr")]):
        with pytest.raises(RollRejected) as refused:
            load(*rows)
        (problem,) = refused.value.report.errors
        assert (problem.code, problem.value.lower()) == (ProblemCode.ADDRESS_TAKEN, "a@b.fr")
    assert counts(load(row(2, mel_identifiant="a@b.fr"), remove_missing=True))["removed"] == 1
    assert tied_address(services, agent, 2) == "a@b.fr"


def test_voters_far_apart_in_the_file_swap_their_addresses(load, services, agent, monkeypatch):
    monkeypatch.setattr("helpdesk.services.roll_spool._CHUNK", 1)
    load(row(1, mel_identifiant="a@b.fr"), row(2, mel_identifiant="c@d.fr"))
    load(row(1, mel_identifiant="c@d.fr"), row(2, mel_identifiant="e@f.fr"), row(3, mel_identifiant="a@b.fr"))
    assert [tied_address(services, agent, number) for number in (1, 2, 3)] == ["c@d.fr", "e@f.fr", "a@b.fr"]


@pytest.mark.parametrize("born", ["1980-03-04", "04/03/1980"])  # as it is stored, and otherwise
def test_what_is_unchanged_is_compared_with_the_other_rows_too(load, born):
    one, two = row(1, date_naissance=born), row(2, date_naissance=born, mel_secondaires="x@y.fr")
    load(one, two)
    with pytest.raises(RollRejected) as refused:
        load(one, one, two, row(3, date_naissance=born, mel_identifiant=one["mel_identifiant"]))
    assert sorted((problem.line, problem.code) for problem in refused.value.report.errors) == [
        (3, ProblemCode.ADDRESS_TIED_TWICE),
        (3, ProblemCode.DUPLICATE_VOTER),
        (5, ProblemCode.ADDRESS_TAKEN),
        (5, ProblemCode.ADDRESS_TIED_TWICE),
    ]
    report = load(one, two, row(3, date_naissance=born, mel_identifiant="x@y.fr"))
    assert [(problem.line, problem.code) for problem in report.problems] == [(3, ProblemCode.ADDRESS_ALSO_TIED)]
    assert counts(report) | {"added": 1, "unchanged": 2} == counts(report)


def test_a_quoted_line_break_keeps_the_count_of_lines(load):
    with pytest.raises(RollRejected) as refused:
        load(row(1, etablissement="Collège\nJean Moulin"), row(2, uai="x"))
    assert [problem.line for problem in refused.value.report.errors] == [4]


def test_a_failure_half_way_leaves_the_old_roll_whole(load, database, monkeypatch, services, agent):
    load(row(1))
    calls = []

    def fail_at_the_end(*arguments, **more):
        calls.append(arguments)
        raise OSError("the power went")

    monkeypatch.setattr("helpdesk.services.roll.append", fail_at_the_end)
    with pytest.raises(OSError, match="power"):
        load(row(1, prenom="Anne"), row(2), row(3))
    assert calls
    with database.read() as connection:
        assert connection.execute(select(voter.c.number, voter.c.first_name)).all() == [("10000001", "Marie")]
    assert services.search.search(agent, "10000002") == ()


@pytest.fixture
def second_process(monkeypatch, tmp_path):
    """Even a few voters are prepared in a process of their own; the workers that were made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(worker, "WORTH_A_PROCESS", 1)
    made = []

    class Noted(worker._Worker):
        def __init__(self, make, path):
            super().__init__(make, path)
            made.append(self._process)

    monkeypatch.setattr(worker, "_Worker", Noted)
    return made


def test_a_second_process_makes_the_same_index(load, database, second_process):
    load(row(1), row(2, prenom="Zoé", nom_usage="D’Arc", mel_secondaires="z.arc2@education.gouv.fr"))
    load(row(2, prenom="Zoé"), row(3, nom_famille="Le Gall"))
    assert len(second_process) == 2
    assert not any(process.is_alive() for process in second_process)
    assert_index_is_as_if_fresh(database)


def test_a_second_process_that_is_killed_leaves_the_old_roll_whole(load, database, second_process, tmp_path):
    load(row(1))

    def kill(_done, _total):
        if len(second_process) > 1:
            second_process[1].kill()
            second_process[1].join()

    with pytest.raises(WorkerLost):
        load(row(1), row(2), progress=kill)
    with database.read() as connection:
        assert connection.scalars(select(voter.c.number)).all() == ["10000001"]
    assert not list((database.path.parent if database.path else tmp_path).glob("helpdesk-roll-*"))
    assert load(row(1), row(2)).added == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_first_import_leaves_a_sound_file_whose_references_are_asked_for_again(load, database):
    load(*(row(n, mel_secondaires=f"m{n}@b.fr", codes_scrutins="CSA-A|CAPD" if n % 2 else "") for n in range(1, 60)))
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(enrolment).values(voter_id=1, ballot_id=99))
    database.close()
    assert integrity(database.path) == "ok"  # of pages, indexes, checks and references


def test_voters_whom_no_roll_brought_are_changed_by_one_or_missing_from_it(load, add_voter, services, agent):
    there, gone = add_voter(), add_voter()
    report = load(row(int(there) - 10_000_000), row(3))
    assert (report.added, report.changed, report.missing) == (1, 1, 1)
    assert services.voters.open(agent, gone).missing_from_roll


def test_a_second_import_is_told_who_imports_and_since_when(load, services, administrator, clock, tmp_path):
    other = services.operators.add(administrator, "Bea Admin", role=Role.ADMINISTRATOR, password=PASSWORD)
    since, refused = clock.now, []
    path = write_roll(tmp_path / "other.csv", [row(2)])

    def import_too(_done, total):
        if total:  # the store is locked by now
            return
        clock.now = since + timedelta(minutes=3)
        with pytest.raises(ImportUnderWay) as error:
            services.rolls.import_roll(other, path)
        refused.append(error.value)

    load(row(1), progress=import_too)
    clock.now = since
    assert {(each.by, each.since) for each in refused} == {("Ada Admin", since)}
    assert services.rolls.import_roll(other, path).added == 1


def test_the_roll_is_frozen_during_the_vote_and_the_refusal_is_audited(load, services, administrator, clock, election):
    clock.now = election.vote_opens
    with pytest.raises(RollFrozen):
        load(row(1))
    event = services.trail.show(administrator, by=administrator.name)[0]
    assert (event.action, event.outcome) == (Action.ROLL_IMPORTED, Outcome.REFUSED)
    clock.now = election.vote_closes
    assert load(row(1)).added == 1


def test_only_administrators_import(services, agent, supervisor, auditor, tmp_path):
    path = write_roll(tmp_path / "roll.csv", [row(1)])
    for who in (agent, supervisor, auditor):
        with pytest.raises(RoleRefused):
            services.rolls.import_roll(who, path)
        with pytest.raises(RoleRefused):
            services.rolls.check(who, path)


def test_an_administrator_of_some_places_imports_no_roll(services, administrator, load, agent, tmp_path):
    load(row(1, academie="Nantes", departement="44"))
    local = services.operators.add(
        administrator,
        "Lou Local",
        role=Role.ADMINISTRATOR,
        password=PASSWORD,
        scope=Scope(academies=frozenset({"Rennes"})),
    )
    path = write_roll(tmp_path / "local.csv", [row(1, prenom="Anne"), row(2)])
    for act in (services.rolls.check, services.rolls.import_roll):
        with pytest.raises(ScopeTooNarrow):
            act(local, path, **({"remove_missing": True} if act == services.rolls.import_roll else {}))
    assert services.voters.open(agent, "10000001").first_name == "Marie"
    event = services.trail.show(administrator, by="Lou Local")[0]
    assert (event.action, event.outcome) == (Action.ROLL_IMPORTED, Outcome.REFUSED)


def test_an_unreadable_file_changes_nothing(services, administrator, tmp_path):
    with pytest.raises(UnreadableFile):
        services.rolls.import_roll(administrator, tmp_path / "nothing.csv")


def test_a_voter_moves_to_the_very_place_that_a_new_voter_brings(load, services, agent):
    load(row(1))
    there = {"academie": "Corse", "departement": "2A"}
    report = load(row(1, **there), row(2, prenom="Zoé", **there))
    assert (report.added, report.changed) == (1, 1)
    (hit,) = services.search.search(agent, "zoe")
    assert hit.voter.endswith("2")


INDEX = (search_key, search_entry, search_vocabulary, search_part, search_slip)


def index_content(connection):
    return [sorted(tuple(each) for each in connection.execute(select(table))) for table in INDEX]


def assert_index_is_as_if_fresh(database):
    with database.write() as connection:
        kept = index_content(connection)
        for table in INDEX:
            connection.execute(table.delete())
        add_voters(connection, connection.scalars(select(voter.c.id)).all())
        assert index_content(connection) == kept


@pytest.mark.parametrize("called", ["Lycée A", "Lycée B"])  # an establishment of one name, and of two
def test_a_first_import_shows_voters_as_the_triggers_would(load, database, called):
    def triggers():
        if database.keeps_logins:
            return None
        with database.read() as connection:
            made = connection.exec_driver_sql("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
            return sorted(map(tuple, made))

    before = triggers()
    several = "Z@b.fr|D@c.fr|y@b.fr|A@d.fr"
    load(
        row(1, mel_identifiant="Marie.X@b.fr", mel_secondaires=several, etablissement="Lycée A"),
        row(2, mel_secondaires="e@b.fr", etablissement=called),
    )
    assert triggers() == before
    assert_index_is_as_if_fresh(database)
    load(row(1, etablissement="Lycée C"), row(3, mel_identifiant="U@b.fr", etablissement="Lycée C"), row(2))
    assert_index_is_as_if_fresh(database)


def test_the_first_import_leaves_every_key_and_index_as_it_was(load, database):
    def described(found):
        options = {name: str(each) for name, each in found.pop("dialect_options", {}).items()}
        return str(sorted((found | options).items()))

    def keys_and_indexes():
        tables = inspect(database.engine)
        several = (tables.get_unique_constraints, tables.get_indexes, tables.get_foreign_keys)
        return [
            (
                name,
                described(tables.get_pk_constraint(name)),
                sorted(described(each) for ask in several for each in ask(name)),
            )
            for name in sorted(tables.get_table_names())
        ]

    before = keys_and_indexes()
    load(row(1), row(2))
    assert keys_and_indexes() == before


def test_what_a_voter_is_found_by_is_written_again_only_where_it_changes(load, database):
    load(row(1), row(2), row(3))
    with database.write() as connection:
        connection.execute(update(search_entry).values(text=" as it lies "))
    load(row(1, corps="Professeur agrégé"), row(2, prenom="Zoé"), row(3, departement="22"))
    with database.read() as connection:
        query = select(search_entry.c.text).join(voter, voter.c.id == search_entry.c.voter_id).order_by(voter.c.number)
        kept, renamed, moved = connection.scalars(query)
    assert kept == " as it lies "
    assert "zoe" in renamed
    assert moved != " as it lies "


NAMES = st.sampled_from(["Marie", "Anne-Lise", "Zoé", "Jean Paul", "Œuvre", "D’Arc"])
ROWS = st.dictionaries(st.integers(1, 6), st.tuples(NAMES, NAMES, st.integers(1, 9)), max_size=6)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ROWS, st.booleans()), min_size=1, max_size=4))
def test_after_any_imports_the_index_is_what_a_fresh_one_would_be(load, database, context, imports):
    for people, remove in imports:
        rows = [
            row(number, prenom=first, nom_famille=last, mel_identifiant=f"x{address}.y{number}@ac-rennes.fr")
            for number, (first, last, address) in people.items()
        ]
        if rows:
            load(*rows, remove_missing=remove)
    assert_index_is_as_if_fresh(database)
    with database.read() as connection:
        enrolled = connection.scalar(select(func.count()).select_from(enrolment))
        assert enrolled == 2 * connection.scalar(select(func.count()).select_from(voter))

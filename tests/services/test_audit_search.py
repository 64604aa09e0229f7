"""Looking for rows of the trail, proving them with progress, taking copies of a part."""

import csv
from datetime import timedelta

import pytest

from helpdesk.domain.audit import Action
from helpdesk.domain.audit_search import TrailFilter
from helpdesk.domain.errors import RoleRefused, Stopped, UnreadableFile


@pytest.fixture
def busy(services, agent, supervisor, add_voter, clock):
    """Two voters, seen by two people on two days."""
    first, second = add_voter(), add_voter()
    services.voters.open(agent, first)
    clock.advance(days=1)
    services.voters.open(supervisor, second)
    services.activation.resend(supervisor, second, reason="no mail")
    return first, second


def test_rows_are_found_by_voter_actor_action_and_time(services, auditor, agent, supervisor, busy, clock):
    first, second = busy
    search = services.trail.search

    def found(**wanted):
        return [(each.actor, each.action) for each in search(auditor, TrailFilter(**wanted))]

    assert found(voter=first) == [(agent.name, Action.VOTER_VIEWED)]
    assert found(actor=supervisor.name) == [
        (supervisor.name, Action.LINK_RESENT),
        (supervisor.name, Action.VOTER_VIEWED),
    ]
    assert found(action=Action.LINK_RESENT) == [(supervisor.name, Action.LINK_RESENT)]
    assert found(voter=second, until=clock.now) == []
    assert found(action=Action.VOTER_VIEWED, since=clock.now - timedelta(hours=1)) == [
        (supervisor.name, Action.VOTER_VIEWED)
    ]


def test_looking_is_recorded_and_older_rows_follow(services, auditor, busy):
    newest = services.trail.search(auditor, TrailFilter(), limit=2)
    older = services.trail.search(auditor, TrailFilter(), before=newest[-1].seq, limit=100)
    assert [each.seq for each in (*newest, *older)] == list(range(newest[0].seq, 0, -1))
    looked = services.trail.search(auditor, TrailFilter(action=Action.AUDIT_READ))
    assert [(each.actor, each.action) for each in looked] == [(auditor.name, Action.AUDIT_READ)]


def test_agents_do_not_look(services, agent, busy):
    with pytest.raises(RoleRefused):
        services.trail.search(agent, TrailFilter())


def test_a_copy_holds_what_was_asked_for_and_appears_whole_or_not(services, auditor, busy, tmp_path, monkeypatch):
    path = tmp_path / "trail.csv"
    assert services.trail.export(auditor, path, wanted=TrailFilter(voter=busy[1])) == 2
    with path.open(encoding="utf-8", newline="") as file:
        assert [row["voter"] for row in csv.DictReader(file, delimiter=";")] == [busy[1], busy[1]]
    monkeypatch.setattr("helpdesk.services.audit._TELL_EVERY", 1)

    def stop(_done, _total):
        raise Stopped

    other = tmp_path / "other.csv"
    with pytest.raises(Stopped):
        services.trail.export(auditor, other, progress=stop)
    assert sorted(each.name for each in tmp_path.iterdir() if "csv" in each.name) == ["trail.csv"]
    with pytest.raises(UnreadableFile):
        services.trail.export(auditor, tmp_path / "missing" / "x.csv")


def test_proving_tells_how_far_it_is(services, auditor, busy, monkeypatch):
    monkeypatch.setattr("helpdesk.services.audit._TELL_EVERY", 1)
    told = []
    head = services.trail.verify(auditor, progress=lambda done, total: told.append((done, total)))
    assert told == [(seq, head.seq) for seq in range(1, head.seq + 1)]

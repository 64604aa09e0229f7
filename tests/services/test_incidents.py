"""One incident notice, set and ended by supervisors, read by everybody."""

import pytest
from sqlalchemy import select

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import RoleRefused, TextMissing
from helpdesk.store.schema import incident


def test_the_newest_notice_stands_alone_until_it_is_ended(services, supervisor, administrator, clock, database):
    assert services.incidents.current() is None
    services.incidents.set(supervisor, "Portail lent depuis 9 h")
    clock.advance(minutes=5)
    services.incidents.set(administrator, "Portail arrêté")
    shown = services.incidents.current()
    assert (shown.text, shown.set_by, shown.set_at) == ("Portail arrêté", administrator.name, clock.now)
    with database.read() as connection:
        assert len(connection.execute(select(incident.c.id).where(incident.c.ended.is_(None))).all()) == 1
    services.incidents.end(supervisor)
    services.incidents.end(supervisor)
    assert services.incidents.current() is None
    events = [
        (each.actor, each.action) for each in reversed(services.trail.show(administrator)) if "inc" in each.action
    ]
    assert events == [
        (supervisor.name, Action.INCIDENT_SET),
        (administrator.name, Action.INCIDENT_SET),
        (supervisor.name, Action.INCIDENT_ENDED),
    ]


def test_agents_and_auditors_do_not_set_it_and_nobody_sets_an_empty_one(services, agent, auditor, supervisor):
    for who in (agent, auditor):
        with pytest.raises(RoleRefused):
            services.incidents.set(who, "All is lost")
        with pytest.raises(RoleRefused):
            services.incidents.end(who)
    with pytest.raises(TextMissing):
        services.incidents.set(supervisor, " ")
    assert services.incidents.current() is None

"""Changing the calendar: administrators, with a reason, in order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import BadCalendar, ReasonMissing, RoleRefused, TextMissing


def test_an_administrator_changes_it_and_the_trail_says_what(services, administrator, election):
    later = replace(election, vote_closes=election.vote_closes + timedelta(hours=2))
    services.calendar.change(administrator, later, reason="strike day")
    assert services.elections.current() == later
    event = services.trail.show(administrator)[0]
    assert (event.action, event.reason) == (Action.CALENDAR_CHANGED, "strike day")
    assert event.detail == {"vote_closes": later.vote_closes.isoformat()}


def test_nobody_else_and_nothing_out_of_order(services, administrator, supervisor, election):
    with pytest.raises(RoleRefused):
        services.calendar.change(supervisor, election, reason="because")
    with pytest.raises(ReasonMissing):
        services.calendar.change(administrator, election, reason="")
    with pytest.raises(BadCalendar):
        services.calendar.change(administrator, replace(election, vote_opens=election.vote_closes), reason="because")
    with pytest.raises(TextMissing):
        services.calendar.change(administrator, replace(election, name=""), reason="because")
    assert services.elections.current() == election

"""The voter space: ballots, candidate lists, calendar."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from helpdesk.domain.calendar import Election
from helpdesk.domain.portal import VoterSpace
from helpdesk.domain.states import AccountState, Phase
from helpdesk.language.catalogue import gettext as _
from helpdesk.portal.context import portal
from helpdesk.portal.security import is_web_address
from helpdesk.portal.visitors import logged_in, session_token, voters_only

pages = Blueprint("space", __name__)


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the calendar: what happens from when, until when if it ends, and whether it is past, now or ahead."""

    words: str
    begins: datetime
    ends: datetime | None
    when: str


@pages.get("/space")
@voters_only
def overview() -> str | Response:
    """Everything at a glance."""
    if logged_in().state is AccountState.PASSWORD_SET:
        return redirect(url_for("account.question"), 303)
    return _page("space.html")


@pages.get("/space/ballots/<code>")
@voters_only
def ballot(code: str) -> str:
    """One ballot with its lists."""
    space = _space()
    found = next((each for each in space.ballots if each.code == code), None)
    if found is None:
        abort(404)
    return render_template("ballot.html", space=space, ballot=found)


@pages.get("/space/print")
@voters_only
def to_print() -> str:
    """All ballots and lists on one page, set for paper."""
    return _page("print.html")


def _space() -> VoterSpace:
    return portal().services.voter_spaces.of_session(session_token())


def _page(template: str) -> str:
    space, now = _space(), portal().clock()
    phase = space.election.phase(now)
    voting_url = space.election.voting_url if phase is Phase.VOTE else ""
    return render_template(
        template,
        space=space,
        now=now,
        voting_url=voting_url if is_web_address(voting_url) else "",
        can_reissue=phase is Phase.VOTE and space.voter.state is AccountState.ACTIVE,
        question_missing=space.voter.state is AccountState.CHALLENGE_RESET,
        steps=_steps(space.election, now),
    )


def _steps(election: Election, now: datetime) -> tuple[Step, ...]:
    """The calendar, in the order of its beginnings."""

    def step(words: str, begins: datetime, ends: datetime | None) -> Step:
        if now < begins:
            return Step(words, begins, ends, "ahead")
        return Step(words, begins, ends, "past" if ends is not None and now >= ends else "now")

    steps = (
        step(_("The portal is open, ballots can be consulted"), election.portal_opens, election.vote_closes),
        step(_("Paper notices with the voter code are handed out"), election.codes_from, election.codes_until),
        step(_("Candidate lists can be consulted"), election.lists_published, None),
        step(
            _("The vote is open, and a lost voter code can be issued again"),
            election.vote_opens,
            election.vote_closes,
        ),
    )
    return tuple(sorted(steps, key=lambda each: each.begins))

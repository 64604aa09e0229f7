"""Re-issue of the voter code: the new code is in the answer to the form, and nowhere else."""

from flask import Blueprint, Response, make_response, render_template, request

from helpdesk.domain.errors import HelpdeskError, PortalSessionEnded
from helpdesk.domain.states import Phase
from helpdesk.portal.context import portal
from helpdesk.portal.forms import given, show_form
from helpdesk.portal.visitors import session_token, voters_only

pages = Blueprint("code", __name__)


@pages.route("/code", methods=["GET", "POST"])
@voters_only
def code() -> Response:
    """Ask for the answer; show the new code once."""
    service, problem = portal().services.code_reissue, None
    if request.method == "POST":
        try:
            issued = service.reissue(session_token(), answer=given("answer"), seen=_seen())
        except PortalSessionEnded:
            raise
        except HelpdeskError as error:
            problem = error
        else:
            return make_response(render_template("new_code.html", code=issued, view=service.view(session_token())))
    view = service.view(session_token())
    phase = view.election.phase(portal().clock())
    return show_form("code.html", problem, view=view, is_open=phase is Phase.VOTE, is_over=phase is Phase.CLOSED)


def _seen() -> int:
    """How many codes had been issued when the form was shown; what is no number fits no count."""
    seen = given("seen")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else -1  # noqa: PLR2004 (digits)

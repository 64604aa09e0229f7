"""The first page: who are you, and the mail that answers. Every address gets the same answer."""

from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.states import Phase
from helpdesk.portal import captcha
from helpdesk.portal.context import portal
from helpdesk.portal.forms import given, show_form
from helpdesk.portal.link_worker import LINK_WORKER

pages = Blueprint("identification", __name__)


@pages.get("/")
def identification() -> Response:
    """Ask for the professional address."""
    return _form()


@pages.get("/forgot")
def forgot() -> Response:
    """The same, for a forgotten password."""
    return _form(forgotten=True)


@pages.post("/link")
def ask_link() -> AnyResponse:
    """Put the request down; what it means is looked at later."""
    forgotten = given("forgotten") == "1"
    try:
        captcha.check()
        portal().services.link_requests.ask(given("address"), forgotten=forgotten)
    except HelpdeskError as problem:
        return _form(problem, forgotten=forgotten)
    current_app.extensions[LINK_WORKER].wake()
    return redirect(url_for("identification.sent"), 303)


@pages.get("/sent")
def sent() -> str:
    """The answer, the same for every address."""
    return render_template("sent.html", hours=portal().limits.activation_link_seconds // 3600)


@pages.get("/accessibility")
def accessibility() -> str:
    """How far the portal follows the rules of accessibility (RGAA), and whom to tell."""
    return render_template("accessibility.html")


@pages.get("/health")
def health() -> tuple[str, int, dict[str, str]]:
    """For whoever watches the service: `ok` when the store answers."""
    portal().services.elections.current()
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


def _form(problem: HelpdeskError | None = None, *, forgotten: bool = False) -> Response:
    election = portal().services.elections.current()
    phase = election.phase(portal().clock())
    return show_form(
        "identification.html",
        problem,
        forgotten=forgotten,
        election=election,
        is_open=phase in {Phase.ACTIVATION, Phase.VOTE},
        is_closed=phase is Phase.CLOSED,
        captcha=captcha,
    )

"""What the link of a mail opens. GET shows a form and uses nothing; only POST uses the link."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from helpdesk.domain.errors import HelpdeskError, LinkRefused, LinkUnknown, WrongPhase
from helpdesk.domain.states import LinkPurpose
from helpdesk.portal import captcha
from helpdesk.portal.context import portal
from helpdesk.portal.forms import given, show_form
from helpdesk.portal.visitors import begin, next_page

pages = Blueprint("links", __name__)
_DEAD = (LinkRefused, LinkUnknown, WrongPhase)


@pages.route("/activate/<token>", methods=["GET", "POST"])
def activate(token: str) -> Response:
    """The first password."""
    return _password(token, LinkPurpose.ACTIVATION)


@pages.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Response:
    """A new password."""
    return _password(token, LinkPurpose.PASSWORD)


@pages.route("/question/<token>", methods=["GET", "POST"])
def question(token: str) -> Response:
    """A new challenge question after the desk reset it: the link and the password."""
    services, problem = portal().services, None
    holder = services.one_time_links.look(token, LinkPurpose.QUESTION)
    if request.method == "POST":
        try:
            captcha.check()
            session = services.one_time_links.choose_question(
                token, password=given("password"), question=given("question"), answer=given("answer")
            )
        except _DEAD:
            raise
        except HelpdeskError as error:
            problem = error
        else:
            begin(session)
            return redirect(url_for("space.overview"), 303)
    return show_form(
        "question_link.html",
        problem,
        holder=holder,
        questions=services.own_account.questions(),
        captcha=captcha,
    )


def _password(token: str, purpose: LinkPurpose) -> Response:
    services, problem = portal().services, None
    holder = services.one_time_links.look(token, purpose)
    if request.method == "POST":
        try:
            captcha.check()
            session = services.one_time_links.choose_password(
                token, purpose, password=given("password"), repeated=given("password2")
            )
        except _DEAD:
            raise
        except HelpdeskError as error:
            problem = error
        else:
            begin(session)
            return redirect(url_for(next_page()), 303)
    return show_form("password_link.html", problem, holder=holder, purpose=purpose, captcha=captcha)

"""The voter's own account: the last step of activation, and later changes."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from helpdesk.domain.errors import HelpdeskError, PortalSessionEnded, WrongState
from helpdesk.domain.states import AccountState
from helpdesk.portal.context import portal
from helpdesk.portal.forms import given, show_form
from helpdesk.portal.visitors import logged_in, session_token, voters_only

pages = Blueprint("account", __name__)


@pages.route("/question", methods=["GET", "POST"])
@voters_only
def question() -> Response:
    """Challenge question and answer, then "Activate my account"."""
    if logged_in().state is not AccountState.PASSWORD_SET:
        return redirect(url_for("space.overview"), 303)
    account, problem = portal().services.own_account, None
    if request.method == "POST":
        try:
            account.activate(session_token(), question=given("question"), answer=given("answer"))
        except PortalSessionEnded:
            raise
        except WrongState:  # a second click: it is done already
            return redirect(url_for("space.overview"), 303)
        except HelpdeskError as error:
            problem = error
        else:
            flash("activated")
            return redirect(url_for("space.overview"), 303)
    return show_form("question.html", problem, questions=account.questions())


@pages.get("/account")
@voters_only
def settings() -> str:
    """What can be changed."""
    return render_template("account.html", voter=logged_in())


@pages.route("/account/password", methods=["GET", "POST"])
@voters_only
def password() -> Response:
    """Another password."""
    problem = None
    if request.method == "POST":
        try:
            portal().services.own_account.change_password(
                session_token(), current=given("current"), password=given("password"), repeated=given("password2")
            )
        except PortalSessionEnded:
            raise
        except HelpdeskError as error:
            problem = error
        else:
            flash("password_changed")
            return redirect(url_for("account.settings"), 303)
    return show_form("change_password.html", problem, own_password="current")  # noqa: S106 (a field's name)


@pages.route("/account/question", methods=["GET", "POST"])
@voters_only
def change_question() -> Response:
    """Another challenge question, with the password."""
    account, problem = portal().services.own_account, None
    if request.method == "POST":
        try:
            account.change_question(
                session_token(), password=given("password"), question=given("question"), answer=given("answer")
            )
        except PortalSessionEnded:
            raise
        except HelpdeskError as error:
            problem = error
        else:
            flash("question_changed")
            return redirect(url_for("account.settings"), 303)
    return show_form("change_question.html", problem, questions=account.questions())

"""Logging in and out."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from helpdesk.domain.errors import HelpdeskError, PortalSessionEnded
from helpdesk.portal import captcha
from helpdesk.portal.context import portal
from helpdesk.portal.forms import given, show_form
from helpdesk.portal.visitors import begin, forget, next_page, session_token, visitor

pages = Blueprint("login", __name__)


@pages.route("/login", methods=["GET", "POST"])
def log_in() -> Response:
    """Address, CAPTCHA, password."""
    problem = None
    if request.method == "POST":
        try:
            captcha.check()
            token = portal().services.portal_sessions.log_in(given("address"), given("password"))
        except HelpdeskError as error:
            problem = error
        else:
            begin(token)
            return redirect(url_for(next_page()), 303)
    elif visitor() is not None:
        return redirect(url_for(next_page()), 303)
    return show_form("login.html", problem, captcha=captcha)


@pages.post("/logout")
def log_out() -> Response:
    """End the session."""
    try:
        portal().services.portal_sessions.log_out(session_token())
        flash("logged_out")
    except PortalSessionEnded:
        flash("session_ended")
    forget()
    return redirect(url_for("login.log_in"), 303)

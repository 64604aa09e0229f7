"""What goes wrong, as a page: the right status, one clear sentence, and the way on."""

import logging
import secrets

from flask import Flask, flash, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from helpdesk.domain import errors
from helpdesk.domain.bug_trace import where_it_broke
from helpdesk.domain.errors import BadInput, HelpdeskError, LinkRefused, LinkUnknown, OutsideFault, Refusal
from helpdesk.domain.states import LinkState
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.errors import error_text
from helpdesk.portal.context import portal
from helpdesk.portal.languages import typeset
from helpdesk.portal.limits import seconds_to_wait

log = logging.getLogger("helpdesk.portal")

_STATUS: tuple[tuple[type[HelpdeskError], int], ...] = (
    (LinkUnknown, 404),
    (LinkRefused, 410),
    (errors.WrongState, 409),
    (errors.CodeReissuedMeanwhile, 409),
    (BadInput, 422),
    (Refusal, 403),
    (OutsideFault, 503),
)
_TOO_MANY, _BUG = 429, 500
_RETRY_SECONDS = "10"


def status_of(error: HelpdeskError) -> int:
    """The HTTP status of a refusal or fault (RFC 9110, 15)."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), _BUG)


def install(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(errors.PortalSessionEnded, _ask_to_log_in)
    app.register_error_handler(LinkRefused, _dead_link)
    app.register_error_handler(LinkUnknown, _unknown_link)
    app.register_error_handler(HelpdeskError, _refused)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _bug)


def _page(status: int, title: str, text: str) -> tuple[str, int]:
    return render_template("problem.html", title=typeset(title), text=typeset(text)), status


def _ask_to_log_in(_error: errors.PortalSessionEnded) -> Response:
    if g.get("session_ended") or request.method == "POST":
        flash("session_ended")
    return redirect(url_for("login.log_in"), 303)


def _dead_link(error: LinkRefused) -> tuple[str, int]:
    titles = {
        LinkState.USED: _("This link has been used"),
        LinkState.REPLACED: _("A newer link has replaced this one"),
        LinkState.EXPIRED: _("This link has expired"),
    }
    zone = portal().services.elections.current().zone
    return render_template("dead_link.html", title=titles[error.state], text=typeset(error_text(error, zone))), 410


def _unknown_link(error: LinkUnknown) -> tuple[str, int]:
    return render_template("dead_link.html", title=_("This link is not known"), text=typeset(error_text(error))), 404


def _refused(error: HelpdeskError) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    if isinstance(error, OutsideFault):
        text = _("Nothing was done. Please try again in a moment.")
        return *_page(503, _("The portal is not available for the moment"), text), {"Retry-After": _RETRY_SECONDS}
    return _page(status_of(error), _("This is not possible"), error_text(error, _zone()))


def _form_too_old(_error: CSRFError) -> tuple[str, int]:
    text = _("The form was open for too long, or was not sent from this portal. Nothing was done: please start again.")
    return _page(400, _("This form can no longer be used"), text)


def _http_error(error: HTTPException) -> tuple[str, int] | Response:
    status = error.code or _BUG
    if status < 400:  # noqa: PLR2004 (a redirect)
        return error.get_response()
    words = {
        400: (_("This request cannot be understood"), _("Nothing was done. Please start again from the first page.")),
        403: (_("This request was refused"), _("It came from another site. Please start again from the first page.")),
        404: (_("This page does not exist"), _("Check the address, or go to the first page.")),
        405: (_("This page does not exist"), _("Check the address, or go to the first page.")),
        413: (_("This form is too long"), _("Nothing was done. Please type shorter texts.")),
        429: (_("Too many tries"), _("Please wait before trying again: an hour at most. Nothing was done.")),
    }
    title, text = words.get(status, (_("This request cannot be understood"), error.name))
    page, _status = _page(status, title, text)
    response = error.get_response()
    response.data = page
    response.content_type = "text/html; charset=utf-8"
    if status == _TOO_MANY:
        response.headers["Retry-After"] = str(seconds_to_wait())
    return response


def _bug(error: Exception) -> tuple[str, int]:
    """A defect: an id for the voter, the place in the code for the log, and nothing of what was typed."""
    incident = secrets.token_hex(4)
    log.error("incident %s", incident, extra={"where": where_it_broke(error)})
    text = _("Something went wrong inside the portal (incident {incident}). Please try again later, or tell the desk.")
    return _page(_BUG, _("An error on our side"), text.format(incident=incident))


def _zone() -> str:
    return portal().services.elections.current().zone

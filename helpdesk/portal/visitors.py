"""Who is at the portal: the browser's cookie holds a token, the store knows the session that belongs to it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, session

from helpdesk.domain.errors import PortalSessionEnded
from helpdesk.domain.portal import PortalVoter
from helpdesk.domain.states import AccountState
from helpdesk.portal.context import portal

P = ParamSpec("P")
R = TypeVar("R")
_TOKEN = "voter"  # noqa: S105 (the name of a key)


def session_token() -> str:
    """The token of the visitor's session. Raises PortalSessionEnded where there is none."""
    token = session.get(_TOKEN)
    if not isinstance(token, str):
        raise PortalSessionEnded
    return token


def visitor() -> PortalVoter | None:
    """The voter who is logged in, None for anybody else; looked up once a request."""
    if "visitor" not in g:
        g.visitor = _look_up()
    found: PortalVoter | None = g.visitor
    return found


def logged_in() -> PortalVoter:
    """The voter who is logged in. Raises PortalSessionEnded."""
    found = visitor()
    if found is None:
        raise PortalSessionEnded
    return found


def voters_only(view: Callable[P, R]) -> Callable[P, R]:
    """A page for voters who are logged in; others are sent to the login page."""

    @wraps(view)
    def checked(*arguments: P.args, **more: P.kwargs) -> R:
        logged_in()
        return view(*arguments, **more)

    return checked


def begin(token: str) -> None:
    """Keep the token of a new session, in a fresh cookie: nothing of before the login lives on but the language."""
    language = session.get("language")
    session.clear()
    session[_TOKEN] = token
    if language is not None:
        session["language"] = language
    g.pop("visitor", None)


def forget() -> None:
    """Drop the token."""
    session.pop(_TOKEN, None)
    g.visitor = None


def next_page() -> str:
    """The endpoint where a voter who just logged in goes on: to the step that is due, else to the voter space."""
    return "account.question" if logged_in().state is AccountState.PASSWORD_SET else "space.overview"


def _look_up() -> PortalVoter | None:
    if _TOKEN not in session:
        return None
    try:
        return portal().services.portal_sessions.resume(session_token())
    except PortalSessionEnded:
        forget()
        g.session_ended = True
        return None

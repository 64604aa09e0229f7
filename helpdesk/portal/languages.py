"""Which language a page speaks: what the voter chose, else what the browser asks for, else French."""

import re

import flask_babel
from flask import Flask, g, request, session

from helpdesk.language.catalogue import DOMAIN, LANGUAGES, current_language, speaking
from helpdesk.resource_files import resource

NAMES = {"fr": "Français", "en": "English"}
_FRENCH_SPACE = re.compile(r"(?<=«) | (?=[:;?!»])")


def install(app: Flask) -> None:
    """Choose before each request; templates and the words of errors then agree."""
    flask_babel.Babel(
        app,
        default_domain=DOMAIN,
        default_translation_directories=str(resource("locale")),
        locale_selector=current_language,
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: typeset(flask_babel.gettext(message)),
        lambda one, many, count: typeset(flask_babel.ngettext(one, many, count)),
        newstyle=True,
    )
    app.before_request(_begin)
    app.teardown_request(_end)
    app.jinja_env.globals |= {"language": current_language, "languages": NAMES}


def typeset(text: str) -> str:
    """French text with spaces that do not break before its signs; other text as it is."""
    return _FRENCH_SPACE.sub("\N{NO-BREAK SPACE}", text) if current_language() == "fr" else text


def _begin() -> None:
    asked = request.args.get("lang", "")
    if asked in LANGUAGES and request.method == "GET":
        session["language"] = asked
    g.language = speaking(_chosen())
    g.language.__enter__()


def _end(_error: BaseException | None) -> None:
    spoken = g.pop("language", None)
    if spoken is not None:
        spoken.__exit__(None, None, None)


def _chosen() -> str:
    kept = session.get("language")
    return kept if kept in LANGUAGES else request.accept_languages.best_match(LANGUAGES, default="fr")

"""Which language a page speaks: what the voter chose, else what the browser asks for, else French."""

from flask import Flask, g, request, session
from flask_babel import Babel

from helpdesk.language.catalogue import DOMAIN, LANGUAGES, current_language, speaking
from helpdesk.resource_files import resource

NAMES = {"fr": "Français", "en": "English"}


def install(app: Flask) -> None:
    """Choose before each request; templates and the words of errors then agree."""
    Babel(
        app,
        default_domain=DOMAIN,
        default_translation_directories=str(resource("locale")),
        locale_selector=current_language,
    )
    app.before_request(_begin)
    app.teardown_request(_end)
    app.jinja_env.globals |= {"language": current_language, "languages": NAMES}


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

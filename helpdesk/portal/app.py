"""The portal as a WSGI application."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from flask import Flask, Response, request
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from helpdesk import __version__
from helpdesk.domain.voter_password import Criterion
from helpdesk.language.moments import date_text, moment_text
from helpdesk.portal import (
    account,
    captcha,
    code,
    identification,
    languages,
    limits,
    links,
    login,
    problems,
    security,
    space,
)
from helpdesk.portal.context import EXTENSION, PortalContext
from helpdesk.portal.link_worker import LINK_WORKER, LinkWorker
from helpdesk.portal.visitors import visitor
from helpdesk.portal.words import criterion_text, notice_text
from helpdesk.resource_files import resource

MOST_BYTES, MOST_FIELDS = 16 * 1024, 30
"""What the largest form needs, and some: nobody sends files here."""


def create_app(context: PortalContext) -> Flask:
    """The portal over its services; the same for every WSGI server."""
    app = Flask(
        "helpdesk.portal",
        template_folder=str(resource("portal", "templates")),
        static_folder=str(resource("portal", "static")),
        static_url_path="/static",
    )
    app.config.update(
        SECRET_KEY=context.key,
        SESSION_COOKIE_NAME="__Host-helpdesk" if context.over_tls else "helpdesk",
        SESSION_COOKIE_SECURE=context.over_tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=context.limits.portal_session_longest_seconds),
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=MOST_FIELDS,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=False,  # pages send no referrer; `security` looks at Sec-Fetch-Site instead
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.extensions[EXTENSION] = context
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"moment": moment_text, "day": date_text}
    app.jinja_env.globals |= {"version": __version__, "visitor": visitor, "context": context}
    app.jinja_env.globals |= {
        "criteria": tuple(Criterion),
        "criterion_text": criterion_text,
        "notice_text": notice_text,
    }
    languages.install(app)
    security.install(app)
    limits.install(app, context)
    CSRFProtect(app)
    problems.install(app)
    if context.count_request is not None:
        app.after_request(partial(_count, context.count_request))
    worker = LinkWorker(context.services.link_requests)
    app.extensions[LINK_WORKER] = worker
    for each in (identification, links, login, space, account, code, captcha):
        app.register_blueprint(each.pages)
    if context.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=context.proxies, x_proto=context.proxies, x_host=0, x_port=0, x_prefix=0
        )
    return app


def _count(count_request: Callable[[str, int], None], response: Response) -> Response:
    count_request(request.endpoint or "none", response.status_code)
    return response

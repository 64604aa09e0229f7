"""What every answer carries, and what no request gets past: headers, cross-site posts."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from helpdesk.portal.context import portal

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{what} {whence}" for what, whence in _POLICY.items()),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}
_YEAR = 365 * 24 * 3600
_OWN_SITES = frozenset({"same-origin", "none", ""})


def install(app: Flask) -> None:
    """Set headers after each request, and refuse forms of other sites before."""
    app.before_request(_refuse_other_sites)
    app.after_request(_add_headers)


def _refuse_other_sites() -> None:
    """The CSRF token guards too; this needs no session, and browsers send it whatever the referrer policy."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "") not in _OWN_SITES:
        abort(403)


def _add_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if portal().over_tls:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = f"public, max-age={24 * 3600}"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def is_web_address(url: str) -> bool:
    """True for an address that a page may link to: what a settings file says must not become a script."""
    return urlsplit(url).scheme in {"http", "https"}

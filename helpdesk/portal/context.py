"""What the portal is given."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from helpdesk.domain.limits import Limits
from helpdesk.domain.ports import Clock
from helpdesk.services import Services

EXTENSION = "helpdesk"
"""The name of the context among an application's extensions."""


@dataclass(frozen=True, slots=True)
class PortalContext:
    """The services, and the settings that concern pages.

    `url` is the canonical address: it is never taken from a request. `key` signs cookies and derives CAPTCHAs.
    `shows_captcha` puts a CAPTCHA's digits into the page, for the demo's scripts and nothing else.
    `count_request` is told of each answer: the page's name (never a path, which may hold a link) and the status.
    """

    services: Services
    clock: Clock
    limits: Limits
    key: bytes
    url: str
    desk_phone: str = ""
    desk_hours: str = ""
    proxies: int = 0
    limits_storage: str = "memory://"
    shows_captcha: bool = False
    count_request: Callable[[str, int], None] | None = None

    @property
    def over_tls(self) -> bool:
        """True when voters reach the portal over TLS."""
        return self.url.startswith("https:")


def portal() -> PortalContext:
    """The context of the portal that answers the current request."""
    context: PortalContext = current_app.extensions[EXTENSION]
    return context

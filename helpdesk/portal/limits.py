"""How many requests one network, and one mail address, may make; counted in the storage of the settings."""

import ipaddress
import logging
import time

from flask import Flask, current_app, request
from flask_limiter import Limit, Limiter

from helpdesk.domain.addresses import fold_address, read_pasted
from helpdesk.portal.context import PortalContext

_IPV4_PREFIX, _IPV6_PREFIX = 24, 56
_EXTENSION = "helpdesk-limiter"


def install(app: Flask, context: PortalContext) -> None:
    """Count pages and forms of each network, links and logins of each mail address, known or not."""
    numbers = context.limits

    def limit(count: int, span: str, scope: str, *endpoints: str, by_address: bool = False) -> Limit:
        return Limit(
            f"{count}/{span}",
            key_function=mail_address if by_address else network,
            scope=scope,
            shared=True,
            methods=["POST"] if by_address or endpoints else None,
            exempt_when=(lambda: request.endpoint not in endpoints) if endpoints else None,
        )

    limiter = Limiter(
        network,
        app=app,
        default_limits=[
            limit(numbers.portal_pages_per_network_per_minute, "minute", "pages"),
            Limit(
                f"{numbers.portal_forms_per_network_per_minute}/minute",
                key_function=network,
                scope="forms",
                shared=True,
                methods=["POST"],
            ),
            limit(
                numbers.portal_links_per_address_per_hour, "hour", "links", "identification.ask_link", by_address=True
            ),
            limit(numbers.portal_logins_per_address_per_hour, "hour", "logins", "login.log_in", by_address=True),
        ],
        storage_uri=context.limits_storage,
        strategy="moving-window" if context.limits_storage == "memory://" else "fixed-window",
    )
    limiter.logger.setLevel(logging.WARNING)  # below that it writes down whose limit was reached: addresses
    app.extensions[_EXTENSION] = limiter


def network() -> str:
    """The network a request comes from: a /24 of IPv4, a /56 of IPv6, as providers hand them out."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    prefix = _IPV4_PREFIX if isinstance(address, ipaddress.IPv4Address) else _IPV6_PREFIX
    return str(ipaddress.ip_network((address, prefix), strict=False))


def mail_address() -> str:
    """The mail address that a form names, folded; a word for a form without one."""
    return fold_address(read_pasted(request.form.get("address", ""))) or "none"


def seconds_to_wait() -> int:
    """How long who exceeded a limit has to wait."""
    limiter: Limiter = current_app.extensions[_EXTENSION]
    exceeded = limiter.current_limit
    return max(1, int(exceeded.reset_at - time.time())) if exceeded is not None else 60


def spend_once(name: str, *, seconds: int) -> bool:
    """True the first time a name is given within its time, to whichever process asks."""
    limiter: Limiter = current_app.extensions[_EXTENSION]
    return limiter.storage.incr(f"once/{name}", seconds) == 1

"""The CAPTCHA's four digits: derived from a random id that the browser keeps, so that nothing has to be stored."""

import hmac
import secrets
from datetime import datetime, timedelta

DIGITS = 4


def new_captcha(now: datetime) -> str:
    """A new CAPTCHA id: when it was made, and 128 random bits. It says nothing of the digits."""
    return f"{int(now.timestamp())}.{secrets.token_urlsafe(16)}"


def captcha_digits(key: bytes, captcha: str) -> str:
    """The digits of a CAPTCHA; only who has the portal's key can derive them (HMAC-SHA-256, RFC 2104)."""
    digest = hmac.digest(key, f"helpdesk captcha\0{captcha}".encode(), "sha256")
    return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}d}"


def is_fresh(captcha: str, now: datetime, *, seconds: int) -> bool:
    """True while the CAPTCHA may still be answered, `seconds` after it was made."""
    made = captcha.partition(".")[0]
    if not (made.isascii() and made.isdecimal()):
        return False
    age = now.timestamp() - int(made)
    return -timedelta(minutes=1).total_seconds() <= age < seconds


def is_solved(key: bytes, captcha: str, typed: str) -> bool:
    """True when the digits were read rightly; spaces do not matter. Compared in constant time."""
    given = "".join(typed.split())
    return hmac.compare_digest(captcha_digits(key, captcha).encode(), given.encode("utf-8", "surrogatepass"))

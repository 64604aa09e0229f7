"""One-time links: the token that only the mailer can derive, and the hash that the store keeps."""

import base64
import hashlib
import hmac

KEY_BYTES = 32


def derive_token(key: bytes, *, message_id: str, generation: int) -> str:
    """The token of a message: HMAC-SHA-256 (RFC 2104) over message id and link generation, URL-safe, 43 characters.

    The same message and generation give the same token, so that a mail sent twice after a crash carries one
    link; without the mailer's key nobody can derive it from what the store holds.
    """
    if len(key) < KEY_BYTES:
        raise ValueError("link key too short")
    message = f"helpdesk one-time link\0{message_id}\0{generation}".encode()
    digest = hmac.digest(key, message, "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def token_hash(token: str) -> str:
    """What the store keeps of a token: its SHA-256, hexadecimal. 256 random-looking bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


LINK_PATHS = {"activation": "activate", "password": "reset", "question": "question"}


def link_url(portal_url: str, *, purpose: str, token: str) -> str:
    """The address that a mail carries; `portal_url` is the canonical one of the settings."""
    return f"{portal_url.rstrip('/')}/{LINK_PATHS[purpose]}/{token}"

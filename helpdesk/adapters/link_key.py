"""Keys of services, each in a credential file or in the keyring; never in the database.

The mailer's derives one-time links. The portal's signs cookies and derives the digits of CAPTCHAs.
"""

import base64
import binascii
import secrets
from pathlib import Path

from helpdesk.adapters.secrets import read_credential, write_credential
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.domain.links import KEY_BYTES
from helpdesk.domain.ports import SecretStore

_LINK_KEY, _PORTAL_KEY = "link-key", "portal-key"


def read_link_key(store: SecretStore, file: Path | None) -> bytes:
    """The mailer's key, made on first use: from `file` if one is named, else from the keyring.

    Raises SecretStoreUnavailable when neither can be used, or what they hold is no key.
    """
    return _read_key(store, _LINK_KEY, file)


def read_portal_key(store: SecretStore, file: Path | None) -> bytes:
    """The portal's key, kept as the mailer's is; every process of a portal needs the same. Raises as above."""
    return _read_key(store, _PORTAL_KEY, file)


def _read_key(store: SecretStore, name: str, file: Path | None) -> bytes:
    if file is not None:
        if not file.exists():
            _make_file(file)
        return _decode(read_credential(file))
    kept = store.read(name)
    if kept is None:
        kept = _new_key()
        store.write(name, kept)
        kept = store.read(name) or kept  # another process may have been first: one key must hold for both
    return _decode(kept)


def _make_file(file: Path) -> None:
    try:
        write_credential(file, _new_key())
    except FileExistsError:
        return  # another process was first: its key holds
    except OSError:
        raise SecretStoreUnavailable from None


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SecretStoreUnavailable from None
    if len(key) < KEY_BYTES:
        raise SecretStoreUnavailable
    return key

"""The key that signs statements: Ed25519, in a credential file or in the keyring, never in the database.

Ed25519 rather than an HMAC: whoever is given a statement can check it with the public key alone (the electoral
commission, a court, a data protection officer), and could not have made it.
"""

import base64
import binascii
from pathlib import Path

from helpdesk.adapters.secrets import read_credential, write_credential
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.domain.ports import SecretStore, Signature

_NAME = "statement-key"


class Ed25519Signer:
    """Signs with a private key of 32 bytes."""

    def __init__(self, private_key: bytes) -> None:
        """Take the raw private key."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        self._key = Ed25519PrivateKey.from_private_bytes(private_key)

    def sign(self, content: bytes) -> Signature:
        """The signature of these bytes, with the public key that proves it."""
        public = self._key.public_key().public_bytes_raw()
        return Signature(_encode(public), _encode(self._key.sign(content)))


def is_signed(content: bytes, signature: Signature) -> bool:
    """True when the signature is that of these bytes by the holder of its key."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 (6 MB that nothing else needs)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature.public_key, validate=True))
        public.verify(base64.b64decode(signature.value, validate=True), content)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def read_signer(store: SecretStore, file: Path | None) -> Ed25519Signer:
    """The signer, its key made on first use: from `file` if one is named, else from the keyring.

    Raises SecretStoreUnavailable when neither can be used, or what they hold is no key.
    """
    if file is not None:
        if not file.exists():
            try:
                write_credential(file, _new_key())
            except OSError:
                raise SecretStoreUnavailable from None
        return _signer(read_credential(file))
    kept = store.read(_NAME)
    if kept is None:
        kept = _new_key()
        store.write(_NAME, kept)
    return _signer(kept)


def _signer(text: str) -> Ed25519Signer:
    try:
        return Ed25519Signer(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise SecretStoreUnavailable from None


def _new_key() -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    return _encode(Ed25519PrivateKey.generate().private_bytes_raw())


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")

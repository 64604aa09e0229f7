"""Where secrets live: the system keyring, or credential files for services without one."""

import os
from pathlib import Path

from helpdesk.domain.errors import SecretStoreUnavailable

SERVICE = "helpdesk"


class KeyringSecrets:
    """Windows Credential Manager or the Secret Service, through the keyring library."""

    def read(self, name: str) -> str | None:
        """The secret, None if there is none. Raises SecretStoreUnavailable without a keyring, or a locked one."""
        import keyring  # noqa: PLC0415 (70 ms that the first paint does not need)
        from keyring.errors import KeyringError  # noqa: PLC0415

        try:
            return keyring.get_password(SERVICE, name)
        except (KeyringError, OSError):
            raise SecretStoreUnavailable from None

    def write(self, name: str, secret: str) -> None:
        """Keep a secret. Raises SecretStoreUnavailable."""
        import keyring  # noqa: PLC0415
        from keyring.errors import KeyringError  # noqa: PLC0415

        try:
            keyring.set_password(SERVICE, name, secret)
        except (KeyringError, OSError):
            raise SecretStoreUnavailable from None

    def forget(self, name: str) -> None:
        """Remove a secret if it is there. Raises SecretStoreUnavailable."""
        import keyring  # noqa: PLC0415
        from keyring.errors import KeyringError, PasswordDeleteError  # noqa: PLC0415

        try:
            keyring.delete_password(SERVICE, name)
        except PasswordDeleteError:
            return
        except (KeyringError, OSError):
            raise SecretStoreUnavailable from None


def read_credential(path: Path) -> str:
    """The content of a credential file, without its last line break. Raises SecretStoreUnavailable."""
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise SecretStoreUnavailable from None


def write_credential(path: Path, secret: str) -> None:
    """Make a credential file that only its owner can read; an existing one is left alone (FileExistsError)."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret + "\n")

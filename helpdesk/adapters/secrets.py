"""Where secrets live: the system keyring, or credential files for services without one."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.system.private_files import create_private

SERVICE = "helpdesk"


class KeyringSecrets:
    """Windows Credential Manager or the Secret Service, through the keyring library."""

    def read(self, name: str) -> str | None:
        """The secret, None if there is none. Raises SecretStoreUnavailable without a keyring, or a locked one."""
        import keyring  # noqa: PLC0415 (70 ms that the first paint does not need)

        with _told_alike():
            return keyring.get_password(SERVICE, name)

    def write(self, name: str, secret: str) -> None:
        """Keep a secret. Raises SecretStoreUnavailable."""
        import keyring  # noqa: PLC0415

        with _told_alike():
            keyring.set_password(SERVICE, name, secret)

    def forget(self, name: str) -> None:
        """Remove a secret if it is there. Raises SecretStoreUnavailable."""
        import keyring  # noqa: PLC0415
        from keyring.errors import PasswordDeleteError  # noqa: PLC0415

        with _told_alike(), suppress(PasswordDeleteError):
            keyring.delete_password(SERVICE, name)

    def backend(self) -> str | None:
        """What keeps the secrets, by the name that the keyring library gives it; None where there is nothing."""
        import keyring  # noqa: PLC0415
        from keyring.backends import fail, null  # noqa: PLC0415

        with _told_alike():
            found = keyring.get_keyring()
        return None if isinstance(found, fail.Keyring | null.Keyring) else str(found.name)


@contextmanager
def _told_alike() -> Iterator[None]:
    """Every way of having no keyring, as SecretStoreUnavailable.

    On Windows the Credential Manager's own errors come through as they are (`pywintypes.error`, with a `winerror`):
    without a logon session, in a service, there is no vault.
    """
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        yield
    except Exception as error:
        if isinstance(error, KeyringError | OSError) or hasattr(error, "winerror"):
            raise SecretStoreUnavailable from None
        raise


def read_credential(path: Path) -> str:
    """The content of a credential file, without its last line break. Raises SecretStoreUnavailable."""
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise SecretStoreUnavailable from None


def write_credential(path: Path, secret: str) -> None:
    """Make a credential file that only its owner can read; an existing one is left alone (FileExistsError)."""
    create_private(path, f"{secret}\n".encode())

"""What the system keyring remembers of a login: the name always, the password only if asked to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the first window is painted before this is imported
    from helpdesk.domain.ports import SecretStore

_NAME = "operator"


@dataclass(frozen=True, slots=True)
class RememberedLogin:
    """A name and perhaps a password, empty if unknown; `available` is False without a usable keyring."""

    name: str = ""
    password: str = ""
    available: bool = True


def recall(secrets: SecretStore) -> RememberedLogin:
    """Read the keyring; may take its time, or prompt."""
    from helpdesk.domain.errors import SecretStoreUnavailable  # noqa: PLC0415

    try:
        name = secrets.read(_NAME) or ""
        return RememberedLogin(name, (secrets.read(_password_of(name)) or "") if name else "")
    except SecretStoreUnavailable:
        return RememberedLogin(available=False)


def remember(secrets: SecretStore, name: str, password: str | None) -> bool:
    """Keep the name, and the password unless it is None: then forget it. False without a usable keyring."""
    from helpdesk.domain.errors import SecretStoreUnavailable  # noqa: PLC0415

    try:
        secrets.write(_NAME, name)
        if password is None:
            secrets.forget(_password_of(name))
        else:
            secrets.write(_password_of(name), password)
    except SecretStoreUnavailable:
        return False
    return True


def _password_of(name: str) -> str:
    return f"operator-password:{name}"

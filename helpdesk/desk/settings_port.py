"""What the settings page needs of whoever keeps the settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SettingsView:
    """The settings in effect by key, as texts. Keys in `fixed` come from the environment and cannot be changed here.

    `secrets` names the secrets that the keyring holds; what they are is never shown back.
    """

    values: Mapping[str, str]
    fixed: frozenset[str] = field(default_factory=frozenset)
    secrets: frozenset[str] = field(default_factory=frozenset)
    file: str = ""


class SettingsPort(Protocol):
    """Reads and writes the settings file and the keyring; called in background jobs only."""

    def read(self) -> SettingsView:
        """The settings as they are now. Raises BadSetting, UnreadableFile."""
        ...

    def write(self, changes: Mapping[str, str]) -> None:
        """Change some, all or none. Raises BadSetting, UnreadableFile."""
        ...

    def keep_secret(self, name: str, secret: str) -> None:
        """Put a secret into the keyring; an empty one forgets it. Raises SecretStoreUnavailable."""
        ...

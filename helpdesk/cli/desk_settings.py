"""The settings page's way to the settings file and the keyring."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk.config import (
    Origin,
    default_database,
    effective_settings,
    known_keys,
    make_settings_file,
    settings_path,
    write_settings,
)
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.domain.ports import SecretStore
from helpdesk.language.settings_file import settings_file_text

if TYPE_CHECKING:  # the desk costs Qt: it is imported only when it is asked for
    from helpdesk.desk.context import Preferences
    from helpdesk.desk.settings_port import SettingsView


class DeskSettings:
    """Reads what is in effect, writes the file, keeps secrets in the keyring and never reads them out."""

    def __init__(self, config_file: Path | None, secrets: SecretStore, database: str) -> None:
        """`config_file` is the one that was named, if any; `database` the store's URL, without a password."""
        self._named, self._secrets, self._database = config_file, secrets, database

    def read(self) -> "SettingsView":
        """The settings as the next start would find them."""
        from helpdesk.desk.settings_port import SettingsView  # noqa: PLC0415

        path = settings_path(self._named)
        found = effective_settings(config_file=path if path.exists() else None)
        values = {name: str(found[name].value) for name in known_keys()}
        fixed = {name for name in known_keys() if found[name].origin is Origin.ENVIRONMENT}
        kept = {name for name in ("smtp.password", "database.password") if self._holds(name, values)}
        return SettingsView(values, frozenset(fixed), frozenset(kept), str(path))

    def write(self, changes: Mapping[str, str]) -> None:
        """Change the file; one that is not there yet is made first, with all that there is to set."""
        path = settings_path(self._named)
        if not path.exists():
            make_settings_file(path, settings_file_text(default_database()))
        write_settings(path, changes)

    def keep_secret(self, name: str, secret: str) -> None:
        """Keep a secret under the name that the program looks for; an empty one is forgotten."""
        key = self._keyring_name(name, self.read().values)
        if secret:
            self._secrets.write(key, secret)
        else:
            self._secrets.forget(key)

    def keep_preferences(self, preferences: "Preferences") -> None:
        """Keep what a person chose for themselves."""
        chosen = {
            "language": preferences.language,
            "theme": str(preferences.theme),
            "text_size": str(preferences.text_size),
        }
        self.write(chosen)

    def _keyring_name(self, name: str, values: Mapping[str, str]) -> str:
        """The names that the program itself looks under."""
        return f"smtp-password:{values['smtp.user']}" if name == "smtp.password" else f"database:{self._database}"

    def _holds(self, name: str, values: Mapping[str, str]) -> bool:
        try:
            return self._secrets.read(self._keyring_name(name, values)) is not None
        except SecretStoreUnavailable:
            return False

"""Settings: what there is to set, what is in effect and why, and the file that keeps it."""

from helpdesk.config.file import make_settings_file, write_settings
from helpdesk.config.keys import KEYS, Key, known_keys, unknown_variables
from helpdesk.config.reading import (
    Effective,
    Origin,
    default_database,
    effective_settings,
    load_settings,
    settings_path,
)
from helpdesk.config.sections import LogSettings, MailSettings, Settings, SmtpSettings

__all__ = [
    "KEYS",
    "Effective",
    "Key",
    "LogSettings",
    "MailSettings",
    "Origin",
    "Settings",
    "SmtpSettings",
    "default_database",
    "effective_settings",
    "known_keys",
    "load_settings",
    "make_settings_file",
    "settings_path",
    "unknown_variables",
    "write_settings",
]

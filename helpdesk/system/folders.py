r"""Where settings and data lie.

Linux: `~/.config/helpdesk` and `~/.local/share/helpdesk`, or what XDG_CONFIG_HOME and XDG_DATA_HOME say. Windows:
`%LOCALAPPDATA%\helpdesk` for both, which only this person, the system and administrators may read, and which no
roaming profile carries to other machines.
"""

import sys
from pathlib import Path

from platformdirs.api import PlatformDirsABC

_NAME = "helpdesk"


def user_data_folder(*, platform: str = sys.platform) -> Path:
    """The folder of this person's data."""
    return _folders(platform).user_data_path


def user_settings_folder(*, platform: str = sys.platform) -> Path:
    """The folder of this person's settings."""
    return _folders(platform).user_config_path


def _folders(platform: str) -> PlatformDirsABC:
    if platform == "win32":
        from platformdirs.windows import Windows  # noqa: PLC0415 (each system loads its own)

        return Windows(_NAME, appauthor=False)
    if platform == "darwin":
        from platformdirs.macos import MacOS  # noqa: PLC0415

        return MacOS(_NAME, appauthor=False)
    from platformdirs.unix import Unix  # noqa: PLC0415

    return Unix(_NAME, appauthor=False)

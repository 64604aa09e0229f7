r"""Where settings and data lie, on each system: the one place that knows.

Linux: `~/.config/helpdesk` and `~/.local/share/helpdesk`, or what XDG_CONFIG_HOME and XDG_DATA_HOME say. Windows:
`%LOCALAPPDATA%\helpdesk` for both, which only this person, the system and administrators may read, and which no
roaming profile carries to other machines.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from platformdirs.api import PlatformDirsABC

from helpdesk.domain.errors import BadSetting

_NAME = "helpdesk"


def data_folder(environment: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """The folder of the embedded store; HELPDESK_DATA_DIR names another. Raises BadSetting for one with a `?`."""
    folder = Path(environment.get("HELPDESK_DATA_DIR") or _system(platform).user_data_path).absolute()
    if "?" in str(folder):  # in the database's URL, what follows it would be options
        raise BadSetting("HELPDESK_DATA_DIR", "question_mark")
    return folder


def settings_path(named: Path | None = None, *, platform: str = sys.platform) -> Path:
    """The settings file: the one that was named, or the one of the user's configuration folder."""
    return named or _system(platform).user_config_path / "helpdesk.toml"


def _system(platform: str) -> PlatformDirsABC:
    if platform == "win32":
        from platformdirs.windows import Windows  # noqa: PLC0415 (each system loads its own)

        return Windows(_NAME, appauthor=False)
    if platform == "darwin":
        from platformdirs.macos import MacOS  # noqa: PLC0415

        return MacOS(_NAME, appauthor=False)
    from platformdirs.unix import Unix  # noqa: PLC0415

    return Unix(_NAME, appauthor=False)

"""What is wrong with a setting, as typed errors: their classes are loaded when the first one is made.

Every start reads the settings before its first window, and next to none finds anything wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk.domain.errors import BadSetting, UnreadableFile


def bad_setting(key: str, why: str, near: str | None = None) -> BadSetting:
    """That a setting cannot be used, to be raised."""
    from helpdesk.domain.errors import BadSetting  # noqa: PLC0415

    return BadSetting(key, why, near)


def unreadable(path: str, why: str) -> UnreadableFile:
    """That a settings file cannot be read or written, to be raised."""
    from helpdesk.domain.errors import UnreadableFile  # noqa: PLC0415

    return UnreadableFile(path, why)

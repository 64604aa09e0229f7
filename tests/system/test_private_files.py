"""Files for their owner alone: by their mode, or by the folder they lie in."""

import os
import stat
from pathlib import Path

import pytest

from helpdesk.system.private_files import create_private, is_open_to_others, touch_private


def test_a_new_file_is_its_owners_alone_whatever_the_mask_and_is_written_as_it_is(tmp_path: Path):
    before = os.umask(0)
    try:
        create_private(tmp_path / "made", b"a\r\nb\n")
        touch_private(tmp_path / "touched")
    finally:
        os.umask(before)
    for name in ("made", "touched"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        assert is_open_to_others(tmp_path / name) is False
    assert (tmp_path / "made").read_bytes() == b"a\r\nb\n"
    with pytest.raises(FileExistsError):
        create_private(tmp_path / "made", b"other")
    (tmp_path / "made").chmod(0o640)
    assert is_open_to_others(tmp_path / "made") is True


def test_windows_asks_for_bytes_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked = []
    really = os.open
    monkeypatch.setattr(os, "O_BINARY", 0x8000, raising=False)
    monkeypatch.setattr(
        os, "open", lambda path, flags, mode: (asked.append(flags), really(path, flags & 0x7FFF, mode))[1]
    )
    create_private(tmp_path / "made", b"a\n")
    assert asked[0] & 0x8000


def test_windows_closes_a_persons_own_folders_and_says_nothing_of_others(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert is_open_to_others(tmp_path / "Local" / "helpdesk" / "helpdesk.db", platform="win32") is False
    assert is_open_to_others(tmp_path / "shared" / "helpdesk.db", platform="win32") is None

"""Each system keeps a person's settings and data where its programs do."""

from pathlib import Path

import pytest

from helpdesk.config import load_settings, settings_path
from helpdesk.system.folders import user_data_folder, user_settings_folder


def test_linux_follows_the_desktops_rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_data_folder(platform="linux") == tmp_path / ".local" / "share" / "helpdesk"
    assert user_settings_folder(platform="linux") == tmp_path / ".config" / "helpdesk"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert user_settings_folder(platform="linux") == tmp_path / "xdg" / "helpdesk"


def test_windows_keeps_both_in_the_local_folder_that_no_profile_carries_away(monkeypatch, tmp_path: Path):
    folders = {"CSIDL_LOCAL_APPDATA": str(tmp_path / "Local"), "CSIDL_APPDATA": str(tmp_path / "Roaming")}
    monkeypatch.setattr("platformdirs.windows.get_win_folder", folders.__getitem__)
    assert user_data_folder(platform="win32") == tmp_path / "Local" / "helpdesk"
    assert user_settings_folder(platform="win32") == tmp_path / "Local" / "helpdesk"


def test_other_places_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    settings = load_settings(environment={"HELPDESK_DATA_DIR": str(tmp_path)})
    assert (settings.data_dir, settings.database) == (tmp_path, f"sqlite:///{tmp_path}/helpdesk.db")
    assert settings_path(tmp_path / "own.toml") == tmp_path / "own.toml"

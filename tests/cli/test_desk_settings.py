"""The desk's settings page writes the commented file, and says what it may not change."""

from pathlib import Path

import pytest

from helpdesk.cli.desk_settings import DeskSettings
from helpdesk.config import default_database, load_settings
from helpdesk.desk.context import Preferences, TextSize, ThemeChoice
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.language.settings_file import settings_file_text


class NoKeyring:
    def read(self, name: str) -> str | None:
        raise SecretStoreUnavailable

    def write(self, name: str, secret: str) -> None:
        raise SecretStoreUnavailable

    def forget(self, name: str) -> None:
        raise SecretStoreUnavailable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "helpdesk.toml"


@pytest.fixture
def desk_settings(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> DeskSettings:
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path))
    return DeskSettings(file, NoKeyring(), "sqlite:///x.db")


def test_a_first_change_makes_the_whole_file_with_its_comments(desk_settings: DeskSettings, file: Path):
    desk_settings.write({"smtp.host": "smtp.example.org"})
    expected = settings_file_text(default_database())
    expected = expected.replace('# smtp.host = "localhost"', 'smtp.host = "smtp.example.org"')
    assert file.read_text(encoding="utf-8") == expected
    assert desk_settings.read().values["smtp.host"] == "smtp.example.org"


def test_what_a_person_chose_for_themselves_is_kept_there_too(desk_settings: DeskSettings, file: Path):
    desk_settings.keep_preferences(Preferences("fr", ThemeChoice.DARK, TextSize("150")))
    settings = load_settings(config_file=file, environment={})
    assert (settings.language, settings.theme, settings.text_size) == ("fr", "dark", "150")


def test_what_the_environment_sets_is_told_as_fixed(desk_settings: DeskSettings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HELPDESK_SMTP_HOST", "mail.example.org")
    view = desk_settings.read()
    assert (view.values["smtp.host"], view.fixed) == ("mail.example.org", {"smtp.host"})

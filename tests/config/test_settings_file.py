"""helpdesk.toml: made with every setting in it, valid line by line, changed without losing a comment."""

import re
from pathlib import Path

import pytest

from helpdesk.config import KEYS, default_database, known_keys, load_settings, make_settings_file, write_settings
from helpdesk.domain.errors import BadSetting, UnreadableFile
from helpdesk.language.catalogue import speak
from helpdesk.language.settings_file import settings_file_text

SETTING = re.compile(r"^# ([a-z_.0-9]+ = .*)$", re.MULTILINE)


@pytest.fixture
def text() -> str:
    return settings_file_text(default_database())


@pytest.fixture
def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings" / "helpdesk.toml"
    assert make_settings_file(path, text)
    return path


def test_a_new_file_changes_nothing(file: Path):
    assert load_settings(config_file=file, environment={}) == load_settings(environment={})


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_setting_stands_there_with_its_default_and_is_valid_once_uncommented(language: str, file: Path):
    speak(language)
    text = settings_file_text(default_database())
    assert [line.partition(" = ")[0] for line in SETTING.findall(text)] == list(known_keys())
    file.write_text(SETTING.sub(r"\1", text), encoding="utf-8")
    assert load_settings(config_file=file, environment={}) == load_settings(environment={})


def test_each_setting_is_explained_in_both_languages():
    texts = {}
    for language in ("fr", "en"):
        speak(language)
        texts[language] = settings_file_text(default_database())
    for key in KEYS.values():
        words = key.meaning.text.split()[:3]
        assert " ".join(words) in " ".join(texts["en"].replace("#", "").split())
    comments = {line for line in texts["en"].splitlines() if line.startswith("# ") and not SETTING.match(line)}
    assert comments & set(texts["fr"].splitlines()) == set()


def test_one_that_is_there_already_is_left_alone(file: Path):
    file.write_text('language = "fr"\n', encoding="utf-8")
    assert not make_settings_file(file, "other")
    assert file.read_text(encoding="utf-8") == 'language = "fr"\n'


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, text: str):
    (tmp_path / "flat").write_text("")
    with pytest.raises(UnreadableFile) as refused:
        make_settings_file(tmp_path / "flat" / "helpdesk.toml", text)
    assert refused.value.why == "unwritable"


def test_a_change_takes_the_place_of_the_default_and_every_comment_stays(file: Path, text: str):
    changes = {"smtp.host": "smtp.example.org", "smtp.port": "465", "text_size": "150", "limits.resends_per_hour": "5"}
    write_settings(file, changes)
    written = file.read_text(encoding="utf-8")
    expected = (
        text.replace('# smtp.host = "localhost"', 'smtp.host = "smtp.example.org"')
        .replace("# smtp.port = 587", "smtp.port = 465")
        .replace('# text_size = "100"', 'text_size = "150"')
        .replace("# limits.resends_per_hour = 3", "limits.resends_per_hour = 5")
    )
    assert written == expected
    write_settings(file, {"smtp.host": "mail.example.org"})
    assert file.read_text(encoding="utf-8") == expected.replace("smtp.example.org", "mail.example.org")
    settings = load_settings(config_file=file, environment={})
    assert (settings.smtp.host, settings.smtp.port, settings.limits.resends_per_hour) == ("mail.example.org", 465, 5)


def test_a_file_written_by_hand_keeps_its_comments_and_its_form(file: Path):
    file.write_text('# ours\n[smtp]  # at the school\nhost = "a.example.org"  # old\n# port = 25\n', encoding="utf-8")
    write_settings(file, {"smtp.host": "b.example.org", "smtp.user": "elections", "mail.sender": "e@example.org"})
    written = file.read_text(encoding="utf-8")
    for kept in ("# ours", "[smtp]  # at the school", 'host = "b.example.org"  # old', "# port = 25"):
        assert kept in written
    settings = load_settings(config_file=file, environment={})
    assert (settings.smtp.user, settings.mail.sender) == ("elections", "e@example.org")


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("smtp.porte", "25", "unknown"),
        ("smtp.password", "Planted-4711", "secret_in_file"),
        ("data_dir", "/tmp", "unknown"),  # noqa: S108 (nothing is written)
        ("smtp.port", "70000", "not_a_number"),
        ("smtp.port", "many", "not_a_number"),
        ("theme", "pink", "not_a_choice"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(key: str, value: str, why: str, file: Path, text: str):
    with pytest.raises(BadSetting) as refused:
        write_settings(file, {"language": "fr", key: value})
    assert refused.value.why == why
    assert file.read_text(encoding="utf-8") == text
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_password_in_the_databases_address_is_in_no_words_of_the_settings():
    """As an error's or a debugger's: whoever prints settings prints no secret."""
    settings = load_settings(
        database="postgresql+psycopg://ada:Correct-Horse-9@db.example.org/helpdesk", environment={}
    )
    assert "Correct-Horse-9" not in f"{settings!r} {settings}"

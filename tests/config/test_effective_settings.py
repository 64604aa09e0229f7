"""Where each value in effect is from: command line over environment over file over default, for every setting."""

from pathlib import Path

import pytest

from helpdesk.config import KEYS, Key, Origin, effective_settings, known_keys, load_settings, unknown_variables
from helpdesk.domain.errors import BadSetting

OF_EACH_IN_FILE = pytest.mark.parametrize("key", [KEYS[name] for name in known_keys()], ids=lambda key: key.name)


def another(key: Key, *, step: int = 1) -> object:
    """A value that is not the default."""
    if isinstance(key.default, int):
        return key.default + step if key.default + step <= key.meaning.most else key.default - step
    if key.meaning.choices:
        return key.meaning.choices[(key.meaning.choices.index(str(key.default)) + step) % len(key.meaning.choices)]
    return f"sqlite:///{step}.db" if key.name == "database" else f"other{step}"


def value_of(settings: object, name: str) -> object:
    for part in name.split("."):
        settings = getattr(settings, part)
    return settings


@OF_EACH_IN_FILE
def test_the_environment_counts_over_the_file_and_the_file_over_the_default(key: Key, tmp_path: Path):
    file = tmp_path / "helpdesk.toml"
    in_file, in_environment = another(key), another(key, step=2)
    file.write_text(f"{key.name} = {in_file!r}\n", encoding="utf-8")
    for environment, value, origin in (
        ({}, in_file, Origin.FILE),
        ({key.variable: str(in_environment)}, in_environment, Origin.ENVIRONMENT),
    ):
        found = effective_settings(config_file=file, environment=environment)[key.name]
        assert (found.value, found.origin) == (value, origin)
        assert value_of(load_settings(config_file=file, environment=environment), key.name) == value
    assert effective_settings(environment={})[key.name].origin is Origin.DEFAULT


@pytest.mark.parametrize("key", [key for key in KEYS.values() if not key.meaning.in_file], ids=lambda key: key.name)
def test_what_is_no_key_of_the_file_is_read_from_the_environment_alone(key: Key, tmp_path: Path):
    environment = {key.variable: str(tmp_path / "x")}
    assert effective_settings(environment=environment)[key.name].origin is Origin.ENVIRONMENT
    assert str(value_of(load_settings(environment=environment), key.name)) == str(tmp_path / "x")
    file = tmp_path / "helpdesk.toml"
    file.write_text(f'{key.name} = "x"\n', encoding="utf-8")
    with pytest.raises(BadSetting):
        load_settings(config_file=file, environment={})


def test_the_command_line_counts_over_everything():
    found = effective_settings(given={"language": "fr"}, environment={"HELPDESK_LANGUAGE": "en"})["language"]
    assert (found.value, found.origin) == ("fr", Origin.COMMAND)


@OF_EACH_IN_FILE
def test_an_unknown_key_names_the_nearest_known_one(key: Key, tmp_path: Path):
    file = tmp_path / "helpdesk.toml"
    file.write_text(f'{key.name}x = "1"\n', encoding="utf-8")
    with pytest.raises(BadSetting) as refused:
        load_settings(config_file=file, environment={})
    assert (refused.value.key, refused.value.why, refused.value.near) == (f"{key.name}x", "unknown", key.name)


def test_a_variable_that_is_no_setting_is_found_with_the_nearest_that_is():
    names = ["HELPDESK_SMTP_HSOT", "HELPDESK_SMTP_HOST", "HELPDESK_QQQQ", "PATH"]
    assert unknown_variables(names) == {"HELPDESK_SMTP_HSOT": "HELPDESK_SMTP_HOST", "HELPDESK_QQQQ": None}

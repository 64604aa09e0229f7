"""What is wrong with settings is said with the key; what breaks inside goes to the log without what it was about."""

import pytest

from helpdesk.cli.entry import BAD_INPUT, BUG, run
from helpdesk.config import load_settings
from helpdesk.domain.errors import BadSetting


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("LIMITS_LOGIN_FAILURES", "0"),
        ("LIMITS_RESENDS_PER_HOUR", "-1"),
        ("LIMITS_VIEW_SECONDS", "9" * 30),
        ("LIMITS_ARGON2_MEMORY_KIB", "99999999"),
        ("SMTP_PORT", "70000"),
        ("SMTP_PORT", "smtp"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_by_its_key(key: str, value: str):
    with pytest.raises(BadSetting) as refused:
        load_settings(environment={f"HELPDESK_{key}": value})
    assert refused.value.key.upper().replace(".", "_") == key


def test_a_data_folder_that_no_url_can_name_is_refused():
    with pytest.raises(BadSetting) as refused:
        load_settings(environment={"HELPDESK_DATA_DIR": "/tmp/what?mode=memory"})  # noqa: S108 (nothing is written)
    assert refused.value.key == "HELPDESK_DATA_DIR"


def test_none_at_all_means_no_limit_where_that_is_the_default():
    assert load_settings(environment={"HELPDESK_LIMITS_BULK_PER_MINUTE": "0"}).limits.bulk_per_minute == 0


@pytest.mark.parametrize("path", ["/", "x" * 300, "/dev/null/x"])
def test_a_settings_file_that_is_none_is_named(path: str, capsys: pytest.CaptureFixture[str]):
    assert run(["--config", path, "search", "marie"]) == BAD_INPUT
    assert path in capsys.readouterr().err


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_bug_leaves_its_place_in_the_log_and_nothing_of_what_it_was_about(
    form: str, monkeypatch, tmp_path, capsys, untouched_log
):
    def break_down(**_: object) -> None:
        raise RuntimeError("marie.dupont@ac-rennes.fr Quatre-Chats-Gris-7")

    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HELPDESK_LOG_FORMAT", form)
    monkeypatch.setattr("helpdesk.cli.settings.load_settings", break_down)
    assert run(["search", "x"]) == BUG
    (log,) = tmp_path.glob("helpdesk-*.log")
    said = log.read_text(encoding="utf-8") + capsys.readouterr().err
    assert "break_down" in said
    assert "builtins.RuntimeError" in said
    assert "dupont" not in said
    assert "Chats" not in said


@pytest.mark.parametrize("database", ["postgresql+psycopg://desk:Quatre-Chats-7@localhost/helpdesk"])
def test_a_password_in_the_address_of_the_database_is_refused_and_not_repeated(
    database: str, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path))
    assert run(["--lang", "en", "--database", database, "search", "marie"]) == BAD_INPUT
    said = capsys.readouterr()
    assert "a password does not belong into it" in said.err
    assert "Chats" not in said.out + said.err

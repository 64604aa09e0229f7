"""What the first-run assistant asked for is done as a whole, or nothing of it is."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from helpdesk.bootstrap import open_program
from helpdesk.cli.first_run import FirstRun
from helpdesk.config import Settings, load_settings
from helpdesk.desk.context import DeskStart
from helpdesk.desk.setup_port import FirstVoters, MailPlan, ServerPlan, SetupPlan
from helpdesk.domain.errors import (
    BadSetting,
    HelpdeskError,
    RollRejected,
    SecretStoreUnavailable,
    Stopped,
    StoreUnreachable,
    TextMissing,
    WeakPassword,
)
from tests.conftest import PASSWORD
from tests.rolls import row, write_roll

NAME = "Ada Admin"
MAIL = MailPlan("smtp.example.org", "465", "tls", "elections", "elections@example.org", "https://vote.example.org",
                "Planted-4711-Secret")  # fmt: skip


class Secrets:
    """A keyring in memory, that can be away."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.away = False

    def read(self, name: str) -> str | None:
        return self.kept.get(name)

    def write(self, name: str, secret: str) -> None:
        if self.away:
            raise SecretStoreUnavailable
        self.kept[name] = secret

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)


class Machine:
    """A computer on which helpdesk was never started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file, self.secrets = folder / "data", folder / "settings" / "helpdesk.toml", Secrets()
        self.started: list[Settings] = []
        settings = replace(load_settings(environment={}), database=f"sqlite:///{self.folder / 'helpdesk.db'}")
        self.first_run = FirstRun(settings, self.file, self.start, secrets=self.secrets)

    def start(self, settings: Settings) -> DeskStart:
        self.started.append(settings)
        return DeskStart(lambda: pytest.fail("not opened here"), "helpdesk.db")

    def left(self) -> list[str]:
        """Every file that is there."""
        return sorted(path.name for path in self.folder.parent.rglob("*") if path.is_file())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


def here(**more: object) -> SetupPlan:
    return replace(SetupPlan("fr", operator=NAME, password=PASSWORD), **more)


def untold(_done: int, _total: int) -> None:
    pass


def test_a_store_is_ready_to_log_in_to_and_the_settings_say_what_was_chosen(machine: Machine):
    machine.first_run.set_up(here(mail=MAIL), untold)
    (settings,) = machine.started
    program = open_program(settings)
    try:
        administrator = program.services.operators.log_in(NAME, PASSWORD)
        assert program.services.statistics.overview(administrator).voters == 0
        assert program.services.trail.verify(administrator).seq > 0
    finally:
        program.close()
    assert (settings.language, settings.smtp.host, settings.smtp.port) == ("fr", "smtp.example.org", 465)
    assert machine.secrets.kept == {"smtp-password:elections": MAIL.password}
    assert MAIL.password not in machine.file.read_text(encoding="utf-8")
    assert machine.left() == ["helpdesk.db", "helpdesk.toml"]


def test_invented_voters_come_with_ballots_and_cases(machine: Machine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("helpdesk.cli.first_run.SAMPLE_VOTERS", 120)
    machine.first_run.set_up(here(voters=FirstVoters.SAMPLE), untold)
    program = open_program(machine.started[0])
    try:
        overview = program.services.statistics.overview(program.services.operators.log_in(NAME, PASSWORD))
    finally:
        program.close()
    assert overview.voters == 120
    assert len(overview.states) > 3


def test_a_roll_is_imported_with_progress(machine: Machine, tmp_path: Path):
    roll = write_roll(tmp_path / "roll.csv", [row(number) for number in range(1, 6)])
    told: list[tuple[int, int]] = []
    plan = here(voters=FirstVoters.ROLL, roll=roll)
    machine.first_run.set_up(plan, lambda done, total: told.append((done, total)))
    program = open_program(machine.started[0])
    try:
        administrator = program.services.operators.log_in(NAME, PASSWORD)
        assert program.services.statistics.overview(administrator).voters == 5
    finally:
        program.close()
    assert told


def bad_roll(machine: Machine, folder: Path) -> SetupPlan:
    roll = write_roll(folder / "roll.csv", [row(1), row(1)])
    return here(mail=MAIL, voters=FirstVoters.ROLL, roll=roll)


def bad_port(machine: Machine, folder: Path) -> SetupPlan:
    return here(mail=replace(MAIL, port="70000"))


def no_keyring(machine: Machine, folder: Path) -> SetupPlan:
    machine.secrets.away = True
    return here(mail=MAIL)


def weak_password(machine: Machine, folder: Path) -> SetupPlan:
    return here(password="short", mail=MAIL)


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (bad_roll, RollRejected),
        (bad_port, BadSetting),
        (no_keyring, SecretStoreUnavailable),
        (weak_password, WeakPassword),
    ],
)
def test_whatever_is_refused_leaves_nothing_behind(
    machine: Machine,
    tmp_path: Path,
    plan: Callable[[Machine, Path], SetupPlan],
    error: type[HelpdeskError],
):
    with pytest.raises(error):
        machine.first_run.set_up(plan(machine, tmp_path), untold)
    assert machine.left() == []
    assert machine.secrets.kept == {}
    assert machine.started == []


def test_stopped_midway_it_leaves_nothing_behind_and_can_be_done_again(machine: Machine):
    def stop(_done: int, _total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        machine.first_run.set_up(here(mail=MAIL), stop)
    assert machine.left() == []
    machine.first_run.set_up(here(), untold)
    assert machine.left() == ["helpdesk.db", "helpdesk.toml"]


def test_a_settings_file_that_was_there_is_as_before_after_a_refusal(machine: Machine):
    machine.file.parent.mkdir(parents=True)
    machine.file.write_text('# ours\ntheme = "dark"\n', encoding="utf-8")
    machine.secrets.away = True
    with pytest.raises(SecretStoreUnavailable):
        machine.first_run.set_up(here(mail=MAIL), untold)
    assert machine.file.read_text(encoding="utf-8") == '# ours\ntheme = "dark"\n'


def test_a_server_is_named_in_the_settings_and_nothing_is_created(machine: Machine):
    plan = SetupPlan("fr", server=ServerPlan("db.example.org", 5432, "elections 2026"))
    machine.first_run.set_up(plan, untold)
    assert machine.started[0].database == "postgresql+psycopg://db.example.org:5432/elections%202026"
    assert machine.left() == ["helpdesk.toml"]
    assert load_settings(config_file=machine.file, environment={}).database == machine.started[0].database


@pytest.mark.parametrize(
    ("before", "server", "after"),
    [
        (
            "postgresql+psycopg://ada@db.example.org/elections?sslmode=verify-full&sslrootcert=/etc/our%20ca.pem",
            ServerPlan("db2.example.org", 5433, "elections"),
            "postgresql+psycopg://ada@db2.example.org:5433/elections?sslmode=verify-full&sslrootcert=/etc/our%20ca.pem",
        ),
        (
            "postgresql+psycopg://ada:secret@db.example.org/elections",
            ServerPlan("DB.example.org", 5432, "elections 2026"),
            "postgresql+psycopg://ada:secret@DB.example.org:5432/elections%202026",
        ),
        (
            "postgresql+psycopg://ada:secret@db.example.org/elections",
            ServerPlan("db2.example.org", 5432, "elections"),
            "postgresql+psycopg://ada@db2.example.org:5432/elections",
        ),
        (
            "postgresql+psycopg:///elections?host=/run/postgresql&port=5433&connect_timeout=3",
            ServerPlan("::1", 5432, "elections"),
            "postgresql+psycopg://[::1]:5432/elections?connect_timeout=3",
        ),
    ],
    ids=["user and certificates", "password of the same server", "no password to another", "no other place"],
)
def test_another_server_is_gone_to_as_the_one_before(machine: Machine, before: str, server: ServerPlan, after: str):
    """Without the certificates it is checked against, anybody could answer in its name."""
    machine.file.parent.mkdir(parents=True)
    machine.file.write_text(f'database = "{before}"\n', encoding="utf-8")
    settings = load_settings(config_file=machine.file, environment={})
    chosen = FirstRun(settings, machine.file, machine.start, secrets=machine.secrets)
    chosen.set_up(SetupPlan("fr", server=server), untold)
    assert [made.database for made in machine.started] == [after]
    assert load_settings(config_file=machine.file, environment={}).database == after


def test_a_server_is_reached_a_closed_port_and_another_service_are_not(machine: Machine, postgresql_server: str):
    machine.first_run.reach(ServerPlan("127.0.0.1", urlsplit(postgresql_server).port or 0, "helpdesk"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        greeting = threading.Thread(target=_greet, args=(listening,))
        greeting.start()
        with pytest.raises(StoreUnreachable):
            machine.first_run.reach(ServerPlan("127.0.0.1", port, "helpdesk"))
        greeting.join()
    with pytest.raises(StoreUnreachable):
        machine.first_run.reach(ServerPlan("127.0.0.1", port, "helpdesk"))


def _greet(listening: socket.socket) -> None:
    """Answer as a mail server does."""
    with listening.accept()[0] as line:
        line.sendall(b"220 mail.example.org ESMTP\r\n")


@pytest.mark.parametrize(
    ("name", "password", "error"),
    [("  ", PASSWORD, TextMissing), (NAME, "short", WeakPassword), (NAME, "motdepasse2026!", WeakPassword)],
)
def test_an_operator_without_a_name_or_with_a_weak_password_is_refused_at_once(
    machine: Machine, name: str, password: str, error: type[HelpdeskError]
):
    with pytest.raises(error):
        machine.first_run.check_operator(name, password)

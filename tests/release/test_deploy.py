"""What `resources/deploy` holds is accepted by the programs that it is for, and names only what there is."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from helpdesk.cli.entry import helpdesk
from helpdesk.config import KEYS, load_settings
from tests.documents.reading import ROOT

DEPLOY = ROOT / "resources" / "deploy"
UNITS = (DEPLOY / "helpdesk-portal.service", DEPLOY / "helpdesk-mailer.service")
OF_EACH_UNIT = pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
STATED_EXPOSURE = 1.1


def tool(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        pytest.fail(f"{name} is missing: run `make system`")
    return found


def lines(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


def check_command(words: list[str]) -> None:
    """A command of the program, with options that it has."""
    command = helpdesk.get_command(click.Context(helpdesk), words[0])
    assert command is not None, words
    known = {name for option in command.params for name in option.opts}
    assert {word for word in words if word.startswith("--")} <= known


def check_variables(variables: dict[str, str]) -> None:
    """Variables that are settings, with values that they take."""
    known = {key.variable for key in KEYS.values()}
    assert {name for name in variables if name.startswith("HELPDESK_")} <= known
    load_settings(environment=variables)


@OF_EACH_UNIT
def test_systemd_takes_each_unit(unit: Path, tmp_path: Path):
    installed = unit.read_text(encoding="utf-8").replace("/usr/bin/helpdesk", "/bin/true")
    copy = tmp_path / unit.name
    copy.write_text(installed, encoding="utf-8")
    done = subprocess.run(
        [tool("systemd-analyze"), "verify", "--man=no", copy], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@OF_EACH_UNIT
def test_a_units_exposure_is_the_one_that_the_operators_page_states(unit: Path):
    assert f"exposure of {STATED_EXPOSURE}" in (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    command = [tool("systemd-analyze"), "security", "--offline=true", "--no-pager", unit]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    exposure = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", told)[1])
    assert exposure <= STATED_EXPOSURE


@OF_EACH_UNIT
def test_a_unit_runs_a_command_that_there_is_with_settings_that_there_are(unit: Path, tmp_path: Path):
    (command,) = lines(unit, "ExecStart")
    program, *words = shlex.split(command)
    assert program == "/usr/bin/helpdesk"
    check_command(words)
    assert "--metrics-port" in words
    given = [shlex.split(line) for line in lines(unit, "Environment")]
    variables = dict(word.split("=", 1) for words in given for word in words)
    (file,) = lines(unit, "EnvironmentFile")
    settings = (DEPLOY / Path(file).name).read_text(encoding="utf-8").splitlines()
    variables |= dict(line.split("=", 1) for line in settings if line and not line.startswith("#"))
    check_variables(variables)
    loaded = {line.split(":")[0] for line in lines(unit, "LoadCredential")}
    used = {value.removeprefix("%d/") for value in variables.values() if value.startswith("%d/")}
    assert loaded == used
    assert variables["HELPDESK_LOG_FORMAT"] == "json"


@OF_EACH_UNIT
@pytest.mark.parametrize("promised", ["DynamicUser=yes", "ProtectSystem=strict", "LoadCredential="])
def test_a_unit_is_hardened_as_promised(unit: Path, promised: str):
    assert re.search(rf"^{promised}", unit.read_text(encoding="utf-8"), re.MULTILINE)


def test_nginx_takes_the_example(tmp_path: Path):
    certificate = tmp_path / "certificate"
    certificate.mkdir()
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=x",
               "-keyout", certificate / "privkey.pem", "-out", certificate / "fullchain.pem"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    example = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    example = example.replace("/etc/nginx/certificate", str(certificate)).replace("http://portal:", "http://127.0.0.1:")
    example = example.replace("/var/log/nginx", str(tmp_path))
    (tmp_path / "portal.conf").write_text(example, encoding="utf-8")
    whole = f"pid {tmp_path}/pid;\nerror_log {tmp_path}/log;\nevents {{}}\nhttp {{ include {tmp_path}/portal.conf; }}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    command = [tool("nginx"), "-t", "-q", "-c", tmp_path / "nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_path_of_a_visitor_gets_into_a_log_of_the_proxys():
    assert "access_log off;" in (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


def test_the_compose_file_holds_together():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"database", "portal", "mailer", "proxy"}
    assert services["mailer"]["deploy"]["replicas"] == 2
    assert services["database"]["image"] == "postgres:15"
    for name, service in services.items():
        assert set(service.get("secrets", [])) <= set(compose["secrets"]), name
        assert set(service["networks"]) <= set(compose["networks"]), name
        assert set(service.get("depends_on", [])) <= set(services), name
        if service["image"] == "helpdesk":
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
            check_command(service["command"])
            check_variables(service["environment"])
            files = [value for key, value in service["environment"].items() if key.endswith("_FILE")]
            assert {Path(file).name for file in files} == set(service["secrets"])
    assert compose["networks"]["inside"]["internal"] is True
    mounted = [volume.split(":")[0] for volume in services["proxy"]["volumes"]]
    assert "./nginx.conf" in mounted
    assert (DEPLOY / services["portal"]["build"]["dockerfile"]).is_file()


def test_the_database_is_the_only_one_with_the_owners_password():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    holders = [name for name, service in compose["services"].items() if "owner-password" in service.get("secrets", [])]
    assert holders == ["database"]

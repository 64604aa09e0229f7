"""The workflows of the public CI: steps that exist here, on both systems, from the build to what is published."""

import importlib.util
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.documents.reading import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"


def jobs() -> dict[str, dict]:
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]


def commands(job: str) -> list[str]:
    """The lines that a job runs."""
    return [line.strip() for step in jobs()[job]["steps"] for line in step.get("run", "").splitlines() if line.strip()]


def test_it_is_built_on_both_systems_and_published_from_tags_after_every_check():
    assert {name: job["runs-on"] for name, job in jobs().items()} == {
        "checks": "ubuntu-24.04", "linux": "ubuntu-latest", "windows": "windows-latest", "publish": "ubuntu-latest",
    }  # fmt: skip
    assert set(jobs()["publish"]["needs"]) == {"checks", "linux", "windows"}
    assert "refs/tags/v" in jobs()["publish"]["if"]
    assert yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["permissions"] == {"contents": "read"}


def test_every_step_does_one_thing_and_ends_some_time():
    for name, job in jobs().items():
        assert job["timeout-minutes"] <= 60, name
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step), (name, step)
            if "uses" in step:
                assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])


@pytest.mark.parametrize("job", ["checks", "linux", "windows", "publish"])
def test_every_target_module_and_script_exists(job: str):
    for line in commands(job):
        words = shlex.split(line, posix=False)
        if words[0] == "make":
            subprocess.run(["make", "--dry-run", *words[1:]], cwd=ROOT, check=True, capture_output=True)
        for module in re.findall(r"-m (release\.\w+)", line):
            assert importlib.util.find_spec(module) is not None
        if words[0].startswith(".ci/"):
            assert (ROOT / words[0]).is_file()
        for file in re.findall(r"[\w-]+\.lock|release\\windows\\\w+\.iss", line):
            assert (ROOT / Path(*file.split("\\"))).is_file()


def test_each_system_checks_its_bundle_and_hands_over_what_is_promised():
    linux, windows = "\n".join(commands("linux")), "\n".join(commands("windows"))
    assert re.search(r"make bundle package inventory", linux)
    assert "--self-check" in windows
    assert "release.inventory" in windows
    assert "ISCC.exe" in windows
    for kept in ("helpdesk-linux-x86_64.tar.xz", "helpdesk-windows-x86_64.zip"):
        assert kept in linux + windows
    published = "\n".join(commands("publish"))
    assert "sha256sum" in published
    assert "cdx.json" in published
    for step in ("make windows-wheels", "make audit", "make ages"):
        assert step in "\n".join(commands("checks"))


def test_the_shell_scripts_can_be_read():
    for name in ("publish", "linux", "checks"):
        script = "\n".join(step.get("run", "") for step in jobs()[name]["steps"])
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_what_this_machines_ci_runs_exists_too():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)
    made = [
        line.split("make ")[1].split("#")[0].split()
        for line in script.splitlines()
        if re.search(r"(^|\s)make \w", line)
    ]
    targets = [words for words in made if words[0] != ">/dev/null"]
    for words in targets:
        subprocess.run(["make", "--dry-run", *words], cwd=ROOT, check=True, capture_output=True)
    assert {"test", "check", "proof", "bundle", "package", "audit"} <= {words[0] for words in targets}

"""That every package which the bundle of Windows holds has a wheel for it: `python -m release.windows_wheels`.

pip asks for the platform that it is told, but reads the conditions of a lock file (`sys_platform == 'win32'`) for the
machine that it runs on: they are decided here.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements-bundle.lock"
PYTHON = "3.11"
_WINDOWS = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.9",
}
_ENTRY = re.compile(r"^([a-z0-9][^\s;]*==[^\s;\\]+)( ; [^\\\n]*)? \\\n((?: +--hash=\S+(?: \\)?\n)+)", re.MULTILINE)


def for_windows(lock: str) -> dict[str, str]:
    """The packages of a lock file that Windows gets, each with its line for pip, conditions decided."""
    environment = {name: str(value) for name, value in default_environment().items()} | _WINDOWS
    wanted = {}
    for pinned, condition, hashes in _ENTRY.findall(lock):
        requirement = Requirement(pinned + condition)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            wanted[requirement.name] = f"{pinned} \\\n{hashes}"
    return wanted


def main() -> int:
    """Download every wheel; pip names the one that there is not."""
    wanted = for_windows(LOCK.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="windows-wheels-") as folder:
        lines = Path(folder, "windows.txt")
        lines.write_text("".join(wanted.values()), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--only-binary=:all:", "--no-deps", "--require-hashes", "--platform", "win_amd64"]
        command += ["--python-version", PYTHON, "--implementation", "cp", "--dest", folder, "--requirement", str(lines)]
        done = subprocess.run(command, check=False)
        count = len(list(Path(folder).glob("*.whl")))
    sys.stdout.write(f"{count} of {len(wanted)} packages have a wheel for Windows\n")
    return 0 if done.returncode == 0 and count == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())

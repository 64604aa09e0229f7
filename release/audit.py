"""Known weaknesses of the pinned packages: `python -m release.audit [--where-it-can-be-asked]`, by pip-audit.

Ends with 1 for a weakness, and when nobody could be asked. With the option, the latter is said and is no failure: a
machine without the Internet cannot ask, and another one will.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements-bundle.lock"


def weaknesses(report: str) -> dict[str, list[str]]:
    """The weak packages of a report of pip-audit's, each with the names of its weaknesses. Raises ValueError."""
    packages = json.loads(report)["dependencies"]
    return {
        f"{package['name']} {package['version']}": [each["id"] for each in package["vulns"]]
        for package in packages
        if package.get("vulns")
    }


def main(*, may_be_unreachable: bool) -> int:
    """Ask about every pinned package, and say what is known."""
    command = [sys.executable, "-m", "pip_audit", "--strict", "--require-hashes", "--disable-pip", "--format", "json"]
    done = subprocess.run(
        [*command, "--progress-spinner", "off", "--requirement", LOCK], capture_output=True, text=True, check=False
    )
    try:
        found = weaknesses(done.stdout)
    except ValueError:
        sys.stderr.write(f"NOT ASKED: known weaknesses of packages, for nobody answers. {done.stderr[-300:]}\n")
        return 0 if may_be_unreachable else 1
    for package, names in found.items():
        sys.stdout.write(f"{package}: {', '.join(names)}\n")
    sys.stdout.write(f"{len(found)} packages with a known weakness\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(may_be_unreachable="--where-it-can-be-asked" in sys.argv))

"""Branches of the domain and the services that tests reach. `python -m tests.trials.coverage`"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.proof.figures import Figure, finish
from tests.trials.stage import memory_folder

COMMAND = "python -m tests.trials.coverage"
ASKED = 95.0
TESTS = ("tests/domain", "tests/services", "tests/adapters", "tests/portal/test_way.py", "tests/portal/test_code.py")


def main() -> int:
    """Run the tests of rules and services under coverage; a line for each of the two, and the worst files."""
    place = memory_folder()
    environment = os.environ | {"TMPDIR": str(place.parent), "COVERAGE_FILE": str(place / "data")}
    coverage = [sys.executable, "-m", "coverage"]
    sources = "--source=helpdesk/domain,helpdesk/services"
    run = [*coverage, "run", "--branch", sources, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    status = subprocess.run(run, check=False, env=environment).returncode
    report = place / "report.json"
    subprocess.run([*coverage, "json", "-q", "-o", report], check=True, env=environment)
    files = json.loads(report.read_text())["files"]
    figures = [figure for name in ("domain", "services") for figure in package(name, files)]
    figures.append(
        Figure("coverage: test run", status, "exit status", COMMAND, asked="0", kept=status == 0)
    )  # a number of a run that failed is worth nothing
    worst = sorted(files.items(), key=lambda each: each[1]["summary"]["percent_covered"])[:25]
    for path, each in worst:
        percent, branches = each["summary"]["percent_covered"], each["missing_branches"]
        print(f"{percent:6.1f} %  {path}  lines {each['missing_lines'][:20]}  branches {branches[:20]}")
    for path in place.iterdir():
        path.unlink()
    place.rmdir()
    return finish("coverage", figures)


def package(name: str, files: dict) -> list[Figure]:
    """Of all branches, and of all statements and branches, those reached, in per cent."""
    sums = [each["summary"] for path, each in files.items() if Path(path).parts[:2] == ("helpdesk", name)]
    branches = sum(each["covered_branches"] for each in sums), sum(each["num_branches"] for each in sums)
    lines = sum(each["covered_lines"] for each in sums), sum(each["num_statements"] for each in sums)
    both = branches[0] + lines[0], branches[1] + lines[1]
    return [
        share(f"branches of {name} that tests reach", *branches),
        share(f"statements and branches of {name} that tests reach", *both),
    ]


def share(name: str, reached: int, there: int) -> Figure:
    """A line of the table."""
    percent = 100 * reached / there
    return Figure(name, round(percent, 1), "%", COMMAND, asked=f"≥ {ASKED:.0f} %", kept=percent >= ASKED)


if __name__ == "__main__":
    sys.exit(main())

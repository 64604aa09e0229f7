"""Small changes to the domain's rules and the services' guard (mutmut): how many of them tests notice.

`python -m tests.trials.mutation`

It works on a copy of the checkout in memory; the changes that nobody noticed are listed in build/proof/mutation.txt.
"""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.proof.figures import Figure, finish
from tests.trials.stage import memory_folder

COMMAND = "python -m tests.trials.mutation"
ASKED = 85.0
NOT_NOTICED = {0: "survived", 33: "untested", 5: "untested"}
"""How mutmut ends the tests of a change that none of them fails for."""
SETTINGS = """
[tool.mutmut]
source_paths = ["helpdesk"]
also_copy = ["resources", "conftest.py"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:pytestqt", "-k", "not postgresql"]
"""


@dataclass(frozen=True, slots=True)
class Changed:
    """What is changed, and the tests that are to notice it."""

    about: str
    files: str
    tests: tuple[str, ...]


# Rules are judged by their own tests alone: those of the services would notice more, and take hours for what nobody
# notices.
DOMAIN = Changed("the domain", "helpdesk/domain/*", ("tests/domain", "tests/adapters/test_roll_file.py"))
GUARD = Changed(
    "the services' guard",
    "helpdesk/services/guard.py",
    tuple(f"tests/services/test_{name}.py" for name in ("guard", "activation", "verification")),
)
FEWER_EXAMPLES = """
def pytest_configure():
    from hypothesis import settings
    settings.register_profile("fewer", max_examples=25)
    settings.load_profile("fewer")
"""
"""A quarter of the examples for each change: what nobody notices meets every test."""

# An editable install lies on the path under its own name and would be tested in the place of the changed copy.
START = """
import sys
sys.path = [path for path in sys.path if path.rstrip("/") != sys.argv[1]]
sys.argv = ["mutmut", "run", "--max-children", "2"]
from mutmut.__main__ import cli
cli()
"""


def main() -> int:
    """Change, test; a line for each of the two, and the changes that nobody noticed."""
    figures = []
    for changed in (DOMAIN, GUARD):
        codes = ends_of(changed)
        for name, code in codes.items():
            if code in NOT_NOTICED:
                print(NOT_NOTICED[code], name)
        figures.append(scored(changed.about, list(codes.values())))
    return finish("mutation", figures)


def ends_of(changed: Changed) -> dict[str, int | None]:
    """How the tests of each change ended, by its name."""
    checkout, place = Path.cwd(), memory_folder()
    try:
        for name in ("helpdesk", "resources", "tests"):
            shutil.copytree(checkout / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        settings = (checkout / "pyproject.toml").read_text()
        kept = "\n".join(line for line in settings.splitlines() if not line.startswith("qt_"))
        what = f"only_mutate = {json.dumps([changed.files])}\n"
        by = f"pytest_add_cli_args_test_selection = {json.dumps(changed.tests)}\n"
        (place / "conftest.py").write_text(FEWER_EXAMPLES)
        (place / "pyproject.toml").write_text(kept + SETTINGS + what + by)
        subprocess.run([sys.executable, "-c", START, str(checkout)], cwd=place, check=True, stdout=subprocess.DEVNULL)
        return {
            name: code
            for meta in sorted((place / "mutants").rglob("*.meta"))
            for name, code in json.loads(meta.read_text())["exit_code_by_key"].items()
        }
    finally:
        shutil.rmtree(place, ignore_errors=True)


def scored(what: str, codes: Sequence[int | None]) -> Figure:
    """A line of the table: of how many changes some test noticed, in per cent."""
    ends = Counter(NOT_NOTICED.get(code, "noticed") for code in codes)
    score = 100 * ends["noticed"] / max(1, len(codes))
    note = f"{len(codes)} changes: {ends['noticed']} noticed, {ends['survived']} not, {ends['untested']} met no test"
    return Figure(f"mutation score of {what}", round(score, 1), "%", COMMAND, asked=f"≥ {ASKED:.0f} %",
                  kept=score >= ASKED, note=note)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())

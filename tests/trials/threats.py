"""The threat model's claims, each held by its tests. `python -m tests.trials.threats`"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.proof.claims import CLAIMS, PART, Claim
from tests.proof.figures import counted, finish
from tests.trials.stage import memory_folder

COMMAND = "python -m tests.trials.threats"


def main() -> int:
    """Run all their tests once, and read for each claim how its own fared."""
    nodes = list(dict.fromkeys(node for claim in CLAIMS for node in claim.tests))
    folder = memory_folder()
    with tempfile.TemporaryDirectory() as place:
        result = Path(place) / "result.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            "--dist",
            "loadfile",
            f"--junitxml={result}",
            *nodes,
        ]
        subprocess.run(command, check=False, env=os.environ | {"TMPDIR": str(folder.parent)})
        cases = list(ET.parse(result).getroot().iter("testcase"))  # noqa: S314 (pytest's own file)
    folder.rmdir()
    return finish(PART, [line(claim, cases) for claim in CLAIMS])


def line(claim: Claim, cases: list[ET.Element]):
    """One figure: tests that failed or were skipped, of all of the claim's; a node without any test counts as one."""
    wrong, count, missing = 0, 0, Counter()
    for node in claim.tests:
        path, _, name = node.partition("::")
        module = path.removesuffix(".py").replace("/", ".")
        mine = [
            case
            for case in cases
            if case.get("classname") == module and (not name or case.get("name", "").partition("[")[0] == name)
        ]
        missing[node] += not mine
        count += len(mine)
        wrong += sum(len(case.findall(kind)) for case in mine for kind in ("failure", "error", "skipped"))
    for node in missing:
        if missing[node]:
            print(f"no such test: {node}")
    return counted(claim.figure, wrong=wrong + missing.total(), of=count, command=COMMAND, unit="tests that fail")


if __name__ == "__main__":
    sys.exit(main())
